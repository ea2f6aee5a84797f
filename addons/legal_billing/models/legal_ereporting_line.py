from odoo import fields, models

from .account_move_status import CATEGORIES


class LegalEreportingLine(models.Model):
    """One row told: a day and a VAT rate, or an invoice to a business abroad."""

    _name = "legal.ereporting.line"
    _description = "E-reporting Line"
    _order = "report_id, date, category, rate, id"

    report_id = fields.Many2one(
        "legal.ereporting", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="report_id.currency_id")
    date = fields.Date(required=True)
    category = fields.Selection(
        CATEGORIES,
        help="What is sold, in the codes of e-reporting. Receipts have none: only"
        " services whose VAT is due on payment are among them.",
    )
    rate = fields.Float("VAT Rate (%)")
    count = fields.Integer("Documents")
    amount_base = fields.Monetary("Excl. VAT")
    amount_tax = fields.Monetary("VAT")
    move_id = fields.Many2one("account.move", "Invoice", index="btree_not_null")
