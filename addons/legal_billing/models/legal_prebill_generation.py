from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import fees, hourly, subscription
from .account_move_print import format_hours
from .columns import rows

#: what decides on the agreement and the term of an entry
MATCHED_BY = ("date", "activity_code_id", "legal_currency_id")
#: what the line of an entry takes over from it
TAKEN = (
    "date",
    "employee_id",
    "grade_id",
    "narrative",
    "hours_billable",
    "amount_billable",
)


class LegalPrebill(models.Model):
    """Making pre-bills out of approved time, costs and due instalments."""

    _inherit = "legal.prebill"

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
        values, warnings = self._prepare_prebill(matter, sources)
        return self._create_prepared([values] if values else []), warnings

    @api.model
    def _prepare_prebill(self, matter, sources):
        """Work out the pre-bill of one matter that has none open.

        :return: (its values or ``None`` if there is nothing to bill, [sentences
            about what was left out])
        :raise UserError: the matter cannot be billed; the sentence names it
        """
        waiting = sources.entries or sources.costs or sources.instalments
        if not waiting and not sources.agreement:
            return None, []
        sources = sources.fresh()
        self._check_billable(matter, sources)
        costs, warnings = self._split_costs(sources.costs)
        lines = self._prepare_fee_lines(matter, sources)
        warnings += self._get_left_out(matter, sources)
        has_value = any(vals["amount_proposed"] for vals in lines) or costs
        if not has_value and not self._has_due_minimum(matter, sources):
            return None, warnings
        lines += [self._prepare_cost_line(cost) for cost in costs]
        days = [vals["date"] for vals in lines]
        values = {
            "matter_id": matter.id,
            "partner_id": matter.partner_id.id,
            "agreement_id": sources.agreement.id,
            "date_from": min([*days, sources.date_to]),
            "date_to": sources.date_to,
            "line_ids": lines,
        }
        return values, warnings

    @api.model
    def _create_prepared(self, values):
        """Create pre-bills, all headers at once and all lines at once.

        :param values: as given by :meth:`_prepare_prebill`
        """
        lines = [vals["line_ids"] for vals in values]
        prebills = self.create([{**vals, "line_ids": False} for vals in values])
        # What a pre-bill is made of is the proposal, no revision of it.
        self._quietly().env["legal.prebill.line"].create(
            [
                {**vals, "prebill_id": prebill.id}
                for prebill, own in zip(prebills, lines, strict=True)
                for vals in own
            ]
        )
        prebills._sync_allowances()
        prebills._keep_proposal()
        return prebills

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
        """Return the values of the fee lines: terms due by themselves, then time.

        Time is charged term by term, each entry under the version of the agreement
        in force on its own day.
        """
        category = self.env["legal.money.category"]._get_by_code(
            "fee", matter.company_id
        )
        category._check_usable()
        by_term = self._match_entries(matter, sources)
        rolls = self._roll_subscriptions(sources, by_term)
        lines = self._prepare_due_lines(sources, category, rolls)
        for term, entries in by_term.items():
            charges = self._charge_entries(matter, term, entries, sources, rolls)
            lines += self._prepare_time_lines(entries, term, category, charges)
            left = [entry for entry in entries if entry.id not in charges]
            if left:
                sources.left_out[term] += left
        return lines

    @api.model
    def _match_entries(self, matter, sources):
        """Return {term: entries}: the first term that takes a kind of work.

        Work after the end of the last agreement is under none and left out.
        """
        by_term, in_force, takers = defaultdict(list), {}, {}
        wanted = sources.agreement.currency_id.id
        for entry, (day, activity, currency) in zip(
            sources.entries,
            rows(self._join(sources.entries), *MATCHED_BY),
            strict=True,
        ):
            if day not in in_force:
                in_force[day] = self._find_agreement(sources.agreements, day)
            agreement = in_force[day]
            if not agreement:
                sources.left_out[None].append(entry)
                continue
            if {agreement.currency_id.id, currency or wanted} != {wanted}:
                self._check_entry_currency(matter, agreement, sources, entry)
            key = agreement, day, activity
            if key not in takers:
                takers[key] = self._find_term(matter, agreement, entry)
            by_term[takers[key]].append(entry)
        return by_term

    @api.model
    def _join(self, entries):
        """Return these entries, each a record of its own, as one recordset."""
        return self.env["account.analytic.line"].browse(e.id for e in entries)

    @api.model
    def _find_term(self, matter, agreement, entry):
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
        return term

    @api.model
    def _check_entry_currency(self, matter, agreement, sources, entry):
        wanted = sources.agreement.currency_id
        found = entry.legal_currency_id or wanted
        if agreement.currency_id != wanted:
            found = agreement.currency_id
        if found == wanted:
            return
        raise UserError(
            self.env._(
                "An entry of %(matter)s on %(date)s is priced in %(currency)s"
                " but its agreement is in %(wanted)s: mend the rate, then"
                " approve the entry again.",
                matter=matter.matter_number,
                date=fields.Date.to_string(entry.date),
                currency=found.name,
                wanted=wanted.name,
            )
        )

    def _charge_entries(self, matter, term, entries, sources, rolls):
        """Return {entry id: Charge} under one term; those that wait are missing."""
        if term.kind == "hourly":
            charges = self._charge_hourly(term, entries, sources)
        elif term.kind == "subscription":
            charges = self._charge_subscription(term, entries, rolls)
        else:
            charges = self._charge_package(matter, term, entries, sources)
        return {charge.key: charge for charge in charges}

    @api.model
    def _prepare_works(self, entries):
        return [
            fees.Work(key, fees.to_decimal(hours), fees.to_decimal(rate))
            for key, hours, rate in rows(
                self._join(entries), "id", "hours_billable", "rate"
            )
        ]

    @api.model
    def _charge_hourly(self, term, entries, sources):
        root = term.root_id.id
        result = hourly.charge(
            [
                hourly.Entry(work.key, entry.date, work.hours, work.rate)
                for work, entry in zip(
                    self._prepare_works(entries), entries, strict=True
                )
            ],
            term._prepare_hourly_term(),
            hourly.Before(
                sources.hours_before.get(root, fees.ZERO),
                sources.amounts_before.get(root, fees.ZERO),
            ),
            term._get_quantum(),
        )
        # A later version of the same term, on this very bill, goes on from there.
        self._add_before(sources, root, result.charges, result.amount)
        return result.charges

    @api.model
    def _add_before(self, sources, root, charges, amount):
        hours = sum((charge.hours for charge in charges), fees.ZERO)
        for figures, more in (
            (sources.hours_before, hours),
            (sources.amounts_before, amount),
        ):
            figures[root] = figures.get(root, fees.ZERO) + more

    @api.model
    def _charge_package(self, matter, term, entries, sources):
        works = self._prepare_works(entries)
        quantum = term._get_quantum()
        before = sources.hours_before.get(term.root_id.id, fees.ZERO)
        included = term._get_included_hours()
        if included is not None and term.overage == "own":
            left = max(included - before, fees.ZERO)
            charges = subscription.draw_hours(works, left, None, quantum)
            self._add_before(sources, term.root_id.id, charges, fees.ZERO)
            return charges
        try:
            charges = fees.draw_down(
                works, included, before, term._get_overrun_rate(), quantum
            )
            self._add_before(sources, term.root_id.id, charges, fees.ZERO)
            return charges
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

    @api.model
    def _get_left_out(self, matter, sources):
        """Return a sentence for each thing that could not be billed yet."""
        warnings = []
        for term, entries in sources.left_out.items():
            hours = format_hours(sum(entry.hours_billable for entry in entries))
            if term:
                text = self.env._(
                    "%(hours)s of work on %(matter)s goes beyond what “%(term)s” allows"
                    " and waits, unbilled: have the client sign an amendment.",
                    hours=hours,
                    matter=matter.matter_number,
                    term=term.name,
                )
            else:
                text = self.env._(
                    "%(hours)s of work on %(matter)s was done after its last fee"
                    " agreement ended and waits, unbilled: have one signed.",
                    hours=hours,
                    matter=matter.matter_number,
                )
            warnings.append(text)
        return warnings

    @api.model
    def _prepare_time_lines(self, entries, term, category, charges):
        """Return the values of the lines of these entries that are charged.

        :param charges: {entry id: Charge}
        """
        # Most hours cost what they cost, and need no word of it.
        is_plain = term.kind == "hourly" and not term.blended_rate
        lines = []
        for entry, values in zip(
            entries, rows(self._join(entries), *TAKEN), strict=True
        ):
            charge = charges.get(entry.id)
            if not charge:
                continue
            day, person, grade, narrative, hours, standard = values
            amount, rate = float(charge.amount), float(charge.rate)
            is_told = charge.hours_package or not is_plain
            lines.append(
                {
                    "kind": "time",
                    "category_id": category.id,
                    "entry_id": entry.id,
                    "term_id": term.id,
                    "date": day,
                    "employee_id": person,
                    "grade_id": grade,
                    "narrative": narrative or entry._get_client_narrative(),
                    "hours_proposed": hours,
                    "hours": hours,
                    "hours_package": float(charge.hours_package),
                    "rate_proposed": rate,
                    "rate": rate,
                    "amount_standard": standard,
                    "explanation": self._explain_charge(term, charge)
                    if is_told
                    else False,
                    "amount_proposed": amount,
                    "amount": amount,
                }
            )
        return lines

    @api.model
    def _explain_charge(self, term, charge):
        """Return how an hour in a package, or at a blended rate, is charged."""
        if charge.hours_package:
            inside = format_hours(float(charge.hours_package))
            over = charge.hours - charge.hours_package
            if not over:
                return self.env._("Within “%(term)s”: not charged.", term=term.name)
            return self.env._(
                "%(inside)s within “%(term)s”, %(over)s beyond at %(rate)s.",
                inside=inside,
                term=term.name,
                over=format_hours(float(over)),
                rate=term._say_rate(float(charge.rate)),
            )
        if term.kind == "hourly" and term.blended_rate:
            return self.env._(
                "Blended rate of “%(term)s”: %(rate)s for everybody.",
                term=term.name,
                rate=term._say_rate(term.blended_rate),
            )
        if term.kind != "hourly":
            return self.env._(
                "Beyond “%(term)s”: %(rate)s.",
                term=term.name,
                rate=term._say_rate(float(charge.rate)),
            )
        return False

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
