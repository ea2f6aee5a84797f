from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: what an amendment takes over from the version before
COPIED = (
    "payment_term_id",
    "invoice_text_policy",
    "note",
    "has_time_rule",
    "time_increment_minutes",
    "time_rounding",
    "time_rounding_scope",
    "client_approves_time",
    "client_time_tacit_days",
    "signature_mode",
    "has_early_start_request",
    "send_channel",
    "pay_means",
)


class LegalFeeAgreement(models.Model):
    """Versions of an agreement: each amendment (avenant) applies from its own day.

    What was worked before stays under the version before; packages, caps and periods
    run on, since each term says which one it continues.
    """

    _inherit = "legal.fee.agreement"

    version = fields.Integer(default=1, readonly=True, copy=False)
    version_label = fields.Char(compute="_compute_version_label")
    previous_id = fields.Many2one(
        "legal.fee.agreement",
        string="Version before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    next_ids = fields.One2many("legal.fee.agreement", "previous_id")
    root_id = fields.Many2one(
        "legal.fee.agreement",
        string="First version",
        compute="_compute_root_id",
        store=True,
        index=True,
        recursive=True,
    )
    chain_ids = fields.Many2many(
        "legal.fee.agreement", string="Versions", compute="_compute_chain_ids"
    )

    _one_signed_version_after = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL AND state IN ('signed', 'ended')",
        "This agreement was amended already: amend the latest version.",
    )

    @api.depends("version")
    def _compute_version_label(self):
        for agreement in self:
            agreement.version_label = (
                self.env._("Amendment no. %s", agreement.version - 1)
                if agreement.version > 1
                else self.env._("Fee agreement")
            )

    @api.depends("previous_id.root_id")
    def _compute_root_id(self):
        for agreement in self:
            agreement.root_id = agreement.previous_id.root_id or agreement

    def _compute_chain_ids(self):
        for agreement in self:
            agreement.chain_ids = agreement._get_chain()

    def _get_chain(self):
        """Return every version of this agreement, the first one first."""
        self.ensure_one()
        return self.search([("root_id", "=", self.root_id.id)], order="version, id")

    # -- amending ----------------------------------------------------------------

    def action_amend(self, date_from=None):
        """Prepare the next version, to be changed and signed, and open it.

        A version prepared already, and not sent, is opened again.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_be_amended()
        pending = self.next_ids.filtered(lambda a: a.state == "draft")[:1]
        day = fields.Date.to_date(date_from)
        if pending and day:
            pending.date_from = day
        amendment = pending or self._create_amendment(day)
        return amendment._get_form_action()

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "name": self.display_name,
        }

    def _get_closing_action(self):
        """Return what follows a dialog: the agreement, unless it lies under it."""
        if self.env.context.get("legal_show_after"):
            return self._get_form_action()
        return {"type": "ir.actions.act_window_close"}

    def _check_can_be_amended(self):
        _ = self.env._
        if self.state != "signed":
            raise UserError(
                _(
                    "%(agreement)s is not in force: only a signed agreement is amended,"
                    " a draft is simply changed.",
                    agreement=self.display_name,
                )
            )
        after = self.next_ids.filtered(lambda a: a._is_binding())[:1]
        if after:
            raise UserError(
                _(
                    "%(agreement)s was amended by %(next)s already: amend that one.",
                    agreement=self.display_name,
                    next=after.display_name,
                )
            )
        waiting = self.next_ids.filtered(lambda a: a.state not in ("draft", "refused"))
        if waiting:
            raise UserError(
                _(
                    "%(next)s waits for the client's signature: have it signed or"
                    " refused before another amendment of %(agreement)s.",
                    agreement=self.display_name,
                    next=waiting[0].display_name,
                )
            )

    def _create_amendment(self, date_from):
        earliest = self.date_from + timedelta(days=1)
        today = fields.Date.context_today(self)
        day = date_from or max(earliest, today)
        amendment = self.create(self._prepare_amendment(day))
        self.term_ids._copy_to(amendment)
        return amendment

    def _prepare_amendment(self, day):
        """Return the values of the next version: terms, clauses, estimate."""
        self.ensure_one()
        version = max(self._get_chain().mapped("version")) + 1
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in COPIED
            if name in self._fields
        }
        return {
            **values,
            "name": f"{self.root_id.name}-A{version - 1}",
            "matter_id": self.matter_id.id,
            "currency_id": self.currency_id.id,
            "estimate_amount": self.estimate_amount,
            "previous_id": self.id,
            "version": version,
            "date_from": day,
            "template_id": self.template_id.id,
            "clause_ids": [
                Command.create(clause._prepare_copy()) for clause in self.clause_ids
            ],
            "estimate_line_ids": [
                Command.create(line._prepare_copy()) for line in self.estimate_line_ids
            ],
        }

    # -- signing -----------------------------------------------------------------

    def write(self, vals):
        if "date_to" in vals:
            self._check_extension(fields.Date.to_date(vals["date_to"]))
        if vals.get("state") == "signed":
            self._end_previous()
        result = super().write(vals)
        if vals.get("state") == "signed":
            for agreement in self.filtered("previous_id"):
                agreement._price_time_again()
        return result

    def _end_previous(self):
        """End the version before on the day before this one starts."""
        for agreement in self.filtered("previous_id"):
            agreement._check_start()
            previous = agreement.previous_id
            last_day = agreement.date_from - timedelta(days=1)
            if previous.date_to and previous.date_to < last_day:
                continue
            values = {"date_to": last_day}
            if last_day < fields.Date.context_today(agreement):
                values["state"] = "ended"
            previous.write(values)

    def _price_time_again(self):
        """Price the time not billed yet, from this version's first day, by it.

        Approved time keeps its price whatever the firm's rates become; the client
        signing other rates from a day on is another matter.
        """
        self.ensure_one()
        if not (self.term_ids | self.previous_id.term_ids).rate_ids:
            return
        # sudo: the time of the whole team; only prices that were signed are written
        entries_sudo = (
            self.env["account.analytic.line"]
            .sudo()
            .search(
                [
                    ("matter_id", "=", self.matter_id.id),
                    ("project_id", "!=", False),
                    ("is_billable", "=", True),
                    ("date", ">=", self.date_from),
                    ("billing_status", "in", ("draft", "submitted", "approved")),
                ]
            )
        )
        priced = self.env["legal.rate"]._resolve_batch(entries_sudo)
        changes = {
            entry: values
            for entry, values in priced.items()
            if values
            and (values["rate_id"] != entry.rate_id.id or values["rate"] != entry.rate)
            and not entry._get_rerate_refusal(values)
        }
        if changes:
            entries_sudo._legal_rerate(changes)

    def _check_start(self):
        """Refuse an amendment that does not start after the version before.

        :raise UserError: one sentence with both days
        """
        self.ensure_one()
        previous = self.previous_id
        if previous and self.date_from <= previous.date_from:
            raise UserError(
                self.env._(
                    "%(agreement)s starts on %(day)s but %(previous)s, which it amends,"
                    " on %(start)s: choose a later day.",
                    agreement=self.display_name,
                    day=format_date(self.env, self.date_from),
                    previous=previous.display_name,
                    start=format_date(self.env, previous.date_from),
                )
            )

    def _check_extension(self, last_day):
        """Refuse to prolong a version into the days of the one signed after it.

        :param last_day: the new end, ``False`` for none
        :raise UserError: one sentence with both names and the day
        """
        binding = self.filtered(lambda a: a._is_binding())
        for agreement in binding.filtered("date_to"):
            if last_day and last_day <= agreement.date_to:
                continue
            later = self.search(
                [
                    ("matter_id", "=", agreement.matter_id.id),
                    ("state", "in", ("signed", "ended")),
                    ("id", "!=", agreement.id),
                    ("date_from", ">", agreement.date_to),
                ],
                order="date_from",
                limit=1,
            )
            if later and (not last_day or later.date_from <= last_day):
                raise UserError(
                    self.env._(
                        "%(agreement)s cannot apply beyond the day before %(start)s,"
                        " when %(later)s, which is signed, takes over: amend that one.",
                        agreement=agreement.display_name,
                        start=format_date(self.env, later.date_from),
                        later=later.display_name,
                    )
                )

    def _check_overlap(self):
        """Refuse to sign beside another signed agreement, both named.

        :raise UserError: they apply on the same days
        """
        self.ensure_one()
        for other in self.search(
            [
                ("matter_id", "=", self.matter_id.id),
                ("state", "=", "signed"),
                ("id", "not in", (self | self.previous_id).ids),
            ]
        ):
            apart = (other.date_to and other.date_to < self.date_from) or (
                self.date_to and self.date_to < other.date_from
            )
            if not apart:
                raise UserError(
                    self.env._(
                        "%(agreement)s and %(other)s, which is signed, apply on the"
                        " same days: amend that one, or end it before %(day)s.",
                        agreement=self.display_name,
                        other=other.display_name,
                        day=format_date(self.env, self.date_from),
                    )
                )

    @api.model
    def _cron_end_past(self):
        """Mark agreements whose last day has passed as ended."""
        today = fields.Date.context_today(self)
        self.search([("state", "=", "signed"), ("date_to", "<", today)]).write(
            {"state": "ended"}
        )
