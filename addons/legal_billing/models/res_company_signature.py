from odoo import fields, models


class ResCompany(models.Model):
    """How long a client may sign online, and when he is reminded."""

    _inherit = "res.company"

    legal_link_days = fields.Integer(
        string="Days a signature link holds",
        default=30,
        help="After that the link opens a page that offers a new one.",
    )
    legal_signature_reminder_days = fields.Integer(
        string="Days before a reminder to sign",
        default=7,
        help="The client is reminded twice at most, never at a weekend. 0: never.",
    )

    _legal_link_days_in_a_year = models.Constraint(
        "CHECK (legal_link_days BETWEEN 1 AND 365)",
        "A signature link holds from 1 to 365 days.",
    )
    _legal_signature_reminder_days_positive = models.Constraint(
        "CHECK (legal_signature_reminder_days >= 0)",
        "A number of days is not negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_link_days = fields.Integer(
        related="company_id.legal_link_days", readonly=False
    )
    legal_signature_reminder_days = fields.Integer(
        related="company_id.legal_signature_reminder_days", readonly=False
    )
