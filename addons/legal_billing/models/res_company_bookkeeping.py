from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    legal_bookkeeping = fields.Selection(
        [
            ("accrual", "On what is earned and owed (companies)"),
            ("cash", "On receipts and payments (BNC)"),
        ],
        string="How the Firm Keeps its Books",
        default="accrual",
        required=True,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_bookkeeping = fields.Selection(
        related="company_id.legal_bookkeeping", readonly=False
    )
