from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import format_date, format_list

from ..engine.durations import format_duration
from ..engine.weeks import monday_of

#: how long after its hour a reminder may still leave, e.g. after a day off
LATE_DAYS = 4


class LegalTimeReminder(models.Model):
    """The one friendly word a week on time not recorded yet; to the person only."""

    _name = "legal.time.reminder"
    _description = "Reminder of Missing Time"
    _order = "monday desc, id desc"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    monday = fields.Date("Week of", required=True, readonly=True)
    sent_on = fields.Datetime(required=True, readonly=True)
    words = fields.Char(readonly=True)

    _once_a_week = models.Constraint(
        "UNIQUE (user_id, company_id, monday)", "One reminder a week is enough."
    )

    @api.model
    def _cron_remind(self, now=None):
        """Each hour: remind, in every firm that wants it, those it is time for.

        :param datetime now: naive UTC
        """
        now = now or fields.Datetime.now()
        for company in self.env["res.company"].search([("legal_reminder", "=", True)]):
            self.with_company(company)._remind_company(company, now)

    def _remind_company(self, company, now):
        local = pytz.utc.localize(now).astimezone(company._get_legal_tz())
        planned = company._get_reminder_moment(local)
        if (local.date() - planned.date()).days > LATE_DAYS:
            return
        if local.hour < planned.hour:
            return  # caught up on a later day, at the usual hour
        # what is asked about: the week of the day before the reminder
        last_day = planned.date() - timedelta(days=1)
        monday = monday_of(last_day)
        people = self._get_people(company, monday, local.date())
        missing = people._get_missing_time(monday, last_day)
        for employee in people:
            if missing.get(employee.id):
                self._remind(employee, monday, missing[employee.id], now)

    def _get_people(self, company, monday, today):
        """Return who may be reminded now: has a target, agrees, works today, was
        not reminded of this week yet."""
        reminded = self.search(
            [("company_id", "=", company.id), ("monday", "=", monday)]
        ).user_id
        people = self.env["hr.employee"].search(
            [
                ("company_id", "=", company.id),
                ("user_id", "!=", False),
                ("user_id", "not in", reminded.ids),
                ("user_id.legal_time_reminder", "=", True),
                ("legal_target_hours_day", ">", 0),
            ]
        )
        schedules = people._get_schedules(today, today)
        return people.filtered(lambda person: schedules[person.id][1].get(today))

    def _remind(self, employee, monday, missing, now):
        user = employee.user_id
        reminder = self.with_context(lang=user.lang or self.env.lang)
        words = reminder._get_words(missing)
        reminder.create(
            {
                "user_id": user.id,
                "company_id": employee.company_id.id,
                "monday": monday,
                "sent_on": now,
                "words": words,
            }
        )
        body = (
            self.env["ir.qweb"]
            .with_context(lang=user.lang or self.env.lang)
            ._render(
                "legal_timesheet.time_reminder_message",
                {
                    "words": words,
                    "first_name": (user.name or "").split(" ")[0],
                    "url": f"{employee.company_id.get_base_url()}/legal/week/{monday}",
                },
            )
        )
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=reminder.env._(
                "Your week of %s", format_date(reminder.env, monday)
            ),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
        )

    @api.model
    def _get_words(self, missing):
        """Return e.g. "3 h 30 are left to record for Tuesday and Thursday"."""
        minutes = sum(round(hours * 60) for _day, hours in missing)
        return self.env._(
            "%(time)s left to record for %(days)s",
            time=format_duration(minutes),
            days=format_list(
                self.env,
                [format_date(self.env, day, date_format="EEEE") for day, _ in missing],
            ),
        )
