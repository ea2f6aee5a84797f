from odoo import api, fields, models


class LegalInvoiceStatusAmount(models.Model):
    """What one receipt holds at one VAT rate, in the firm's currency."""

    _name = "legal.invoice.status.amount"
    _description = "Amount Collected at a VAT Rate"
    _order = "status_id, rate, id"

    status_id = fields.Many2one(
        "legal.invoice.status", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="status_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="status_id.currency_id")
    rate = fields.Float("VAT Rate (%)", readonly=True, required=True)
    amount_base = fields.Monetary("Excl. VAT", readonly=True)
    amount_tax = fields.Monetary("VAT", readonly=True)
    amount_total = fields.Monetary(
        "Incl. VAT", compute="_compute_amount_total", store=True
    )

    @api.depends("amount_base", "amount_tax")
    def _compute_amount_total(self):
        for amount in self:
            amount.amount_total = amount.amount_base + amount.amount_tax
