from odoo import fields, models


class ResCompany(models.Model):
    """How the firm answers disputes."""

    _inherit = "res.company"

    dispute_days = fields.Integer(
        "Days to Answer a Dispute",
        default=15,
        help="A task of the owner falls due then; again so long after each answer.",
    )

    _dispute_days_positive = models.Constraint(
        "CHECK (dispute_days > 0)", "A dispute is answered within one day or more."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispute_days = fields.Integer(related="company_id.dispute_days", readonly=False)
