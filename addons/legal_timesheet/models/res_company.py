from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
]


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
    legal_reminder = fields.Boolean(
        "Remind of Missing Time",
        help="One friendly message a week, to the person only, against his or her"
        " own target. Never on a day off.",
    )
    legal_reminder_weekday = fields.Selection(
        WEEKDAYS, "Day of the Reminder", default="0", required=True
    )
    legal_reminder_hour = fields.Float(
        "Hour of the Reminder", default=9.0, help="In the time zone of the firm."
    )

    _legal_reminder_hour_in_day = models.Constraint(
        "CHECK (legal_reminder_hour >= 0 AND legal_reminder_hour < 24)",
        "The hour of the reminder is between 0:00 and 23:59.",
    )

    def _get_legal_tz(self):
        """Return the time zone the firm lives in."""
        self.ensure_one()
        chosen = (self.resource_calendar_id.tz, self.partner_id.tz)
        # nobody chose UTC: it is what an installation writes for want of better
        name = next((tz for tz in chosen if tz and tz != "UTC"), "Europe/Paris")
        return pytz.timezone(name)

    def _get_reminder_moment(self, local):
        """Return the last moment planned for reminders, at or before ``local``."""
        self.ensure_one()
        day = local.date()
        back = (day.weekday() - int(self.legal_reminder_weekday)) % 7
        hour = timedelta(hours=self.legal_reminder_hour)
        planned = datetime.combine(day - timedelta(days=back), time.min) + hour
        if planned > local.replace(tzinfo=None):
            planned -= timedelta(days=7)
        return planned
