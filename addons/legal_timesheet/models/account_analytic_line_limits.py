from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine.durations import format_duration, minutes_from_hours

HOURS_IN_A_DAY = 24
#: entries of the day that a sentence names, the longest first
NAMED = 5


class AccountAnalyticLine(models.Model):
    """The limits of time itself: the day, the future, the locked period."""

    _inherit = "account.analytic.line"

    # -------------------------------------------------------------------- period

    def _check_period(self):
        self.ensure_one()
        # sudo: two settings of the firm that bind everybody
        company_sudo = self.company_id.sudo()
        ahead = company_sudo.legal_time_future_days
        last = fields.Date.context_today(self) + timedelta(ahead)
        if self.date > last:
            words = {**self._entry_words(), "last": self._format_day(last)}
            if ahead:
                raise ValidationError(
                    self.env._(
                        "%(person)s cannot record time on %(matter)s on %(day)s: time"
                        " is recorded until %(last)s at the latest, choose an earlier"
                        " day.",
                        **words,
                    )
                )
            raise ValidationError(
                self.env._(
                    "%(person)s cannot record time on %(matter)s on %(day)s: this day"
                    " is still to come, choose %(last)s or earlier.",
                    **words,
                )
            )
        if self._is_in_locked_period():
            raise ValidationError(self._get_locked_sentence())

    def _is_in_locked_period(self):
        self.ensure_one()
        # sudo: a setting of the firm that binds everybody
        locked = self.company_id.sudo().legal_time_lock_date
        return bool(locked and self.date and self.date <= locked)

    def _get_locked_sentence(self):
        self.ensure_one()
        return self.env._(
            "The time of %(person)s on %(matter)s on %(day)s is in a locked period: up"
            " to %(locked)s nobody adds, changes or deletes any. Choose a later day, or"
            " have an administrator move the date in the settings.",
            # sudo: a setting of the firm that binds everybody
            locked=self._format_day(self.company_id.sudo().legal_time_lock_date),
            **self._entry_words(),
        )

    @api.model
    def _legal_locked_fields(self):
        """Return the fields that nobody changes in a locked period.

        The price is none of them: it freezes when the time is approved.
        """
        return {
            "date",
            "unit_amount",
            "project_id",
            "matter_id",
            "employee_id",
            "user_id",
            "activity_code_id",
            "narrative",
            "hours_billable",
            "is_billable",
        }

    def _check_not_locked(self, values):
        if not self._legal_locked_fields() & values.keys():
            return
        for entry in self:
            if entry._is_time_entry() and entry._is_in_locked_period():
                raise UserError(entry._get_locked_sentence())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        for entry in self:
            if entry._is_time_entry() and entry._is_in_locked_period():
                raise UserError(entry._get_locked_sentence())

    # ----------------------------------------------------------------- one day

    def _check_day_is_not_longer_than_a_day(self):
        """Sum the day of each person over all projects, in one query."""
        if not self:
            return
        # sudo: hours on matters that the user may not see count too
        totals = {
            (employee.id, day): hours
            for employee, day, hours in self.sudo()._read_group(
                Domain("project_id", "!=", False)
                & Domain("employee_id", "in", self.employee_id.ids)
                & Domain("date", "in", list(set(self.mapped("date")))),
                ["employee_id", "date:day"],
                ["unit_amount:sum"],
            )
        }
        for entry in self:
            hours = totals.get((entry.employee_id.id, entry.date), 0.0)
            if minutes_from_hours(hours) > HOURS_IN_A_DAY * 60:
                raise ValidationError(entry._get_long_day_sentence(hours))

    def _get_long_day_sentence(self, hours):
        """Name the day's other entries by the number of their matter, no more."""
        # sudo: what else fills the day, told neutrally
        others = self.sudo().search(
            Domain("project_id", "!=", False)
            & Domain("employee_id", "=", self.employee_id.id)
            & Domain("date", "=", self.date)
            & Domain("id", "!=", self.id),
            order="unit_amount desc, id",
        )
        words = {
            "hours": format_duration(minutes_from_hours(hours)),
            "own": format_duration(minutes_from_hours(self.unit_amount)),
            **self._entry_words(),
        }
        if not others:
            return self.env._(
                "%(person)s would have %(hours)s on %(day)s, more than a day has:"
                " shorten the entry on %(matter)s or change its day.",
                **words,
            )
        named = [entry._name_neutrally() for entry in others[:NAMED]]
        if len(others) > NAMED:
            named.append(self.env._("%s more", len(others) - NAMED))
        return self.env._(
            "%(person)s would have %(hours)s on %(day)s, more than a day has: beside"
            " the %(own)s on %(matter)s there are %(others)s. Shorten one or change"
            " its day.",
            others=", ".join(named),
            **words,
        )

    def _name_neutrally(self):
        """Return how long and on what, for whoever may not read the entry."""
        self.ensure_one()
        matter = self.matter_id
        return self.env._(
            "%(hours)s on %(what)s",
            hours=format_duration(minutes_from_hours(self.unit_amount)),
            what=matter._neutral_label() if matter else self.env._("another project"),
        )
