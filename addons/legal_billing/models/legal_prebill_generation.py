from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import fees


@dataclass
class Sources:
    """What one matter has to bill, read beforehand for a whole run."""

    agreement: object = None
    entries: list = field(default_factory=list)
    costs: list = field(default_factory=list)
    instalments: list = field(default_factory=list)
    open_prebill: object = None
    hours_before: dict = field(default_factory=dict)


class LegalPrebill(models.Model):
    """Making pre-bills out of approved time, costs and due instalments."""

    _inherit = "legal.prebill"

    @api.model
    def _gather_sources(self, matters, date_to):
        """Read what these matters have to bill up to ``date_to``.

        A fixed number of queries whatever the number of matters.

        :return: {matter: Sources}
        """
        sources = {matter: Sources() for matter in matters}
        for agreement in self.env["legal.fee.agreement"].search(
            self._get_agreement_domain(matters, date_to), order="date_from, id"
        ):
            sources[agreement.matter_id].agreement = agreement
        for entry in self.env["account.analytic.line"].search(
            self._get_entry_domain(matters, date_to), order="date, id"
        ):
            sources[entry.matter_id].entries.append(entry)
        for cost in self.env["legal.cost"].search(
            [
                ("matter_id", "in", matters.ids),
                ("billing_status", "=", "to_bill"),
                ("date", "<=", date_to),
            ],
            order="date, id",
        ):
            sources[cost.matter_id].costs.append(cost)
        agreements = [s.agreement.id for s in sources.values() if s.agreement]
        for instalment in self.env["legal.fee.instalment"].search(
            [
                ("agreement_id", "in", agreements),
                ("due_on", "<=", date_to),
                ("prebill_line_ids", "not any", [("is_live", "=", True)]),
            ]
        ):
            sources[instalment.matter_id].instalments.append(instalment)
        for prebill in self.search(
            [
                ("matter_id", "in", matters.ids),
                ("state", "in", ("draft", "in_review", "approved")),
            ]
        ):
            sources[prebill.matter_id].open_prebill = prebill
        for term, hours in self.env["legal.prebill.line"]._read_group(
            [
                ("matter_id", "in", matters.ids),
                ("is_live", "=", True),
                ("kind", "=", "time"),
                ("decision", "!=", "write_off"),
                ("term_id", "!=", False),
            ],
            ["term_id"],
            ["hours:sum"],
        ):
            sources[term.matter_id].hours_before[term.id] = fees.to_decimal(hours)
        return sources

    @api.model
    def _get_agreement_domain(self, matters, date_to):
        """Return the agreements that may be billed; unsigned ones if allowed."""
        company = matters.company_id[:1] or self.env.company
        states = ["signed"]
        if not company.legal_requires_signature:
            states.append("draft")
        return [
            ("matter_id", "in", matters.ids),
            ("state", "in", states),
            ("date_from", "<=", date_to),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", date_to),
        ]

    @api.model
    def _get_entry_domain(self, matters, date_to):
        return [
            ("matter_id", "in", matters.ids),
            ("billing_status", "=", "approved"),
            ("date", "<=", date_to),
        ]

    @api.model
    def _generate(self, matter, date_to, sources=None):
        """Make the pre-bill of one matter up to ``date_to``.

        :param Sources sources: as given by :meth:`_gather_sources`
        :return: (pre-bill or an empty recordset, [sentences about what was
            left out])
        :raise UserError: the matter cannot be billed; the sentence names it
        """
        sources = sources or self._gather_sources(matter, date_to)[matter]
        if sources.open_prebill:
            return sources.open_prebill, []
        if not (sources.entries or sources.costs or sources.instalments):
            if not sources.agreement:
                return self.browse(), []
        self._check_billable(matter, sources)
        costs, warnings = self._split_costs(sources.costs)
        lines = self._prepare_fee_lines(matter, sources)
        has_value = any(vals["amount_proposed"] for vals in lines) or costs
        if not has_value:
            return self.browse(), warnings
        lines += [self._prepare_cost_line(cost) for cost in costs]
        prebill = self.create(
            {
                "matter_id": matter.id,
                "partner_id": matter.partner_id.id,
                "agreement_id": sources.agreement.id,
                "date_from": min(min(vals["date"] for vals in lines), date_to),
                "date_to": date_to,
                "line_ids": [Command.create(vals) for vals in lines],
            }
        )
        prebill._sync_caps()
        return prebill, warnings

    @api.model
    def _check_billable(self, matter, sources):
        """Refuse a matter that lacks a client or an agreement, by name."""
        if matter.is_internal:
            raise UserError(
                self.env._(
                    "%(matter)s is a matter of the firm itself and is never billed:"
                    " record work for a client on the client's matter.",
                    matter=matter.matter_number,
                )
            )
        if not matter.partner_id:
            raise UserError(
                self.env._(
                    "The matter %(matter)s has no client: open it and choose one.",
                    matter=matter.display_name,
                )
            )
        if not sources.agreement:
            raise UserError(
                self.env._(
                    "The matter %(matter)s has no signed fee agreement on this date:"
                    " have one signed, then run again.",
                    matter=matter.display_name,
                )
            )

    @api.model
    def _split_costs(self, costs):
        """Return (costs that can be billed, sentences about the others)."""
        refusals = {cost: cost._get_refusal() for cost in costs}
        return (
            [cost for cost in costs if not refusals[cost]],
            [refusal for refusal in refusals.values() if refusal],
        )

    # -- lines -----------------------------------------------------------------

    def _prepare_fee_lines(self, matter, sources):
        """Return the values of the fee lines: instalments, then time by term."""
        category = self.env["legal.money.category"]._get_by_code(
            "fee", matter.company_id
        )
        category._check_usable()
        agreement = sources.agreement
        lines = [
            {
                "kind": "instalment",
                "category_id": category.id,
                "instalment_id": instalment.id,
                "term_id": instalment.term_id.id,
                "date": instalment.due_on,
                "narrative": instalment.name,
                "amount_proposed": instalment.amount,
                "amount": instalment.amount,
            }
            for instalment in sources.instalments
        ]
        by_term = self._match_entries(matter, agreement, sources.entries)
        for term, entries in by_term.items():
            charges = self._charge_entries(matter, term, entries, sources)
            lines += [
                self._prepare_time_line(entry, term, category, charges[entry.id])
                for entry in entries
            ]
        return lines

    @api.model
    def _match_entries(self, matter, agreement, entries):
        """Return {term: entries}: the first term that takes a kind of work."""
        by_term = defaultdict(list)
        for entry in entries:
            term = next((t for t in agreement.term_ids if t._takes(entry)), None)
            if not term:
                raise UserError(
                    self.env._(
                        "No term of %(agreement)s charges the kind of work"
                        " “%(activity)s” recorded on %(matter)s on %(date)s: add a term"
                        " or change the entry's kind.",
                        agreement=agreement.display_name,
                        activity=entry.activity_code_id.display_name or "–",
                        matter=matter.matter_number,
                        date=fields.Date.to_string(entry.date),
                    )
                )
            if entry.legal_currency_id not in (
                agreement.currency_id,
                self.env["res.currency"],
            ):
                raise UserError(
                    self.env._(
                        "An entry of %(matter)s on %(date)s is priced in %(currency)s"
                        " but its agreement is in %(wanted)s: mend the rate, then"
                        " approve the entry again.",
                        matter=matter.matter_number,
                        date=fields.Date.to_string(entry.date),
                        currency=entry.legal_currency_id.name,
                        wanted=agreement.currency_id.name,
                    )
                )
            by_term[term].append(entry)
        return by_term

    def _charge_entries(self, matter, term, entries, sources):
        """Return {entry id: Charge} under one term."""
        quantum = fees.to_decimal(term.currency_id.rounding)
        works = [
            fees.Work(
                entry.id,
                fees.to_decimal(entry.hours_billable),
                fees.to_decimal(entry.rate),
            )
            for entry in entries
        ]
        if term.kind == "hourly":
            charges = fees.charge_hourly(works, quantum)
        else:
            try:
                charges = fees.draw_down(
                    works,
                    term._get_included_hours(),
                    sources.hours_before.get(term.id, Decimal(0)),
                    term._get_overrun_rate(),
                    quantum,
                )
            except fees.OverrunRateMissing as error:
                raise UserError(
                    self.env._(
                        "%(matter)s has used %(hours)s h more than the package of"
                        " “%(term)s” and its agreement gives no rate beyond it: have an"
                        " amended agreement signed.",
                        matter=matter.matter_number,
                        hours=error.hours_over,
                        term=term.name,
                    )
                ) from None
        return {charge.key: charge for charge in charges}

    @api.model
    def _prepare_time_line(self, entry, term, category, charge):
        amount = float(charge.amount)
        return {
            "kind": "time",
            "category_id": category.id,
            "entry_id": entry.id,
            "term_id": term.id,
            "date": entry.date,
            "employee_id": entry.employee_id.id,
            "grade_id": entry.grade_id.id,
            "narrative": entry._get_client_narrative(),
            "hours_proposed": entry.hours_billable,
            "hours": entry.hours_billable,
            "hours_package": float(charge.hours_package),
            "rate_proposed": float(charge.rate),
            "rate": float(charge.rate),
            "amount_standard": entry.amount_billable,
            "amount_proposed": amount,
            "amount": amount,
        }

    @api.model
    def _prepare_cost_line(self, cost):
        cost.category_id._check_usable()
        return {
            "kind": "cost",
            "category_id": cost.category_id.id,
            "cost_id": cost.id,
            "date": cost.date,
            "employee_id": cost.employee_id.id,
            "narrative": cost.name,
            "amount_proposed": cost.amount,
            "amount": cost.amount,
        }

    # -- caps ------------------------------------------------------------------

    def _get_cap_excesses(self):
        """Return {term: what its cap takes off this pre-bill's fees}.

        Bills made before count against the cap; those made after do not, so a
        bill read again years later still says what it said.
        """
        self.ensure_one()
        capped = self.line_ids.term_id.filtered(
            lambda term: term._get_cap() is not None
        )
        if not capped:
            return {}
        before = dict(
            self.env["legal.prebill.line"]._read_group(
                [
                    ("term_id", "in", capped.ids),
                    ("is_live", "=", True),
                    ("prebill_id", "<", self._origin.id or 2**31 - 1),
                ],
                ["term_id"],
                ["amount:sum"],
            )
        )
        amounts = defaultdict(Decimal)
        for line in self._get_billed_lines():
            amounts[line.term_id] += fees.to_decimal(line.amount)
        excesses = {}
        for term in capped:
            excess = fees.cap_excess(
                term._get_cap(), fees.to_decimal(before.get(term)), amounts[term]
            )
            if excess:
                excesses[term] = excess
        return excesses

    def _sync_caps(self):
        """Make the cap lines say what the caps take off, no more, no less."""
        for prebill in self:
            excesses = prebill._get_cap_excesses()
            for line in prebill.line_ids.filtered(lambda li: li.kind == "cap"):
                excess = excesses.pop(line.term_id, None)
                if excess is None:
                    line.unlink()
                else:
                    line._set_cap(excess)
            for term, excess in excesses.items():
                source = prebill.line_ids.filtered(lambda li, t=term: li.term_id == t)[
                    0
                ]
                self.env["legal.prebill.line"].create(
                    {
                        "prebill_id": prebill.id,
                        "kind": "cap",
                        "category_id": source.category_id.id,
                        "term_id": term.id,
                        "date": prebill.date_to,
                        "narrative": prebill.with_context(
                            lang=prebill.partner_id.lang
                        )._get_cap_label(),
                        "amount_proposed": -float(excess),
                        "amount": -float(excess),
                    }
                )

    def _get_cap_label(self):
        return self.env._("Agreed cap")
