from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.fields import Domain

MINUTES_IN_AN_HOUR = 60


class HrEmployee(models.Model):
    """What a person's days should hold, read from the working hours."""

    _inherit = "hr.employee"

    def _get_expected_minutes(self, first, last):
        """Return ``{day: minutes}`` of the working hours, both days included.

        Public holidays and the person's own leaves count for nothing, and a
        person without fixed hours is expected nothing at all.
        """
        self.ensure_one()
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        minutes = dict.fromkeys(days, 0)
        # sudo: a lawyer reads his own hours without being an HR officer
        employee_sudo = self.sudo()
        if employee_sudo.resource_id._is_fully_flexible():
            return minutes
        zone = employee_sudo._get_zone()
        for start, stop, _source in employee_sudo._get_expected_attendances(
            zone.localize(datetime.combine(first, time.min)),
            zone.localize(datetime.combine(last, time.max)),
        ):
            day = start.astimezone(zone).date()
            if day in minutes:
                minutes[day] += (stop - start).total_seconds() / MINUTES_IN_AN_HOUR
        return {day: round(number) for day, number in minutes.items()}

    def _get_public_holidays(self, first, last):
        """Return ``{day: name}`` of the public holidays of this person's firm."""
        self.ensure_one()
        # sudo: the calendar of the firm is no secret to who works in it
        employee_sudo = self.sudo()
        zone = employee_sudo._get_zone()
        calendar = (
            employee_sudo.resource_calendar_id
            or employee_sudo.company_id.resource_calendar_id
        )
        # a day more on each side: the dates are in UTC
        begin = datetime.combine(first, time.min) - timedelta(1)
        end = datetime.combine(last, time.max) + timedelta(1)
        leaves = employee_sudo.env["resource.calendar.leaves"].search_fetch(
            Domain("resource_id", "=", False)
            & Domain("time_type", "=", "leave")
            & Domain("company_id", "in", [False, employee_sudo.company_id.id])
            & Domain("calendar_id", "in", [False, calendar.id])
            & Domain("date_to", ">=", begin)
            & Domain("date_from", "<=", end),
            ["name", "date_from", "date_to"],
        )
        holidays = {}
        for leave in leaves:
            day = pytz.utc.localize(leave.date_from).astimezone(zone).date()
            stop = pytz.utc.localize(leave.date_to).astimezone(zone).date()
            while day <= stop:
                if first <= day <= last:
                    holidays[day] = leave.name or self.env._("Public holiday")
                day += timedelta(1)
        return holidays

    def _get_zone(self):
        return pytz.timezone(
            self.tz or self.company_id.resource_calendar_id.tz or "UTC"
        )
