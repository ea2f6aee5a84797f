from dataclasses import dataclass

from odoo import api, models
from odoo.tools import format_date

from ..engine import fees, subscription
from .account_move_print import format_hours


@dataclass
class Roll:
    """One period of a subscription: what it gives and what was used of it.

    ``size`` is ``None`` when the subscription covers all work.
    """

    term: object
    period: subscription.Period
    size: object
    carried_in: object
    used_before: object

    @property
    def available(self):
        return self.size + self.carried_in


class LegalPrebill(models.Model):
    """Lines of the terms that fall due by themselves, without an hour worked."""

    _inherit = "legal.prebill"

    @api.model
    def _prepare_due_lines(self, sources, category, rolls):
        """Return the values of opening fees, instalments, periods and results."""
        lines = [
            *self._prepare_once_lines(sources, category),
            *(self._prepare_instalment(i, category) for i in sources.instalments),
        ]
        for root_rolls in rolls.values():
            for roll in root_rolls:
                if self._is_period_due(sources, roll):
                    lines.append(self._prepare_period(sources, roll, category))
        lines += [self._prepare_outcome(o, category) for o in sources.outcomes]
        return lines

    # -- once --------------------------------------------------------------------

    @api.model
    def _prepare_once_lines(self, sources, category):
        """Return the lines of what is charged once: opening fee, flat expenses."""
        lines, seen = [], set(sources.billed_once)
        for agreement in sources.agreements:
            for term in agreement.term_ids:
                flat = term.kind == "expense" and term.expense_mode == "flat"
                if term.kind != "opening" and not flat:
                    continue
                kind = "expense_percent" if flat else "opening"
                start = term._get_dates()[0]
                if (term.root_id.id, kind) in seen or start > sources.date_to:
                    continue
                seen.add((term.root_id.id, kind))
                used = category
                if flat:
                    used = self._get_expense_category(agreement.company_id)
                lines.append(
                    {
                        "kind": kind,
                        "category_id": used.id,
                        "term_id": term.id,
                        "date": start,
                        "narrative": term.name,
                        "explanation": term.summary,
                        "amount_proposed": term.amount,
                        "amount": term.amount,
                    }
                )
        return lines

    @api.model
    def _get_expense_category(self, company):
        """Return the category of expenses charged flat or in per cent: with VAT."""
        category = self.env["legal.money.category"]._get_by_code("admin_fee", company)
        category._check_usable()
        return category

    @api.model
    def _prepare_instalment(self, instalment, category):
        return {
            "kind": "instalment",
            "category_id": category.id,
            "instalment_id": instalment.id,
            "term_id": instalment.term_id.id,
            "date": instalment.due_on,
            "narrative": instalment.name,
            "explanation": self._explain_instalment(instalment),
            "amount_proposed": instalment.amount,
            "amount": instalment.amount,
        }

    @api.model
    def _explain_instalment(self, instalment):
        term = instalment.term_id
        values = {
            "term": term.name,
            "fee": term._say_money(term.amount),
            "date": format_date(self.env, instalment.due_on),
        }
        if instalment.trigger == "milestone":
            return self.env._(
                "“%(term)s” of %(fee)s: milestone “%(milestone)s” reached on %(date)s.",
                milestone=instalment.milestone_id.name,
                **values,
            )
        if instalment.trigger == "signature":
            return self.env._("“%(term)s” of %(fee)s: signed on %(date)s.", **values)
        return self.env._("“%(term)s” of %(fee)s: due on %(date)s.", **values)

    # -- success -----------------------------------------------------------------

    @api.model
    def _prepare_outcome(self, outcome, category):
        return {
            "kind": "success",
            "category_id": category.id,
            "outcome_id": outcome.id,
            "term_id": outcome.term_id.id,
            "date": outcome.due_on,
            "narrative": outcome.name,
            "explanation": outcome.explanation,
            "amount_proposed": outcome.fee_amount,
            "amount": outcome.fee_amount,
        }

    # -- subscriptions -------------------------------------------------------------

    @api.model
    def _roll_subscriptions(self, sources, by_term):
        """Return {root: its periods rolled forward}, all versions in their order."""
        found = {}
        for agreement in sources.agreements:
            for term in agreement.term_ids:
                if term.kind == "subscription":
                    found.setdefault(term.root_id.id, []).append(term)
        return {
            root: self._roll_term(sources, terms, by_term)
            for root, terms in found.items()
        }

    @api.model
    def _roll_term(self, sources, terms, by_term):
        root = terms[0].root_id
        periods = [
            (term, period)
            for term in terms
            for period in term._get_periods(sources.date_to)
        ]
        before = sources.usage_before.get(root.id, {})
        now = {}
        for term in terms:
            for entry in by_term.get(term, ()):
                hours = fees.to_decimal(entry.hours_billable)
                value = fees.to_decimal(entry.amount_billable)
                one, other = now.get(entry.date, (fees.ZERO, fees.ZERO))
                now[entry.date] = (one + hours, other + value)
        rolls = []
        for rank, (term, period) in enumerate(periods):
            rolls.append(
                Roll(
                    term,
                    period,
                    term._get_period_size(period),
                    fees.ZERO,
                    _sum_usage(before, term, period, rank == 0),
                )
            )
        if any(roll.size is None for roll in rolls):
            return rolls
        used = [
            roll.used_before + _sum_usage(now, roll.term, roll.period, rank == 0)
            for rank, roll in enumerate(rolls)
        ]
        limit = terms[-1]._get_carry_limit()
        for roll, result in zip(
            rolls,
            subscription.roll_forward([roll.size for roll in rolls], used, limit),
            strict=True,
        ):
            roll.carried_in = result.carried_in
        return rolls

    @api.model
    def _is_period_due(self, sources, roll):
        """Tell whether a period is to be billed now, and was not yet."""
        period, in_advance = roll.period, roll.term.billed_when == "advance"
        if (period.date_from if in_advance else period.date_to) > sources.date_to:
            return False
        known = sources.periods_before.get(roll.term.root_id.id, {})
        return not any(
            is_live and record.date_from <= period.date_from <= record.date_to
            for record, is_live in known.values()
        )

    @api.model
    def _prepare_period(self, sources, roll, category):
        term, period = roll.term, roll.period
        amount, explanation = term._price_period(period)
        record = self._get_period_record(sources, roll, amount)
        narrative = self.env._(
            "%(term)s from %(from)s to %(to)s",
            **{
                "term": term.name,
                "from": format_date(self.env, period.date_from),
                "to": format_date(self.env, period.date_to),
            },
        )
        in_advance = term.billed_when == "advance"
        return {
            "kind": "subscription",
            "category_id": category.id,
            "period_id": record.id,
            "term_id": term.id,
            "date": period.date_from if in_advance else period.date_to,
            "narrative": narrative,
            "explanation": " ".join(
                filter(None, [explanation, self._explain_included(roll)])
            )
            or term.summary,
            "amount_proposed": float(amount),
            "amount": float(amount),
        }

    @api.model
    def _get_period_record(self, sources, roll, amount):
        """Return the record of a period, the one a cancelled bill left if any."""
        term, period = roll.term, roll.period
        values = {
            "term_id": term.id,
            "date_from": period.date_from,
            "date_to": period.date_to,
            "amount": float(amount),
            "included": float(roll.size or 0),
            "carried_in": float(roll.carried_in),
        }
        known = sources.periods_before.get(term.root_id.id, {})
        record, _is_live = known.get(period.date_from, (None, False))
        if record:
            record.write(values)
            return record
        return self.env["legal.fee.period"].create(values)

    @api.model
    def _explain_included(self, roll):
        if roll.size is None:
            return ""
        say = (
            (lambda size: roll.term._say_money(float(size)))
            if roll.term.included_amount
            else (lambda size: format_hours(float(size)) or "0")
        )
        if roll.carried_in:
            return self.env._(
                "Includes %(size)s, plus %(carried)s kept from before.",
                size=say(roll.size),
                carried=say(roll.carried_in),
            )
        return self.env._("Includes %(size)s.", size=say(roll.size))

    @api.model
    def _charge_subscription(self, term, entries, rolls):
        """Charge entries against the period each falls in, the earliest first."""
        own = rolls.get(term.root_id.id, [])
        by_period = {}
        for entry in entries:
            roll = next((r for r in own if entry.date <= r.period.date_to), None)
            by_period.setdefault(own.index(roll) if roll else None, []).append(entry)
        charges = []
        for rank, group in by_period.items():
            works = self._prepare_works(group)
            roll = None if rank is None else own[rank]
            charges += self._draw_period(term, works, roll)
        if term.overage == "ask":
            charges = [c for c in charges if c.hours_package >= c.hours]
        return charges

    @api.model
    def _draw_period(self, term, works, roll):
        quantum = term._get_quantum()
        if roll and roll.size is None:
            return fees.draw_down(works, None, fees.ZERO, None, quantum)
        left = roll.available - roll.used_before if roll else fees.ZERO
        draw = subscription.draw_hours
        if term.included_amount:
            draw = subscription.draw_amount
        return draw(works, left, term._get_overrun_rate(), quantum)


def _sum_usage(usage, term, period, is_first):
    """Return what was used in a period: hours, or value.

    Work before the first period is drawn on that one.
    """
    total = fees.ZERO
    for day, (hours, value) in usage.items():
        if day in period or (is_first and day < period.date_from):
            total += value if term.included_amount else hours
    return total
