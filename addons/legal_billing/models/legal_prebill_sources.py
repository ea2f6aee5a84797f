from collections import defaultdict
from dataclasses import dataclass, field, replace

from odoo import api, models

from ..engine import fees
from .columns import rows

#: what making pre-bills, checking them and following their entries read of these: an
#: entry has three times as many
ENTRY_FIELDS = (
    "activity_code_id",
    "amount_billable",
    "approval_state",
    "billing_status",
    "date",
    "employee_id",
    "grade_id",
    "hours_billable",
    "is_billable",
    "legal_currency_id",
    "matter_id",
    "narrative",
    "project_id",
    "rate",
    "rate_id",
    "unit_amount",
)


@dataclass
class Sources:
    """What one matter has to bill, read beforehand for a whole run.

    ``agreement`` is the version the pre-bill is made under; ``agreements`` are all
    those in force some day until its end, the earliest first. Figures of what was
    billed before are by the root of a term: a package, a cap or a period runs on
    over the versions of an agreement.
    """

    date_to: object = None
    agreement: object = None
    agreements: list = field(default_factory=list)
    entries: list = field(default_factory=list)
    costs: list = field(default_factory=list)
    instalments: list = field(default_factory=list)
    outcomes: list = field(default_factory=list)
    open_prebill: object = None
    hours_before: dict = field(default_factory=dict)
    amounts_before: dict = field(default_factory=dict)
    usage_before: dict = field(default_factory=lambda: defaultdict(dict))
    #: {root: {first day: (period, whether it is on a live pre-bill)}}
    periods_before: dict = field(default_factory=lambda: defaultdict(dict))
    billed_once: set = field(default_factory=set)
    #: {term: entries beyond its cap that wait; None: under no agreement any more}
    left_out: dict = field(default_factory=lambda: defaultdict(list))

    def fresh(self):
        """Return a copy whose running figures can be drawn on, so that a matter may
        be worked out again."""
        return replace(
            self,
            hours_before=dict(self.hours_before),
            amounts_before=dict(self.amounts_before),
            left_out=defaultdict(list),
        )


class LegalPrebill(models.Model):
    """Reading what matters have to bill, in a fixed number of queries."""

    _inherit = "legal.prebill"

    @api.model
    def _gather_sources(self, matters, date_to):
        """Read what these matters have to bill up to ``date_to``.

        A fixed number of queries whatever the number of matters.

        :return: {matter: Sources}
        """
        sources = {matter: Sources(date_to=date_to) for matter in matters}
        self._gather_agreements(sources, matters, date_to)
        by_id = {matter.id: own for matter, own in sources.items()}
        entries = self.env["account.analytic.line"].search_fetch(
            self._get_entry_domain(matters, date_to), ENTRY_FIELDS, order="date, id"
        )
        for entry, (matter_id,) in zip(
            entries, rows(entries, "matter_id"), strict=True
        ):
            by_id[matter_id].entries.append(entry)
        for cost in self.env["legal.cost"].search(
            [
                ("matter_id", "in", matters.ids),
                ("billing_status", "=", "to_bill"),
                ("date", "<=", date_to),
            ],
            order="date, id",
        ):
            sources[cost.matter_id].costs.append(cost)
        for prebill in self.search(
            [
                ("matter_id", "in", matters.ids),
                ("state", "in", ("draft", "in_review", "approved")),
            ]
        ):
            sources[prebill.matter_id].open_prebill = prebill
        agreements = self.env["legal.fee.agreement"].union(
            *[a for source in sources.values() for a in source.agreements]
        )
        self._gather_due(sources, agreements, date_to)
        self._gather_before(sources, matters, agreements.term_ids)
        return sources

    # -- agreements ----------------------------------------------------------------

    @api.model
    def _gather_agreements(self, sources, matters, date_to):
        for agreement in self.env["legal.fee.agreement"].search(
            self._get_agreement_domain(matters, date_to), order="date_from, id"
        ):
            sources[agreement.matter_id].agreements.append(agreement)
        for source in sources.values():
            source.agreement = self._choose_agreement(source.agreements, date_to)

    @api.model
    def _choose_agreement(self, agreements, date_to):
        """Return the version a pre-bill is made under: the one in force at its end.

        After the last one ended, what is left to bill is still billed under it.
        """
        in_force = [a for a in agreements if a._holds_on(date_to)]
        signed = [a for a in in_force if a._is_binding()]
        return next(iter((signed or in_force or agreements)[::-1]), None)

    @api.model
    def _get_agreement_domain(self, matters, date_to):
        """Return the agreements that may be billed; unsigned ones if allowed."""
        company = matters.company_id[:1] or self.env.company
        states = ["signed", "ended"]
        if not company.legal_requires_signature:
            states += self._get_unsigned_states()
        return [
            ("matter_id", "in", matters.ids),
            ("state", "in", states),
            ("date_from", "<=", date_to),
        ]

    @api.model
    def _get_unsigned_states(self):
        """Return the states a firm may bill from though nobody signed yet."""
        return ["draft", "sent"]

    @api.model
    def _find_agreement(self, agreements, day):
        """Return the version in force on a day, a signed one first.

        Work done before the first version falls under that one: the agreement came
        late, the work is the same. Work after the end of the last falls under none.
        """
        holding = [a for a in agreements if a._holds_on(day)]
        signed = [a for a in holding if a._is_binding()]
        if signed or holding:
            return (signed or holding)[-1]
        later = [a for a in agreements if a.date_from > day]
        return later[0] if later else None

    # -- what is due -----------------------------------------------------------------

    @api.model
    def _gather_due(self, sources, agreements, date_to):
        """Read instalments and results that fell due and are on no live line."""
        not_billed = ("prebill_line_ids", "not any", [("is_live", "=", True)])
        for instalment in self.env["legal.fee.instalment"].search(
            [("agreement_id", "in", agreements.ids), ("due_on", "<=", date_to)]
            + [not_billed]
        ):
            end = instalment.agreement_id.date_to
            if not end or instalment.due_on <= end:
                sources[instalment.matter_id].instalments.append(instalment)
        for outcome in self.env["legal.fee.outcome"].search(
            [
                ("term_id.agreement_id", "in", agreements.ids),
                ("due_on", "<=", date_to),
                not_billed,
            ]
        ):
            sources[outcome.matter_id].outcomes.append(outcome)

    # -- what was billed before --------------------------------------------------------

    @api.model
    def _gather_before(self, sources, matters, terms):
        # Read for all at once: matter by matter they would be asked for one by one.
        terms.rate_ids.mapped("rate_id")
        Line = self.env["legal.prebill.line"]
        live = [
            ("matter_id", "in", matters.ids),
            ("is_live", "=", True),
            ("term_root_id", "!=", False),
        ]
        for root, kind, hours, amount in Line._read_group(
            [*live, ("decision", "!=", "write_off")],
            ["term_root_id", "kind"],
            ["hours:sum", "amount_net:sum"],
        ):
            source = sources[root.matter_id]
            if kind == "time":
                source.hours_before[root.id] = fees.to_decimal(hours)
            if kind in ("time", "discount", "cap"):
                before = source.amounts_before.get(root.id, fees.ZERO)
                source.amounts_before[root.id] = before + fees.to_decimal(amount)
            source.billed_once.add((root.id, kind))
        packages = terms.filtered(lambda term: term.kind == "subscription").root_id
        for root, day, hours, value in Line._read_group(
            [
                ("term_root_id", "in", packages.ids),
                ("is_live", "=", True),
                ("kind", "=", "time"),
                ("decision", "!=", "write_off"),
            ],
            ["term_root_id", "date:day"],
            ["hours:sum", "amount_standard:sum"],
        ):
            sources[root.matter_id].usage_before[root.id][day] = (
                fees.to_decimal(hours),
                fees.to_decimal(value),
            )
        self._gather_periods(sources, matters)

    @api.model
    def _gather_periods(self, sources, matters):
        periods = self.env["legal.fee.period"].search(
            [("matter_id", "in", matters.ids)], order="date_from"
        )
        live = self.env["legal.prebill.line"]._read_group(
            [("period_id", "in", periods.ids), ("is_live", "=", True)], ["period_id"]
        )
        live = {period for (period,) in live}
        for period in periods:
            known = sources[period.matter_id].periods_before[period.root_id.id]
            known[period.date_from] = (period, period in live)
