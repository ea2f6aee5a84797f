from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_requires_signature = fields.Boolean(
        related="company_id.legal_requires_signature", readonly=False
    )
    legal_cap_thresholds = fields.Char(
        related="company_id.legal_cap_thresholds", readonly=False
    )
    legal_agreement_content = fields.Selection(
        related="company_id.legal_agreement_content", readonly=False
    )
    legal_cost_from_bills = fields.Boolean(
        related="company_id.legal_cost_from_bills", readonly=False
    )
    legal_prints_all_invoices = fields.Boolean(
        related="company_id.legal_prints_all_invoices", readonly=False
    )
    legal_einvoice_profile = fields.Selection(
        related="company_id.legal_einvoice_profile", readonly=False
    )
    legal_rate_max_age = fields.Integer(
        related="company_id.legal_rate_max_age", readonly=False
    )
    legal_invoice_design = fields.Selection(
        related="company_id.legal_invoice_design", readonly=False
    )
    legal_invoice_codes = fields.Selection(
        related="company_id.legal_invoice_codes", readonly=False
    )
    legal_document_check = fields.Selection(
        related="company_id.legal_document_check", readonly=False
    )
    legal_invoice_thanks = fields.Text(
        related="company_id.legal_invoice_thanks", readonly=False
    )

    def action_preview_classic(self):
        return self.company_id.action_legal_preview("classic")

    def action_preview_contemporary(self):
        return self.company_id.action_legal_preview("contemporary")
