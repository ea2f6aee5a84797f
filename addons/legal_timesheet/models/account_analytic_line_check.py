from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .account_analytic_line_rate import RERATE


class AccountAnalyticLine(models.Model):
    """What an entry on a matter may not be; one sentence for each refusal."""

    _inherit = "account.analytic.line"

    @api.constrains("unit_amount", "date", "employee_id", "project_id")
    def _check_time_entry(self):
        entries = self.filtered(lambda line: line._is_time_entry())
        for entry in entries:
            entry._check_hours()
            entry._check_period()
            entry._check_matter_is_running()
            entry._check_person_on_team()
        entries._check_day_is_not_longer_than_a_day()

    def _check_hours(self):
        if self.unit_amount <= 0:
            raise ValidationError(
                self.env._(
                    "The entry of %(person)s on %(matter)s on %(day)s has no time:"
                    " write"
                    " how long the work took, e.g. 1h30.",
                    **self._entry_words(),
                )
            )

    def _check_matter_is_running(self):
        # sudo: state and dates of the matter bind everybody
        matter = self.matter_id.sudo()
        if matter.state == "draft":
            raise ValidationError(
                self.env._(
                    "%(person)s cannot record time on %(matter)s on %(day)s: the"
                    " matter is"
                    " not open yet, open it first.",
                    **self._entry_words(),
                )
            )
        if matter.opened_on and self.date < matter.opened_on:
            raise ValidationError(
                self.env._(
                    "%(person)s cannot record time on %(matter)s on %(day)s: the matter"
                    " opened on %(opened)s, change the day or the opening date.",
                    opened=self._format_day(matter.opened_on),
                    **self._entry_words(),
                )
            )
        if matter.closed_on and self.date > matter.closed_on:
            raise ValidationError(
                self.env._(
                    "%(person)s cannot record time on %(matter)s on %(day)s: the matter"
                    " closed on %(closed)s, reopen it first.",
                    closed=self._format_day(matter.closed_on),
                    **self._entry_words(),
                )
            )

    def _check_person_on_team(self):
        user = self._get_employee_sudo().user_id
        if not user or not self.matter_id._is_on_team(user, self.date):
            raise ValidationError(
                self.env._(
                    "%(person)s is not on the team of %(matter)s on %(day)s: add this"
                    " person to the team for that day, or choose another matter.",
                    **self._entry_words(),
                )
            )

    # ----------------------------------------------------------------- frozen time

    @api.model
    def _legal_frozen_fields(self):
        """Return the fields that nobody changes once an entry is approved."""
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
            "rate",
            "rate_id",
            "rate_source",
            "grade_id",
            "legal_currency_id",
            "amount_billable",
        }

    @api.model
    def _legal_approval_fields(self):
        """Return the fields that only the approval itself writes."""
        return {
            "approval_state",
            "approved_by_id",
            "approved_for_id",
            "approved_on",
            "rate",
            "rate_id",
            "rate_source",
            "grade_id",
            "legal_currency_id",
            "amount_billable",
            "billing_status",
        }

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_approval_typed_in(vals)
        return super().create(vals_list)

    @api.model
    def _check_no_approval_typed_in(self, values):
        if not self.env.su and self._legal_approval_fields() & values.keys():
            raise AccessError(
                self.env._(
                    "The rate, the amount and the approval of a time entry are not"
                    " typed"
                    " in: use the buttons Submit, Approve or Return."
                )
            )

    def _check_can_write(self, values):
        self._check_not_frozen(values)
        self._check_not_locked(values)
        self._check_no_approval_typed_in(values)
        others = self.filtered(lambda line: line.user_id != self.env.user)
        answered_for = others.filtered(
            lambda line: line._is_time_entry() and line._can_write_for_another()
        )
        return super(AccountAnalyticLine, self - answered_for)._check_can_write(values)

    def _can_write_for_another(self):
        """The responsible corrects his team's time; the office types it."""
        return self.matter_id._can_approve_time() or self.env.user.has_group(
            "legal_timesheet.group_legal_office"
        )

    def _check_not_frozen(self, values):
        touched = self._legal_frozen_fields() & values.keys()
        if not touched or "approval_state" in values:
            return
        if self.env.context.get("legal_rerate") is RERATE:
            return
        for entry in self:
            if entry.approval_state == "approved":
                raise UserError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is"
                        " approved and"
                        " no longer changes: return it first.",
                        **entry._entry_words(),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        for entry in self:
            if entry.approval_state == "approved":
                raise UserError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is"
                        " approved and"
                        " cannot be deleted: return it first.",
                        **entry._entry_words(),
                    )
                )

    # -------------------------------------------------------------------- words

    def _entry_words(self):
        """Return what names an entry in a sentence."""
        self.ensure_one()
        return {
            "person": self._get_employee_sudo().name or self.user_id.name,
            "matter": self.matter_id.sudo()._neutral_label(),
            "day": self._format_day(self.date),
        }

    def _format_day(self, day):
        return self.env["legal.rate"]._format_day(day)
