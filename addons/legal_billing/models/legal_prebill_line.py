from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import fees, hourly
from .columns import rows
from .legal_money_category import SECTIONS
from .legal_prebill_kinds import ALLOWANCES
from .monetary import BatchMonetary

DECISIONS_THAT_LOSE_VALUE = ("no_charge", "write_down", "write_off")
SECTION_RANKS = {code: rank for rank, (code, _label) in enumerate(SECTIONS)}


class LegalPrebillLine(models.Model):
    """One source on a pre-bill: a time entry, a cost, an instalment or a cap.

    Amounts exclude VAT, in the pre-bill's currency. ``proposed`` figures are
    what the agreement says; the others are what the reviewer decided.
    """

    _name = "legal.prebill.line"
    _inherit = "legal.alike.mixin"
    _description = "Pre-bill Line"
    _order = "prebill_id, section_rank, kind_rank, date, id"
    _check_company_auto = True

    prebill_id = fields.Many2one(
        "legal.prebill", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(
        related="prebill_id.matter_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="prebill_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(
        related="prebill_id.currency_id", store=True, precompute=True
    )
    prebill_state = fields.Selection(related="prebill_id.state")
    kind = fields.Selection(
        [
            ("opening", "File-opening fee"),
            ("instalment", "Instalment"),
            ("subscription", "Subscription"),
            ("time", "Time"),
            ("minimum", "Minimum fee"),
            ("success", "Success fee"),
            ("discount", "Discount"),
            ("cap", "Cap"),
            ("expense_percent", "Agreed expenses"),
            ("cost", "Cost"),
        ],
        required=True,
        readonly=True,
    )
    kind_rank = fields.Integer(compute="_compute_ranks", store=True, precompute=True)
    section_rank = fields.Integer(compute="_compute_ranks", store=True, precompute=True)
    category_id = fields.Many2one(
        "legal.money.category", required=True, check_company=True, readonly=True
    )
    section = fields.Selection(
        related="category_id.section", store=True, precompute=True
    )
    entry_id = fields.Many2one(
        "account.analytic.line",
        string="Time Entry",
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    cost_id = fields.Many2one(
        "legal.cost", index=True, readonly=True, ondelete="restrict"
    )
    instalment_id = fields.Many2one(
        "legal.fee.instalment", index=True, readonly=True, ondelete="restrict"
    )
    period_id = fields.Many2one(
        "legal.fee.period", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    outcome_id = fields.Many2one(
        "legal.fee.outcome", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    term_id = fields.Many2one("legal.fee.term", index=True, readonly=True)
    term_root_id = fields.Many2one(
        related="term_id.root_id", store=True, index=True, precompute=True
    )
    allowance_key = fields.Char(
        readonly=True, help="Which of the term's figures this line is worked out from."
    )
    is_derived = fields.Boolean(
        compute="_compute_is_derived",
        help="Worked out from the other lines, and follows them.",
    )
    explanation = fields.Text(
        readonly=True, help="How the agreement comes to this amount."
    )
    date = fields.Date(required=True, readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    grade_id = fields.Many2one("legal.grade", readonly=True)
    narrative = fields.Text(help="What the client reads.")
    hours_proposed = fields.Float(readonly=True)
    hours = fields.Float()
    hours_package = fields.Float(
        string="Of which in the package",
        readonly=True,
        help="Hours covered by a fixed fee: shown, not charged.",
    )
    rate_proposed = BatchMonetary(readonly=True)
    rate = BatchMonetary()
    rate_source = fields.Char(related="entry_id.rate_source", string="Why this rate")
    amount_standard = BatchMonetary(
        readonly=True, help="What the work is worth at its standard rate."
    )
    amount_proposed = BatchMonetary(readonly=True)
    amount = BatchMonetary(
        compute="_compute_amount", store=True, readonly=False, precompute=True
    )
    decision = fields.Selection(
        [
            ("bill", "Bill"),
            ("no_charge", "Show, no charge"),
            ("write_down", "Write down"),
            ("write_off", "Write off"),
            ("postpone", "Postpone"),
        ],
        default="bill",
        required=True,
    )
    reason_id = fields.Many2one("legal.writeoff.reason")
    amount_lost = BatchMonetary(
        compute="_compute_amount_lost",
        store=True,
        precompute=True,
        help="What the decision gives up of the proposed amount.",
    )
    invoice_line_ids = fields.Many2many(
        "account.move.line", "legal_prebill_line_move_line_rel", copy=False
    )
    is_live = fields.Boolean(compute="_compute_is_live", store=True, precompute=True)
    source_status = fields.Selection(
        [
            ("on_prebill", "On a pre-bill"),
            ("billed", "Billed"),
            ("paid", "Paid"),
            ("written_off", "Written off"),
        ],
        compute="_compute_source_status",
        store=True,
        precompute=True,
    )

    # Two runs, two people, a double click: the database keeps a source from
    # being on two live pre-bills, whatever the code above it believed.
    _entry_once = models.UniqueIndex(
        "(entry_id) WHERE is_live AND entry_id IS NOT NULL",
        "This time entry is already on another pre-bill.",
    )
    _cost_once = models.UniqueIndex(
        "(cost_id) WHERE is_live AND cost_id IS NOT NULL",
        "This cost is already on another pre-bill.",
    )
    _instalment_once = models.UniqueIndex(
        "(instalment_id) WHERE is_live AND instalment_id IS NOT NULL",
        "This instalment is already on another pre-bill.",
    )
    _period_once = models.UniqueIndex(
        "(period_id) WHERE is_live AND period_id IS NOT NULL",
        "This period is already on another pre-bill.",
    )
    _outcome_once = models.UniqueIndex(
        "(outcome_id) WHERE is_live AND outcome_id IS NOT NULL",
        "This result is already on another pre-bill.",
    )
    _opening_once = models.UniqueIndex(
        "(term_root_id) WHERE is_live AND kind = 'opening'",
        "This file-opening fee is already on another pre-bill.",
    )
    _minimum_once = models.UniqueIndex(
        "(term_root_id) WHERE is_live AND kind = 'minimum' AND period_id IS NULL",
        "This minimum fee is already on another pre-bill.",
    )
    _flat_expense_once = models.UniqueIndex(
        "(term_root_id)"
        " WHERE is_live AND kind = 'expense_percent' AND allowance_key IS NULL",
        "These flat expenses are already on another pre-bill.",
    )
    _hours_not_negative = models.Constraint(
        "CHECK (hours >= 0 AND hours_package >= 0 AND rate >= 0)",
        "Hours and rates on a pre-bill cannot be negative.",
    )

    # -- computes --------------------------------------------------------------

    @api.model
    def _add_known_values(self, vals_list):
        """Fill in what follows from the pre-bill, the category and the decision."""
        super()._add_known_values(vals_list)
        known = {}
        for vals in vals_list:
            if vals.get("prebill_id") and "amount" in vals and "kind" in vals:
                self._add_plain_values(vals, known)

    @api.model
    def _add_plain_values(self, vals, known):
        """Give a new line the values that its computed fields would find.

        :param dict known: what was found for lines before, by what it follows from
        """
        decision, kind = vals.get("decision", "bill"), vals["kind"]
        key = (
            vals["prebill_id"],
            vals["category_id"],
            vals.get("term_id"),
            decision,
            kind,
            bool(vals.get("invoice_line_ids")),
        )
        if key not in known:
            found = self._find_plain_values(vals, decision, kind)
            names = {*found, *self._get_amounts_from_given()}
            known[key] = found, frozenset(self._fields[name] for name in names)
        found, fields_found = known[key]
        loses = decision in DECISIONS_THAT_LOSE_VALUE and kind not in ALLOWANCES
        given_up = vals.get("amount_proposed", 0.0) - vals["amount"]
        vals.update(found)
        vals["amount_lost"] = given_up if loses else 0.0
        vals["__precomputed__"] = set(fields_found)

    @api.model
    def _get_amounts_from_given(self):
        """Return the amounts that follow from those given, line by line; extended."""
        return ["amount_lost"]

    @api.model
    def _find_plain_values(self, vals, decision, kind):
        """Return what follows from the records that a new line is tied to."""
        prebill = self.env["legal.prebill"].browse(vals["prebill_id"])
        category = self.env["legal.money.category"].browse(vals["category_id"])
        term = self.env["legal.fee.term"].browse(vals.get("term_id") or [])
        is_live = decision != "postpone" and prebill.state != "cancelled"
        found = {
            "matter_id": prebill.matter_id.id,
            "company_id": prebill.company_id.id,
            "currency_id": prebill.currency_id.id,
            "term_root_id": term.root_id.id,
            "section": category.section,
            "section_rank": SECTION_RANKS.get(category.section, 0),
            "kind_rank": self._get_kind_ranks()[kind],
            "is_live": is_live,
        }
        if decision != "write_off" and not vals.get("invoice_line_ids"):
            found["source_status"] = "on_prebill" if is_live else False
        return found

    @api.model
    def _get_kind_ranks(self):
        return {
            code: rank
            for rank, (code, _label) in enumerate(self._fields["kind"].selection)
        }

    @api.depends("kind", "category_id.section")
    def _compute_ranks(self):
        ranks = self._get_kind_ranks()
        for line in self:
            line.section_rank = SECTION_RANKS.get(line.category_id.section, 0)
            line.kind_rank = ranks.get(line.kind, 0)

    @api.depends("hours", "rate", "hours_package", "decision", "amount_proposed")
    def _compute_amount(self):
        for line in self:
            if line.decision in ("no_charge", "write_off", "postpone"):
                line.amount = 0
            elif line.kind == "time":
                line.amount = float(
                    fees.charge_amount(
                        fees.to_decimal(line.hours),
                        fees.to_decimal(line.hours_package),
                        fees.to_decimal(line.rate),
                        fees.to_decimal(line.currency_id.rounding or 0.01),
                    )
                )
            else:
                line.amount = line.amount or line.amount_proposed

    @api.depends("kind", "allowance_key")
    def _compute_is_derived(self):
        for line in self:
            line.is_derived = line.kind in ALLOWANCES or bool(line.allowance_key)

    @api.depends("amount", "amount_proposed", "decision", "kind")
    def _compute_amount_lost(self):
        for line in self:
            loses = line.decision in DECISIONS_THAT_LOSE_VALUE
            loses = loses and line.kind not in ALLOWANCES
            line.amount_lost = line.amount_proposed - line.amount if loses else 0

    @api.depends(
        "active",
        "decision",
        "prebill_id.state",
        "invoice_line_ids.move_id.state",
    )
    def _compute_is_live(self):
        """A line lets its source go when it left, is postponed, cancelled, credited."""
        for line in self:
            credited = line._is_given_back()
            line.is_live = line.active and not (
                line.decision == "postpone"
                or line.prebill_id.state == "cancelled"
                or credited
            )

    @api.depends(
        "is_live",
        "decision",
        "prebill_id.state",
        "invoice_line_ids.move_id.state",
        "invoice_line_ids.move_id.payment_state",
    )
    def _compute_source_status(self):
        for line in self:
            moves = line.invoice_line_ids.move_id
            if not line.is_live:
                line.source_status = False
            elif line.decision == "write_off" and line.prebill_id.state in (
                "approved",
                "invoiced",
            ):
                line.source_status = "written_off"
            elif moves and all(move.state == "posted" for move in moves):
                paid = all(m.payment_state in ("paid", "in_payment") for m in moves)
                line.source_status = "paid" if paid else "billed"
            else:
                line.source_status = "on_prebill"

    def _get_source_status(self):
        """Return the status that the live line among these gives its source."""
        return next((line.source_status for line in self if line.is_live), False)

    def _get_taxes_key(self):
        """Return the fields that alone decide on the taxes of a line, beside the
        position."""
        return ("category_id",)

    def _get_taxes(self, fiscal_position):
        """Return the taxes that this line will bear on the invoice; a hook."""
        self.ensure_one()
        return fiscal_position.map_tax(self.category_id._get_tax())

    # -- editing ---------------------------------------------------------------

    @api.constrains("amount", "decision", "reason_id", "kind")
    def _check_lost_value_has_reason(self):
        for line in self._get_worth_less():
            currency = line.currency_id
            if currency.compare_amounts(line.amount, line.amount_proposed) < 0:
                if line.decision == "bill":
                    raise ValidationError(
                        self.env._(
                            "The line “%(line)s” is billed %(amount)s below what the"
                            " agreement gives: choose “Write down” and a reason.",
                            line=line._get_label(),
                            amount=currency.format(line.amount_proposed - line.amount),
                        )
                    )
                if line.decision != "postpone" and not line.reason_id:
                    raise ValidationError(
                        self.env._(
                            "The line “%(line)s” gives up %(amount)s: choose the"
                            " reason why.",
                            line=line._get_label(),
                            amount=currency.format(line.amount_proposed - line.amount),
                        )
                    )
            if line.amount < 0:
                raise ValidationError(
                    self.env._(
                        "The line “%(line)s” cannot be billed a negative amount:"
                        " enter zero or more.",
                        line=line._get_label(),
                    )
                )

    def _get_worth_less(self):
        """Return the lines that may give up value: not those at what is proposed."""
        below = [
            line_id
            for line_id, kind, amount, proposed in rows(
                self, "id", "kind", "amount", "amount_proposed"
            )
            if kind not in ALLOWANCES and (amount < proposed or amount < 0)
        ]
        return self.browse(below).with_prefetch(self._prefetch_ids)

    @api.onchange("hours", "rate", "amount")
    def _onchange_value(self):
        """Choose “write down” for the reviewer as soon as value is given up."""
        below = (
            self.currency_id.compare_amounts(self.amount, self.amount_proposed) < 0
            if self.currency_id
            else False
        )
        if below and self.decision == "bill":
            self.decision = "write_down"
        elif not below and self.decision == "write_down":
            self.decision = "bill"

    def write(self, vals):
        decided = {"hours", "rate", "amount", "decision", "narrative", "reason_id"}
        decided |= {"active", "presentation_group", "merged_into_id"}
        if decided & vals.keys():
            for line in self:
                if line.prebill_id.state not in ("draft", "in_review"):
                    raise UserError(
                        self.env._(
                            "The pre-bill %(prebill)s is approved: reopen it before"
                            " its lines are changed.",
                            prebill=line.prebill_id.display_name,
                        )
                    )
        result = super().write(vals)
        if {"hours", "rate", "amount", "decision"} & vals.keys():
            self.filtered(
                lambda line: not line.is_derived
            ).prebill_id._sync_allowances()
        return result

    def _set_derived(self, amount, explanation):
        """Write what follows from the other lines: nobody's decision, so no guard.

        A line the reviewer gave up or wrote down keeps what he decided.
        """
        self.ensure_one()
        values = {"amount_proposed": float(amount), "explanation": explanation}
        if self.decision == "bill" or self.kind in ALLOWANCES:
            values["amount"] = float(amount)
        # pylint: disable-next=super-method-mismatch
        return super().write(values)

    def _set_figures(self, vals):
        """Write figures that follow from elsewhere, past the guards of a decision."""
        # pylint: disable-next=super-method-mismatch
        return super().write(vals)

    def _prepare_engine_entry(self):
        """Return a line of time as the engine reads it, at its billed amount."""
        self.ensure_one()
        return hourly.Entry(
            self.entry_id.id or self._origin.id or 0,
            self.date,
            fees.to_decimal(self.hours),
            fees.to_decimal(self.rate),
            fees.to_decimal(self.amount),
        )

    def _get_label(self):
        """Return the first words of a line, for a sentence that names it."""
        self.ensure_one()
        text = (self.narrative or "").strip().splitlines()
        return text[0][:60] if text else self.env._("no narrative")

    def _describe_act(self):
        """Return one act as plain values for print and portal."""
        self.ensure_one()
        return {
            "id": self.id,
            "date": self.date,
            "narrative": self.narrative or "",
            "who": self.employee_id.name or "",
            "grade": self.grade_id.name or "",
            "activity": self.entry_id.activity_code_id.name or "",
            "hours": self.hours,
            "hours_package": self.hours_package,
            "rate": self.rate,
            "amount": self.amount,
            "is_package": bool(self.hours_package) and not self.amount,
            "is_no_charge": self.decision == "no_charge",
        }
