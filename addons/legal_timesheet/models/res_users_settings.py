from odoo import fields, models


class ResUsersSettings(models.Model):
    _inherit = "res.users.settings"

    legal_timer_asks_idle = fields.Boolean(
        "Timer asks after a Silence",
        default=True,
        help="The browser alone knows of the silence; nothing of it is recorded.",
    )
