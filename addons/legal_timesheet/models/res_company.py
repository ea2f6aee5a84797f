from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    legal_timer_ask_hours = fields.Float(
        "Timer asks after",
        default=4,
        help="A timer that nobody touched for so many hours asks how much of them to"
        " keep. It always asks after midnight. 0: only then.",
    )
    legal_timer_idle_minutes = fields.Integer(
        "Silence before asking",
        default=30,
        help="After so many minutes without a key or a click in the web client, the"
        " browser asks its user how much to keep. It tells nobody else, and each"
        " person may switch it off. 0: nobody is asked.",
    )
