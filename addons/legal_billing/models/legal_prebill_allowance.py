from collections import defaultdict
from dataclasses import dataclass

from odoo import models

from ..engine import complement, fees, hourly, subscription
from ..engine.adjust import REVIEW
from .account_move_print import format_hours
from .columns import rows
from .legal_prebill_kinds import ALLOWANCES


@dataclass
class Derived:
    """A line worked out from the others, which follows them when they change.

    ``amount`` is signed; ``key`` tells it from the term's other ones; ``period`` is
    the period of a minimum fee.
    """

    kind: str
    term: object
    key: str
    category: object
    amount: object
    explanation: str
    period: object = None


class LegalPrebill(models.Model):
    """Discounts, caps, minimum fees and expenses in per cent of the fees.

    They depend on what the reviewer leaves of the other lines, so they are worked
    out from these, by the engine, for the totals as for the lines.
    """

    _inherit = "legal.prebill"

    def _get_derived(self):
        """Return what the terms take off or add to the other lines now.

        Bills made before count; those made after do not, so a bill read again years
        later still says what it said.
        """
        self.ensure_one()
        billed = self._get_billed_lines()
        derived = self._get_hourly_allowances(billed)
        derived += self._get_minimums(billed, derived)
        derived += self._get_review_discount(billed, derived)
        derived += self._get_percent_expenses(billed, derived)
        return derived

    def _get_derived_amounts(self):
        """Return [(category, amount)] of these, as the reviewer left them."""
        derived, amounts = self._get_derived(), []
        lines = self._get_derived_lines() if derived else {}
        for one in derived:
            line = lines.get((one.term, one.key))
            decided = line and line.decision != "bill" and one.kind not in ALLOWANCES
            amount = line.amount if decided else float(one.amount)
            amounts.append((one.category, amount))
        return amounts

    def _get_derived_lines(self):
        """Return {(term, key): line} of the lines worked out from the others."""
        self.ensure_one()
        lines = self._get_lines()
        derived = lines.browse(
            line_id
            for line_id, kind, key in rows(lines, "id", "kind", "allowance_key")
            if kind in ALLOWANCES or key
        )
        return {(line.term_id, line.allowance_key): line for line in derived}

    def _get_review_discount(self, billed, derived):
        """Return what the reviewer takes off beside; a hook."""
        return []

    # -- hours -------------------------------------------------------------------

    def _get_hourly_allowances(self, billed):
        capped = {term.id for term in billed.term_id if term._has_allowances()}
        if not capped:
            return []
        lines = billed.browse(
            line_id
            for line_id, kind, decision, term_id in rows(
                billed, "id", "kind", "decision", "term_id"
            )
            if kind == "time" and decision != "no_charge" and term_id in capped
        )
        if not lines:
            return []
        by_term = lines.grouped("term_id")
        before = self._get_billed_before(lines.term_id.root_id)
        derived = []
        for term in sorted(by_term, key=lambda t: (t.agreement_id.date_from, t.id)):
            root = term.root_id
            entries = [line._prepare_engine_entry() for line in by_term[term]]
            result = hourly.charge(
                entries,
                # Nothing waits once it is on a bill: what is beyond is taken off.
                term._prepare_hourly_term(
                    at_cap="unbilled" if term.at_cap == "stop" else None,
                    with_blended=False,
                ),
                before[root],
                term._get_quantum(),
            )
            before[root] = hourly.Before(
                before[root].hours + sum(e.hours for e in entries),
                before[root].amount + result.amount,
            )
            for allowance in result.allowances:
                derived.append(
                    Derived(
                        allowance.kind,
                        term,
                        self._get_allowance_key(allowance),
                        by_term[term][0].category_id,
                        -allowance.amount,
                        self._explain_allowance(term, allowance),
                    )
                )
        return derived

    def _get_billed_before(self, roots):
        """Return {root: what earlier bills took under it}."""
        before = defaultdict(hourly.Before)
        for root, kind, hours, amount in self.env["legal.prebill.line"]._read_group(
            [
                ("term_root_id", "in", roots.ids),
                ("is_live", "=", True),
                ("kind", "in", ("time", *ALLOWANCES)),
                ("decision", "in", ("bill", "write_down")),
                ("prebill_id", "<", self._origin.id or 2**31 - 1),
            ],
            ["term_root_id", "kind"],
            ["hours:sum", "amount_net:sum"],
        ):
            known = before[root]
            before[root] = hourly.Before(
                known.hours + (fees.to_decimal(hours) if kind == "time" else 0),
                known.amount + fees.to_decimal(amount),
            )
        return before

    def _get_allowance_key(self, allowance):
        if allowance.reason == "volume":
            return f"volume:{allowance.figures['above']:f}"
        return allowance.reason

    def _explain_allowance(self, term, allowance):
        return getattr(self, f"_explain_{allowance.reason}")(term, allowance.figures)

    def _explain_percent(self, term, figures):
        return self.env._(
            "%(percent)s of %(base)s.",
            percent=term._say_percent(float(figures["percent"])),
            base=term._say_money(float(figures["base"])),
        )

    def _explain_volume(self, term, figures):
        values = {
            "hours": format_hours(float(figures["hours"])),
            "above": format_hours(float(figures["above"])),
        }
        if figures["rate"] is not None:
            return self.env._(
                "%(hours)s beyond %(above)s, at %(rate)s.",
                rate=term._say_rate(float(figures["rate"])),
                **values,
            )
        return self.env._(
            "%(hours)s beyond %(above)s, less %(percent)s.",
            percent=term._say_percent(float(figures["percent"])),
            **values,
        )

    def _explain_cap_hours(self, term, figures):
        text = self.env._(
            "Cap of %(cap)s, %(before)s billed before: %(hours)s beyond.",
            cap=format_hours(float(figures["cap"])),
            before=format_hours(float(figures["before"])) or "0",
            hours=format_hours(float(figures["hours"])),
        )
        return self._explain_reduced(term, figures, text)

    def _explain_cap_amount(self, term, figures):
        text = self.env._(
            "Cap of %(cap)s, %(before)s billed before; these fees are %(fees)s:"
            " %(excess)s beyond.",
            cap=term._say_money(float(figures["cap"])),
            before=term._say_money(float(figures["before"])),
            fees=term._say_money(float(figures["fees"])),
            excess=term._say_money(float(figures["excess"])),
        )
        return self._explain_reduced(term, figures, text)

    def _explain_reduced(self, term, figures, text):
        if figures["reduced_rate"] is None:
            return text
        return self.env._(
            "%(text)s Charged at %(rate)s.",
            text=text,
            rate=term._say_rate(float(figures["reduced_rate"])),
        )

    # -- minimum fees ---------------------------------------------------------------

    def _get_minimum_terms(self, matter, date_to):
        """Return the minimum fees whose versions were in force by a day."""
        agreements = matter.agreement_ids.filtered(
            lambda a: a.date_from <= date_to and a._is_binding()
        )
        return (agreements | self.agreement_id).term_ids.filtered(
            lambda term: term.kind == "minimum"
        )

    def _has_due_minimum(self, matter, sources):
        """Tell whether a minimum fee alone makes a bill."""
        terms = self._get_minimum_terms(matter, sources.date_to)
        if not terms:
            return False
        rows = self._get_fees_before(matter)
        return any(
            amount > 0
            for _term, _period, amount in self._get_due_minimums(
                matter, terms, sources.date_to, rows
            )
        )

    def _get_minimums(self, billed, derived):
        terms = self._get_minimum_terms(self.matter_id, self.date_to)
        if not terms:
            return []
        rows = self._get_fees_before(self.matter_id)
        rows += [
            (line.date, fees.to_decimal(line.amount))
            for line in billed
            if line.section == "fees" and line.kind != "success"
        ]
        rows += [(self.date_to, one.amount) for one in derived]
        category = self._get_fee_category()
        return [
            Derived(
                "minimum",
                term,
                f"minimum:{period.date_from if period else ''}",
                category,
                amount,
                self._explain_minimum(term, period, amount),
                period,
            )
            for term, period, amount in self._get_due_minimums(
                self.matter_id, terms, self.date_to, rows
            )
            if amount > 0
        ]

    def _get_fee_category(self):
        of_fees = self.line_ids.filtered(lambda line: line.section == "fees")
        return of_fees[:1].category_id or self.env["legal.money.category"]._get_by_code(
            "fee", self.company_id
        )

    def _get_fees_before(self, matter):
        """Return [(day, fees)] that earlier bills of a matter took."""
        return [
            (day, fees.to_decimal(amount))
            for day, amount in self.env["legal.prebill.line"]._read_group(
                [
                    ("matter_id", "=", matter.id),
                    ("is_live", "=", True),
                    ("section", "=", "fees"),
                    ("kind", "!=", "success"),
                    # no minimum fee makes up for a discount that was given
                    ("allowance_key", "!=", REVIEW),
                    ("prebill_id", "<", self._origin.id or 2**31 - 1),
                ],
                ["date:day"],
                ["amount_net:sum"],
            )
        ]

    def _get_due_minimums(self, matter, terms, date_to, rows):
        """Yield (term, period or ``None``, complement) of what is over by a day."""
        billed = self.env["legal.prebill.line"].search(
            [
                ("term_root_id", "in", terms.root_id.ids),
                ("kind", "=", "minimum"),
                ("is_live", "=", True),
                ("prebill_id", "!=", self._origin.id),
            ]
        )
        continued = terms.continues_id
        for term in terms:
            done = billed.filtered(lambda li, t=term: li.term_root_id == t.root_id)
            if term.minimum_scope == "matter":
                is_over = self._is_matter_over(matter, term, date_to)
                if is_over and not done and term not in continued:
                    total = sum((amount for _day, amount in rows), fees.ZERO)
                    minimum = fees.to_decimal(term.amount)
                    yield term, None, complement.minimum_complement(minimum, total)
                continue
            known = set(done.period_id.mapped("date_from"))
            for period in term._get_periods(date_to):
                if period.date_to > date_to or period.date_from in known:
                    continue
                total = sum((a for day, a in rows if day in period), fees.ZERO)
                minimum = subscription.pro_rata(
                    fees.to_decimal(term.amount), period, term._get_quantum()
                )
                yield term, period, complement.minimum_complement(minimum, total)

    def _is_matter_over(self, matter, term, date_to):
        """Tell whether no more fees will come under a minimum for the matter."""
        ends = [matter.closed_on, matter.mandate_ended_on, term._get_dates()[1]]
        return any(day and day <= date_to for day in ends)

    def _explain_minimum(self, term, period, amount):
        return self.env._(
            "%(summary)s: %(amount)s is missing.",
            summary=term.summary,
            amount=term._say_money(float(amount)),
        )

    # -- expenses in per cent ----------------------------------------------------------

    def _get_percent_expenses(self, billed, derived):
        terms = (billed.term_id.agreement_id | self.agreement_id).term_ids.filtered(
            lambda t: t.kind == "expense" and t.expense_mode == "percent"
        )
        if not terms:
            return []
        by_agreement = defaultdict(lambda: fees.ZERO)
        for line in billed:
            if line.section == "fees" and line.kind != "success":
                agreement = line.term_id.agreement_id
                by_agreement[agreement] += fees.to_decimal(line.amount)
        for one in derived:
            # what the reviewer gives is under no term
            agreement = one.term.agreement_id or self.agreement_id
            by_agreement[agreement] += one.amount
        category = self._get_expense_category(self.company_id)
        found = []
        for term in terms:
            base = by_agreement[term.agreement_id]
            amount = complement.percent_expense(
                base, fees.to_decimal(term.expense_percent), term._get_quantum()
            )
            if amount:
                explanation = self._explain_percent(
                    term, {"percent": term.expense_percent, "base": base}
                )
                found.append(
                    Derived(
                        "expense_percent",
                        term,
                        "expense",
                        category,
                        amount,
                        explanation,
                    )
                )
        return found

    # -- lines -----------------------------------------------------------------

    def _sync_allowances(self):
        """Make the lines worked out from others say so, no more, no less."""
        create = []
        # Read for all at once: bill by bill their terms would be asked for one by one.
        (self.matter_id.agreement_ids | self.agreement_id).term_ids.mapped("kind")
        for prebill in self:
            lines = prebill._get_derived_lines()
            for one in prebill._get_derived():
                line = lines.pop((one.term, one.key), None)
                if line:
                    line._set_derived(one.amount, one.explanation)
                else:
                    create.append(prebill._prepare_derived_line(one))
            for line in lines.values():
                line.unlink()
        self.env["legal.prebill.line"].create(create)

    def _prepare_derived_line(self, one):
        self.ensure_one()
        values = {
            "prebill_id": self.id,
            "kind": one.kind,
            "category_id": one.category.id,
            "term_id": one.term.id,
            "allowance_key": one.key,
            "date": self.date_to,
            "narrative": self.with_context(
                lang=self.partner_id.lang or self.env.lang
            )._get_derived_label(one),
            "explanation": one.explanation,
            "amount_proposed": float(one.amount),
            "amount": float(one.amount),
        }
        if one.period:
            values["date"] = one.period.date_to
            values["period_id"] = self._get_minimum_period(one).id
        return values

    def _get_minimum_period(self, one):
        Period = self.env["legal.fee.period"]
        known = Period.search(
            [
                ("root_id", "=", one.term.root_id.id),
                ("date_from", "=", one.period.date_from),
            ],
            limit=1,
        )
        return known or Period.create(
            {
                "term_id": one.term.id,
                "date_from": one.period.date_from,
                "date_to": one.period.date_to,
                "amount": one.term.amount,
            }
        )

    def _get_derived_label(self, one):
        if one.kind == "minimum":
            return self.env._("Complement to the minimum fee")
        if one.kind == "expense_percent":
            return one.term.name
        return self._get_allowance_label(one.kind, one.key)

    def _get_allowance_label(self, kind, key):
        if kind == "cap":
            return self.env._("Agreed cap")
        if key.startswith("volume"):
            return self.env._("Volume discount")
        return self.env._("Agreed discount")
