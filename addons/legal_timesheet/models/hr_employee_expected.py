from datetime import datetime, time, timedelta

import pytz

from odoo import models

SECONDS_IN_AN_HOUR = 3600


class HrEmployee(models.Model):
    """How many hours a person is expected to record over a period."""

    _inherit = "hr.employee"

    def _get_expected_hours(self, date_from, date_to):
        """Return ``{employee id: hours}``, people without a target left out.

        A day that the calendar shortens, by a holiday or a leave, shortens what is
        expected in proportion. Callers hand in sudo records.
        """
        people = self.filtered("legal_target_hours_day")
        if not people or date_to < date_from:
            return {}
        expected = {}
        for calendar, group in people.grouped("resource_calendar_id").items():
            days = group._get_days_of_presence(calendar, date_from, date_to)
            for employee in group:
                hours = employee.legal_target_hours_day * days[employee.id]
                expected[employee.id] = hours
        return expected

    def _get_days_of_presence(self, calendar, date_from, date_to):
        """Return ``{employee id: whole working days, less leaves and holidays}``."""
        every = [
            date_from + timedelta(n) for n in range((date_to - date_from).days + 1)
        ]
        if not calendar:
            weekdays = sum(day.weekday() < 5 for day in every)
            return {employee.id: float(weekdays) for employee in self}
        tz = pytz.timezone(calendar.tz or "UTC")
        start = tz.localize(datetime.combine(date_from, time.min))
        end = tz.localize(datetime.combine(date_to + timedelta(1), time.min))
        resources = self.resource_id
        scheduled = calendar._attendance_intervals_batch(start, end, resources, tz=tz)
        present = calendar._work_intervals_batch(start, end, resources, tz=tz)
        result = {}
        for employee in self:
            whole = _hours_by_day(scheduled[employee.resource_id.id])
            there = _hours_by_day(present[employee.resource_id.id])
            result[employee.id] = sum(
                there.get(day, 0) / hours for day, hours in whole.items() if hours
            )
        return result


def _hours_by_day(intervals):
    hours = {}
    for start, stop, _records in intervals:
        seconds = (stop - start).total_seconds()
        day = start.date()
        hours[day] = hours.get(day, 0) + seconds / SECONDS_IN_AN_HOUR
    return hours
