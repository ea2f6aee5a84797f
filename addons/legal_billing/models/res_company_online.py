from odoo import fields, models


class ResCompany(models.Model):
    """Who is told of online payments, and whether readings are recorded."""

    _inherit = "res.company"

    legal_tells_lead = fields.Boolean(
        string="Tell who answers for the matter of online payments", default=True
    )
    legal_tells_accounting = fields.Boolean(
        string="Tell accounting of online payments", default=True
    )
    legal_online_user_ids = fields.Many2many(
        "res.users",
        "legal_company_online_user_rel",
        "company_id",
        "user_id",
        string="Who is Told in Accounting",
        domain=[("share", "=", False)],
        help="Those who are told of each online payment.",
    )
    legal_logs_reading = fields.Boolean(
        string="Record what clients open",
        default=True,
        help="Pages opened, files downloaded, e-mails accepted or refused.",
    )
    legal_reading_days = fields.Integer(
        string="Days a reading is kept",
        default=1825,
        help="Older ones are deleted at night. Five years by default: as long as fees"
        " may be claimed.",
    )

    _legal_reading_days_positive = models.Constraint(
        "CHECK (legal_reading_days > 0)",
        "Readings are kept for at least one day: to record none, switch them off.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_tells_lead = fields.Boolean(
        related="company_id.legal_tells_lead", readonly=False
    )
    legal_tells_accounting = fields.Boolean(
        related="company_id.legal_tells_accounting", readonly=False
    )
    legal_online_user_ids = fields.Many2many(
        related="company_id.legal_online_user_ids", readonly=False
    )
    legal_logs_reading = fields.Boolean(
        related="company_id.legal_logs_reading", readonly=False
    )
    legal_reading_days = fields.Integer(
        related="company_id.legal_reading_days", readonly=False
    )
