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
    legal_time_future_days = fields.Integer(
        "Days Ahead",
        default=0,
        help="How many days after today time may be recorded for. Zero: work is"
        " recorded on the day it was done, or later.",
    )
    legal_time_lock_date = fields.Date(
        "Time Locked until",
        help="Time up to this day is neither added, changed nor deleted, by nobody."
        " Approving and billing it goes on.",
    )

    _legal_time_future_days_positive = models.Constraint(
        "CHECK (legal_time_future_days BETWEEN 0 AND 366)",
        "Time may be recorded for 0 to 366 days ahead.",
    )
