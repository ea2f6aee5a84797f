from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class LegalWeek(models.AbstractModel):
    """A week of a person: matters by days, loaded and changed in one call each."""

    _name = "legal.week"
    _inherit = "legal.day"
    _description = "Week of a Person"

    @api.model
    def load_week(self, monday, employee_id=False, matter_ids=()):
        """Return all that the grid of a week shows.

        :param monday: any day of the week
        :param int employee_id: another person, if the user writes that one's time
        :param matter_ids: matters whose rows are kept, even without time
        """
        self._check_is_lawyer()
        employee = self._get_employee(employee_id)
        first, last = self._week_of(monday)
        entries = self._search_entries(employee, first, last)
        kept = self.env["legal.matter"].search(
            Domain("id", "in", list(matter_ids)) & Domain("state", "=", "open")
        )
        rows = (entries.matter_id | kept).sorted("matter_number", reverse=True)
        rows |= self._search_recent_matters(employee, last)
        return {
            "monday": fields.Date.to_string(first),
            "days": self._get_days(employee, first, 7),
            "person": {"id": employee.id, "name": employee.sudo().name},
            "is_own": employee == self.env.user.employee_id,
            "people": self._get_people_rows(),
            "entries": entries._get_screen_data(),
            "matters": self._get_matter_rows(rows, employee),
            "other_minutes": self._get_minutes(
                employee, first, last, Domain("matter_id", "=", False)
            ),
            "activities": self._get_activities(),
        }

    @api.model
    def copy_week(self, monday, mode, employee_id=False):
        """Take up the week before: its matters, or its entries as drafts.

        :param str mode: ``matters`` for empty rows, ``entries`` for the entries
            with their words and hours
        :return dict: ``matters`` (rows), ``entries`` made, and ``left_out``: one
            sentence for each entry that was not copied
        """
        self._check_is_lawyer()
        employee = self._get_employee(employee_id)
        first, last = self._week_of(monday)
        week = timedelta(7)
        before = self._search_entries(employee, first - week, last - week)
        made, left_out = self.env["account.analytic.line"], []
        if mode == "entries":
            made, left_out = self._copy_entries(before, employee, first, last)
        open_matters = before.matter_id.filtered(lambda m: m.state == "open")
        if mode == "matters":
            left_out = [
                self.env._("%(matter)s is closed.", matter=matter.matter_number)
                for matter in before.matter_id - open_matters
            ]
        return {
            "matters": self._get_matter_rows(open_matters, employee),
            "entries": made._get_screen_data(),
            "left_out": left_out,
        }

    @api.model
    def submit_week(self, monday, employee_id=False):
        """Submit the drafts of a week; return how many and how much."""
        self._check_is_lawyer()
        employee = self._get_employee(employee_id)
        first, last = self._week_of(monday)
        drafts = self._search_entries(employee, first, last)._entries_in("draft")
        drafts.action_submit()
        return {"count": len(drafts), "hours": sum(drafts.mapped("unit_amount"))}

    # ------------------------------------------------------------------- helpers

    @api.model
    def _week_of(self, day):
        day = fields.Date.to_date(day)
        first = day - timedelta(day.weekday())
        return first, first + timedelta(6)

    @api.model
    def _get_people_rows(self):
        return [
            {"id": employee.id, "name": employee.name}
            for employee in self._search_people().sorted("name")
        ]

    @api.model
    def _copy_entries(self, before, employee, first, last):
        """Copy entries seven days on, all at once, else one by one."""
        there = {
            self._copy_key(entry, entry.date)
            for entry in self._search_entries(employee, first, last)
        }
        holidays = employee._get_public_holidays(first, last)
        wanted, left_out = [], []
        for entry in before:
            day = entry.date + timedelta(7)
            if day in holidays:
                reason = self.env._("%s is a public holiday.", holidays[day])
            elif self._copy_key(entry, day) in there:
                reason = self.env._("it is there already.")
            else:
                wanted.append((entry, self._prepare_copy_values(entry, day)))
                continue
            left_out.append(self._say_left_out(entry, day, reason))
        made, refused = self._create_what_is_accepted(wanted)
        return made, left_out + refused

    @api.model
    def _create_what_is_accepted(self, wanted):
        Line = self.env["account.analytic.line"]
        try:
            with self.env.cr.savepoint():
                return Line.create([dict(vals) for _entry, vals in wanted]), []
        except UserError:
            Line.invalidate_model()
        made, left_out = Line, []
        for entry, vals in wanted:
            try:
                with self.env.cr.savepoint():
                    made |= Line.create(dict(vals))
            except UserError as refusal:
                left_out.append(
                    self._say_left_out(entry, vals["date"], str(refusal.args[0]))
                )
        return made, left_out

    @api.model
    def _copy_key(self, entry, day):
        return entry.matter_id.id, day, (entry.narrative or "").strip()

    @api.model
    def _prepare_copy_values(self, entry, day):
        return {
            "matter_id": entry.matter_id.id,
            "employee_id": entry.employee_id.id,
            "date": day,
            "unit_amount": entry.unit_amount,
            "narrative": entry.narrative,
            "activity_code_id": entry.activity_code_id.id,
            "task_id": entry.task_id.id,
        }

    @api.model
    def _say_left_out(self, entry, day, reason):
        return self.env._(
            "%(matter)s on %(day)s: %(reason)s",
            matter=entry.matter_id.matter_number,
            day=entry._format_day(day),
            reason=reason,
        )
