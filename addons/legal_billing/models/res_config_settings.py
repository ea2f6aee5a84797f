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
