from odoo import api, models
from odoo.fields import Domain

from ..engine.durations import hours_from_minutes, minutes_from_hours
from ..engine.rounding import DAY, DayEntry, billable_day, billable_minutes

#: what an entry's billable hours are made of
SOURCES = {"unit_amount", "is_billable", "matter_id", "project_id", "employee_id"}
SOURCES |= {"date", "activity_code_id"}


class AccountAnalyticLine(models.Model):
    """Hours worked -> hours to bill, by the increment of the matter.

    Where a matter rounds by the day, the entries of a person's day on it depend on
    each other: what one gains or loses, the day is rounded again. Approved entries
    and hours that somebody chose by hand are left as they are.
    """

    _inherit = "account.analytic.line"

    @api.depends("unit_amount", "is_billable", "matter_id", "date", "employee_id")
    def _compute_hours_billable(self):
        hours = self._get_hours_billable()
        for line in self:
            line.hours_billable = hours[line]

    def _get_hours_billable(self):
        """Return ``{line: hours to bill}``, by the rule of each matter that day."""
        # sudo: the rule of the matter, for whoever types the hours
        increments = self.matter_id.sudo()._get_time_increments(
            {(line.matter_id._origin.id, line.date) for line in self if line.matter_id}
        )
        result, of_days = {}, []
        for line in self:
            increment = increments.get((line.matter_id._origin.id, line.date))
            if not line.is_billable or not increment:
                result[line] = 0.0
            elif increment.scope == DAY:
                of_days.append(line.id)
            else:
                result[line] = _hours(
                    billable_minutes(line._get_minutes(), *increment[:2])
                )
        if of_days:
            by_day = self.filtered(lambda line: line.id in set(of_days))
            result |= by_day._get_hours_of_days(increments)
        return result

    def _get_hours_of_days(self, increments):
        """Return ``{line: hours}`` of lines whose days are rounded as a whole."""
        days = {}
        for line in self:
            days.setdefault(line._get_day_key(), []).append(line)
        for line in self._get_day_siblings() - self._origin:
            if line._get_day_key() in days:
                days[line._get_day_key()].append(line)
        mine, result = set(self._ids), {}
        for (matter_id, _person, day), lines in days.items():
            keys = {line: (line._origin.id or 2**31, i) for i, line in enumerate(lines)}
            minutes = billable_day(
                [
                    DayEntry(key, line._get_minutes(), line._get_settled(mine))
                    for line, key in keys.items()
                ],
                *increments[matter_id, day][:2],
            )
            result |= {
                line: _hours(minutes[key])
                for line, key in keys.items()
                if line.id in mine
            }
        return result

    def _get_day_siblings(self):
        """Return the billable entries, not chosen by hand, of the days of these."""
        # sudo: the whole day of the person counts, whoever types
        return self.sudo().search(
            Domain("matter_id", "in", self.matter_id._origin.ids)
            & Domain("project_id", "!=", False)
            & Domain("employee_id", "in", self.employee_id._origin.ids)
            & Domain("date", "in", list(set(self.mapped("date"))))
            & Domain("is_billable", "=", True)
            & Domain("is_hours_by_hand", "=", False)
        )

    def _get_day_key(self):
        return self.matter_id._origin.id, self.employee_id._origin.id, self.date

    def _get_minutes(self):
        return max(minutes_from_hours(self.unit_amount or 0.0), 0)

    def _get_settled(self, asked_ids):
        """Return the minutes that the day's rounding cannot move any more."""
        if self.id in asked_ids or self.approval_state != "approved":
            return None
        return minutes_from_hours(self.hours_billable)

    # ---------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        typed = self.browse(
            line.id
            for line, vals in zip(lines, vals_list, strict=False)
            if vals.get("hours_billable") is not None
        )
        typed._mark_hours_by_hand()
        lines._round_days_again()
        return lines

    def write(self, vals):
        if "approval_state" in vals:
            self.mapped("hours_billable")  # settled as they stand, before they freeze
        if not (SOURCES | {"hours_billable"}) & vals.keys():
            return super().write(vals)
        before = self._get_days_to_round()
        if SOURCES & vals.keys() and "hours_billable" not in vals:
            vals = {**vals, "is_hours_by_hand": False}
        result = super().write(vals)
        if "hours_billable" in vals:
            self._mark_hours_by_hand()
        self._round_days_again(before)
        return result

    def unlink(self):
        before = self._get_days_to_round()
        result = super().unlink()
        self.browse()._round_days_again(before)
        return result

    def _mark_hours_by_hand(self):
        """Tell the hours somebody chose from those the rule gives anyway."""
        entries = self.filtered(lambda line: line._is_time_entry() and line.is_billable)
        if not entries:
            return
        expected = entries._get_hours_billable()
        chosen = entries.filtered(
            lambda line: (
                minutes_from_hours(line.hours_billable)
                != minutes_from_hours(expected[line])
            )
        )
        for marked, lines in ((True, chosen), (False, entries - chosen)):
            lines = lines.filtered(lambda li, m=marked: li.is_hours_by_hand != m)
            # sudo: a mark that follows from what the user was let write
            lines.sudo().write({"is_hours_by_hand": marked})

    def _get_days_to_round(self):
        """Return the ``(matter, person, day)`` of these that are rounded as a whole."""
        entries = self.filtered(lambda line: line._is_time_entry())
        # sudo: the rule of the matter, for whoever types the hours
        increments = entries.matter_id.sudo()._get_time_increments(
            {(line.matter_id.id, line.date) for line in entries}
        )
        return {
            line._get_day_key()
            for line in entries
            if increments[line.matter_id.id, line.date].scope == DAY
        }

    def _round_days_again(self, before=()):
        """Round the days again that these entries are, or were, a part of."""
        days = self._get_days_to_round() | set(before)
        if not days:
            return
        matters, people, dates = (list(set(part)) for part in zip(*days, strict=True))
        self._legal_round_again(
            Domain("matter_id", "in", matters)
            & Domain("employee_id", "in", people)
            & Domain("date", "in", dates)
        )

    @api.model
    def _legal_round_again(self, domain):
        """Compute anew the billable hours nobody chose and nobody approved."""
        # sudo: the day's other entries follow, whoever caused it
        drafts = self.sudo().search(
            Domain("project_id", "!=", False)
            & Domain("matter_id", "!=", False)
            & Domain("approval_state", "in", ("draft", "submitted"))
            & Domain("is_hours_by_hand", "=", False)
            & Domain(domain)
        )
        if drafts:
            self.env.add_to_compute(self._fields["hours_billable"], drafts)
            drafts.modified(["hours_billable"])


def _hours(minutes):
    return float(hours_from_minutes(minutes))
