from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.durations import hours_from_minutes
from ..engine.rounding import billable_minutes
from .legal_activity_code import WORK_KINDS


class AccountAnalyticLine(models.Model):
    """Work for a client, or work that is counted apart and never billed."""

    _inherit = "account.analytic.line"

    work_kind = fields.Selection(
        WORK_KINDS,
        "Kind of Work",
        compute="_compute_work_kind",
        store=True,
        index="btree_not_null",
    )
    amount_standard = fields.Monetary(
        "Value at Standard Rate",
        currency_field="legal_currency_id",
        compute="_compute_amount_standard",
        store=True,
        help="What the work is worth at its rate; pro bono work too.",
    )

    @api.depends("activity_code_id", "matter_id", "project_id")
    def _compute_work_kind(self):
        """The activity says it, else the matter; what is approved stays."""
        for line in self:
            if line.approval_state == "approved" and line.work_kind:
                line.work_kind = line.work_kind
            elif line._is_time_entry():
                line.work_kind = line._get_work_kind()
            else:
                line.work_kind = False

    def _get_work_kind(self):
        self.ensure_one()
        # sudo: the kind of work tells nothing of the matter
        matter_kind = self.matter_id.sudo().work_kind
        activity_kind = self.activity_code_id.sudo().work_kind
        if activity_kind and activity_kind != "client":
            return activity_kind
        return matter_kind or "client"

    @api.depends("work_kind")
    def _compute_is_billable(self):
        result = super()._compute_is_billable()
        for line in self:
            if line.work_kind and line.work_kind != "client":
                line.is_billable = False
        return result

    @api.depends("rate", "hours_billable", "unit_amount", "work_kind", "is_billable")
    def _compute_amount_standard(self):
        given = self._get_hours_given()
        for line in self:
            currency = line.legal_currency_id
            amount = line.rate * given.get(line, line.hours_billable)
            line.amount_standard = currency.round(amount) if currency else amount

    def _get_hours_given(self):
        """Return ``{pro bono line: hours}``, rounded as if they were billed."""
        lines = self.filtered(lambda line: line.work_kind == "pro_bono")
        # sudo: the rule of the matter, for whoever types the hours
        increments = lines.matter_id.sudo()._get_time_increments(
            {(line.matter_id._origin.id, line.date) for line in lines}
        )
        hours = {}
        for line in lines:
            increment = increments[line.matter_id._origin.id, line.date]
            minutes = billable_minutes(line._get_minutes(), *increment[:2])
            hours[line] = float(hours_from_minutes(minutes))
        return hours

    @api.constrains("is_billable")
    def _check_never_billed(self):
        self._check_kind_is_billed("is_billable")

    @api.constrains("hours_billable")
    def _check_hours_never_billed(self):
        self._check_kind_is_billed("hours_billable")

    def _check_kind_is_billed(self, name):
        for line in self:
            if line.work_kind not in (False, "client") and line[name]:
                raise ValidationError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is %(kind)s"
                        " and never billed: choose an activity of work for a client,"
                        " or leave it not billable.",
                        kind=line._get_work_kind_label(),
                        **line._entry_words(),
                    )
                )

    def _get_work_kind_label(self):
        self.ensure_one()
        selection = self._fields["work_kind"]._description_selection(self.env)
        return dict(selection).get(self.work_kind, "")

    @api.model
    def _legal_approval_fields(self):
        return super()._legal_approval_fields() | {"amount_standard"}

    @api.model
    def _legal_frozen_fields(self):
        return super()._legal_frozen_fields() | {"work_kind", "amount_standard"}

    @api.model
    def _legal_recompute_kind(self, domain):
        """Follow a change of an activity or a matter on what is not approved."""
        # sudo: everybody's drafts follow, whoever keeps the settings
        drafts = self.sudo().search(
            Domain("matter_id", "!=", False)
            & Domain("project_id", "!=", False)
            & Domain("approval_state", "in", ("draft", "submitted"))
            & Domain(domain)
        )
        names = ["work_kind", "is_billable"]
        for name in names:
            self.env.add_to_compute(self._fields[name], drafts)
        drafts.modified(names)
