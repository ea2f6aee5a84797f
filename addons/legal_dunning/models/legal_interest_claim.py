from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, format_date, formatLang

BASES = [
    ("received", "Received from the client"),
    ("awarded", "Awarded by a decision"),
]


class LegalInterestClaim(models.Model):
    """What was decided about the interest of an invoice: waived, or booked.

    Until then it is claimed and accrues; nothing of it is ever on the invoice.
    """

    _name = "legal.interest.claim"
    _description = "Decision on Interest"
    _order = "decided_on desc, id desc"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", store=True, index=True, string="Payer"
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_interest_claim_matter_rel",
        "claim_id",
        "matter_id",
        "Matters",
        compute="_compute_matter_ids",
        store=True,
        compute_sudo=True,
    )
    currency_id = fields.Many2one(related="move_id.currency_id", store=True)
    state = fields.Selection(
        [("waived", "Waived"), ("booked", "Booked"), ("cancelled", "Taken back")],
        required=True,
    )
    basis = fields.Selection(BASES, "What Allows the Entry")
    amount_interest = fields.Monetary("Penalties or Interest")
    amount_indemnity = fields.Monetary("Indemnity")
    amount_total = fields.Monetary("Total", compute="_compute_amount_total", store=True)
    until = fields.Date("Computed until", required=True)
    arithmetic = fields.Text("How It Comes About")
    reason = fields.Text()
    decided_by_id = fields.Many2one("res.users", "Decided by", required=True)
    decided_on = fields.Date(required=True)
    entry_id = fields.Many2one("account.move", "Entry", readonly=True)

    _one_decision = models.UniqueIndex(
        "(move_id) WHERE state <> 'cancelled'",
        "The interest of this invoice is decided already.",
    )
    _waived_with_reason = models.Constraint(
        "CHECK (state <> 'waived' OR reason IS NOT NULL)",
        "Interest is waived for a reason.",
    )

    @api.depends("move_id.matter_ids")
    def _compute_matter_ids(self):
        for claim in self:
            claim.matter_ids = claim.move_id.matter_ids

    @api.depends("amount_interest", "amount_indemnity")
    def _compute_amount_total(self):
        for claim in self:
            claim.amount_total = claim.amount_interest + claim.amount_indemnity

    @api.depends("move_id", "state")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        for claim in self:
            claim.display_name = f"{claim.move_id.name} – {states.get(claim.state)}"

    # Decisions ----------------------------------------------------------------

    @api.model
    def _waive(self, move, until, reason):
        """A partner gives up what an invoice bears, and says why."""
        lead = move._get_dunning_user()
        if not self.env["legal.dunning.action"]._may_decide(self.env.user, lead):
            raise AccessError(
                self.env._(
                    "Interest on %(number)s is for %(person)s or the management to"
                    " waive.",
                    number=move.name,
                    person=lead.name or self.env._("the responsible"),
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the interest is waived."))
        return self._decide(move, until, {"state": "waived", "reason": reason})

    @api.model
    def _book(self, move, until, basis, day):
        """Book what was received or awarded, in an entry of its own without VAT."""
        if not self.env.user.has_group("account.group_account_user"):
            raise AccessError(self.env._("Interest is booked by an accountant."))
        claim = self._decide(move, until, {"state": "booked", "basis": basis})
        if not claim.amount_total:
            raise UserError(
                self.env._("%(number)s bears nothing to book.", number=move.name)
            )
        claim.entry_id = claim._make_entry(day)
        return claim

    def _decide(self, move, until, vals):
        move._check_no_interest_decision()
        statement = move._get_interest_statement(until)
        # sudo: the caller's right to decide was checked; only this record is made.
        claim = self.sudo().create(
            {
                "move_id": move.id,
                "until": until,
                "amount_interest": float(statement.interest),
                "amount_indemnity": float(statement.indemnity),
                "arithmetic": "\n".join(move._get_interest_words(statement)),
                "decided_by_id": self.env.uid,
                "decided_on": move.company_id._get_dunning_today(),
                **vals,
            }
        )
        move.invalidate_recordset(["interest_claim_id"])
        claim._log_decision()
        return claim

    def _log_decision(self):
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        self.move_id._message_log(
            body=self.env._(
                "Interest %(state)s: %(amount)s up to %(day)s. %(reason)s",
                state=states[self.state].lower(),
                amount=format_amount(self.env, self.amount_total, self.currency_id),
                day=format_date(self.env, self.until),
                reason=self.reason or "",
            )
        )

    def _make_entry(self, day):
        """Return the entry: the payer owes it, the firm has earned it."""
        self.ensure_one()
        company = self.company_id
        receivable = self.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).account_id[:1]
        label = self.env._("Late payment, %(number)s", number=self.move_id.name)
        lines = []
        for key in ("interest", "indemnity"):
            amount = self[f"amount_{key}"]
            if amount:
                account = company._get_interest_account(key, day)
                lines.append(self._prepare_entry_line(account, -amount, label, day))
        lines.append(
            self._prepare_entry_line(receivable, self.amount_total, label, day)
        )
        entry = (
            self.env["account.move"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "date": day,
                    "ref": label,
                    "journal_id": self._get_entry_journal().id,
                    "line_ids": [Command.create(line) for line in lines],
                }
            )
        )
        entry.action_post()
        self._match_entry(entry)
        return entry

    def _prepare_entry_line(self, account, amount, label, day):
        company = self.company_id
        balance = self.currency_id._convert(amount, company.currency_id, company, day)
        return {
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": balance,
            "name": label,
            "tax_ids": [Command.clear()],
        }

    def _get_entry_journal(self):
        company = self.company_id
        journal = company.interest_journal_id or self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for interest: choose one under"
                    " Settings › Reminders.",
                    company=company.name,
                )
            )
        return journal

    def _match_entry(self, entry):
        """Match the entry with what the payer has paid beyond the invoice."""
        debit = entry.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        credits = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("account_id", "=", debit.account_id.id),
                    ("partner_id", "child_of", self.partner_id.ids),
                    ("currency_id", "=", self.currency_id.id),
                    ("reconciled", "=", False),
                    ("amount_residual", "<", 0),
                    ("payment_id", "!=", False),
                ],
                order="date, id",
            )
        )
        free = -sum(credits.mapped("amount_residual_currency"))
        if self.currency_id.compare_amounts(free, self.amount_total) == 0:
            (debit | credits).reconcile()

    def action_cancel(self):
        """Take a waiver back: interest is claimed again from the due date."""
        for claim in self:
            if claim.state != "waived":
                raise UserError(
                    self.env._("Interest that was booked is corrected by its entry.")
                )
            lead = claim.move_id._get_dunning_user()
            if not self.env["legal.dunning.action"]._may_decide(self.env.user, lead):
                raise AccessError(self.env._("A waiver is for a partner to take back."))
        # sudo: the right of a partner was just checked.
        self.sudo().write({"state": "cancelled"})
        self.move_id.invalidate_recordset(["interest_claim_id"])


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_no_interest_decision(self):
        self.ensure_one()
        if self.sudo().interest_claim_id:
            raise UserError(
                self.env._(
                    "The interest of %(number)s is decided already.", number=self.name
                )
            )

    def _get_interest_words(self, statement):
        """Return the arithmetic of a statement, a line a period."""
        env = self.env
        return [
            env._(
                "%(from)s – %(to)s: %(balance)s × %(rate)s %% × %(days)s / %(year)s ="
                " %(amount)s",
                **row,
            )
            for row in self._get_interest_rows(statement)
        ]

    def _get_interest_rows(self, statement):
        """Return the periods of a statement, ready to print."""
        rows = []
        for term in statement.terms:
            for step in term.result.steps:
                rows.append(
                    {
                        "from": format_date(self.env, step.first_day),
                        "to": format_date(self.env, step.last_day),
                        "days": step.days,
                        "year": step.year_days,
                        "balance": format_amount(
                            self.env, float(step.balance), self.currency_id
                        ),
                        "rate": formatLang(self.env, float(step.percent), digits=2),
                        "amount": formatLang(self.env, float(step.exact), digits=4),
                    }
                )
        return rows
