from odoo import fields, models


class LegalEreportingLine(models.Model):
    """One row told: a day and a VAT rate, or an invoice to a business abroad."""

    _name = "legal.ereporting.line"
    _description = "E-reporting Line"
    _order = "report_id, date, rate, id"

    report_id = fields.Many2one(
        "legal.ereporting", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="report_id.currency_id")
    date = fields.Date(required=True)
    rate = fields.Float("VAT Rate (%)")
    count = fields.Integer("Documents")
    amount_base = fields.Monetary("Excl. VAT")
    amount_tax = fields.Monetary("VAT")
    move_id = fields.Many2one("account.move", "Invoice", index="btree_not_null")
