from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formatLang


class AccountAnalyticLine(models.Model):
    """The week an entry is submitted with, and what submitting locks."""

    _inherit = "account.analytic.line"

    legal_sheet_id = fields.Many2one(
        "legal.time.sheet",
        "Week",
        compute="_compute_legal_sheet_id",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        export_string_translation=False,
    )

    @api.depends("employee_id", "date", "matter_id", "project_id", "company_id")
    def _compute_legal_sheet_id(self):
        """Link entries to the week that was submitted, if it was; one query."""
        entries = self.filtered(
            lambda line: line._is_time_entry() and line.employee_id and line.date
        )
        (self - entries).legal_sheet_id = False
        sheets = self.env["legal.time.sheet"]._find_for(entries)
        for entry in entries:
            entry.legal_sheet_id = sheets.get(entry._get_sheet_key(), False)

    def _get_sheet_key(self):
        self.ensure_one()
        return (
            self.employee_id.id,
            self.company_id.id,
            self.date - timedelta(days=self.date.weekday()),
        )

    @api.model
    def _domain_to_approve(self):
        """Return the domain of the submitted entries that wait for the user."""
        return Domain("approval_state", "=", "submitted") & Domain(
            "matter_id", "any", self.env["legal.matter"]._domain_can_approve_time()
        )

    def _get_part_row(self):
        """Return what the screen of a week shows of an entry."""
        self.ensure_one()
        labels = dict(self._fields["approval_state"]._description_selection(self.env))
        approver = self.approved_by_id.sudo().name
        absent = self.approved_for_id.sudo().name
        if approver and absent:
            approver = self.env._(
                "%(delegate)s for %(absent)s", delegate=approver, absent=absent
            )
        return {
            "id": self.id,
            "date": fields.Date.to_string(self.date),
            "narrative": self.narrative or self.activity_code_id.name or "",
            "hours": self.unit_amount,
            "hours_billable": self.hours_billable,
            "amount": formatLang(
                self.env, self.amount_billable, currency_obj=self.legal_currency_id
            )
            if self.is_billable
            else "",
            "is_billable": self.is_billable,
            "rate_source": self.rate_source or "",
            "state": self.approval_state,
            "state_label": labels.get(self.approval_state, ""),
            "approver": approver or False,
            "word": self.return_word or False,
        }

    def action_withdraw(self):
        """Take own submitted entries back, to go on writing."""
        entries = self._entries_in("submitted")
        foreign = entries.filtered(lambda line: line.user_id != self.env.user)
        if foreign:
            raise UserError(
                self.env._(
                    "The entry of %(person)s on %(matter)s on %(day)s is not yours to"
                    " take back: return it with a word instead.",
                    **foreign[0]._entry_words(),
                )
            )
        entries.check_access("read")
        # sudo: the state is not typed in by anybody, only by this button
        entries.sudo().write({"approval_state": "draft"})
        return True

    # ---------------------------------------------------------------------- lock

    def _check_not_frozen(self, values):
        """What was submitted waits as it is; who may approve may still mend it."""
        super()._check_not_frozen(values)
        touched = self._legal_frozen_fields() & values.keys()
        if touched and "approval_state" not in values:
            self._check_not_submitted()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self._check_not_submitted()

    def _check_not_submitted(self):
        submitted = self._entries_in("submitted")
        if self.env.su or not submitted:
            return
        approved = submitted.matter_id._get_time_approvers()
        for entry in submitted:
            if entry.matter_id not in approved:
                raise UserError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is submitted"
                        " and waits for %(responsible)s: take the week back to"
                        " change it.",
                        responsible=entry.matter_id.sudo().responsible_id.name,
                        **entry._entry_words(),
                    )
                )
