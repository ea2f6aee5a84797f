from odoo import fields, models


class ResUsers(models.Model):
    """Whether a person wants to be reminded of missing time."""

    _inherit = "res.users"

    legal_time_reminder = fields.Boolean(
        "Remind me of missing time",
        default=True,
        help="At most one message a week, to you alone.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "legal_time_reminder"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "legal_time_reminder"]
