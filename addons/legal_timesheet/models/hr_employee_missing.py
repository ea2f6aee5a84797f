from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.fields import Domain

from ..engine.weeks import expected_minutes, missing_minutes

MINUTES = 60
WEEKEND = (5, 6)
WHOLE_DAY = 480


class HrEmployee(models.Model):
    """What is still missing of the time a person is expected to record."""

    _inherit = "hr.employee"

    @api.model
    def _get_missing_time(self, date_from, date_to):
        """Return the days on which these people recorded less than expected.

        Callers hand in sudo records: a target is a matter between a person and
        the firm, and every hour recorded counts, on matters or not.

        :return dict: employee id -> ``[(day, hours short)]``, people without a
            target or a gap left out
        """
        people = self.filtered("legal_target_hours_day")
        if not people or date_to < date_from:
            return {}
        recorded = people._get_recorded_minutes(date_from, date_to)
        schedules = people._get_schedules(date_from, date_to)
        result = {}
        for employee in people:
            expected = expected_minutes(
                round(employee.legal_target_hours_day * MINUTES),
                *schedules[employee.id],
            )
            missing = missing_minutes(expected, recorded[employee.id])
            if missing:
                result[employee.id] = [(day, m / MINUTES) for day, m in missing]
        return result

    def _get_recorded_minutes(self, date_from, date_to):
        result = defaultdict(dict)
        for employee, day, hours in self.env["account.analytic.line"]._read_group(
            Domain("project_id", "!=", False)
            & Domain("employee_id", "in", self.ids)
            & Domain("date", ">=", date_from)
            & Domain("date", "<=", date_to),
            ["employee_id", "date:day"],
            ["unit_amount:sum"],
        ):
            result[employee.id][day] = round(hours * MINUTES)
        return result

    def _get_schedules(self, date_from, date_to):
        """Return ``{employee id: (minutes scheduled, minutes present)}`` by day.

        Public holidays and validated leaves are lines of the calendar: they are
        taken off what is present.
        """
        result = {}
        for calendar, people in self.grouped("resource_calendar_id").items():
            for tz_name, group in people.grouped("tz").items():
                result |= group._get_schedules_of(
                    calendar, pytz.timezone(tz_name or "UTC"), date_from, date_to
                )
        return result

    def _get_schedules_of(self, calendar, tz, date_from, date_to):
        if not calendar:
            days = _weekdays(date_from, date_to)
            return {employee.id: (days, days) for employee in self}
        start = tz.localize(datetime.combine(date_from, time.min))
        end = tz.localize(datetime.combine(date_to + timedelta(days=1), time.min))
        resources = self.resource_id
        scheduled = calendar._attendance_intervals_batch(start, end, resources, tz=tz)
        present = calendar._work_intervals_batch(start, end, resources, tz=tz)
        return {
            employee.id: (
                _minutes_by_day(scheduled[employee.resource_id.id]),
                _minutes_by_day(present[employee.resource_id.id]),
            )
            for employee in self
        }


def _minutes_by_day(intervals):
    minutes = defaultdict(int)
    for start, stop, _records in intervals:
        minutes[start.date()] += round((stop - start).total_seconds() / 60)
    return dict(minutes)


def _weekdays(date_from, date_to):
    days = (date_to - date_from).days + 1
    every = (date_from + timedelta(days=n) for n in range(days))
    return {day: WHOLE_DAY for day in every if day.weekday() not in WEEKEND}
