from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models

from ..engine import fees

#: time that may still change hands before it counts
DRAFTS = ("draft", "submitted")


@dataclass
class Usage:
    """What was used under a term and the ones it continues, excluding VAT.

    Counted (billed, on a pre-bill, approved) and drafts apart; ``by_day`` is
    {day: (hours, value at each one's own rate)} of what is counted.
    """

    hours_billed: object = fees.ZERO
    hours_approved: object = fees.ZERO
    hours_draft: object = fees.ZERO
    amount_billed: object = fees.ZERO
    amount_approved: object = fees.ZERO
    amount_draft: object = fees.ZERO
    by_day: dict = field(default_factory=dict)

    @property
    def hours(self):
        return self.hours_billed + self.hours_approved

    @property
    def amount(self):
        return self.amount_billed + self.amount_approved

    def add_day(self, day, hours, value):
        one, other = self.by_day.get(day, (fees.ZERO, fees.ZERO))
        self.by_day[day] = (one + hours, other + value)


class LegalFeeTerm(models.Model):
    """How much of each term was used, in a few grouped queries."""

    _inherit = "legal.fee.term"

    def _get_usages(self):
        """Return {root of a term: its Usage}, for all these terms at once.

        sudo: a lawyer lists only his own time, but who may read an agreement may
        know how far it is used; nothing but sums leaves this method.
        """
        usages = defaultdict(Usage)
        self.sudo()._add_billed_usage(usages)
        self.sudo()._add_unbilled_usage(usages)
        return usages

    def _add_billed_usage(self, usages):
        for root, kind, day, hours, amount, value in self.env[
            "legal.prebill.line"
        ]._read_group(
            [
                ("term_root_id", "in", self.root_id.ids),
                ("is_live", "=", True),
                ("kind", "in", ("time", "discount", "cap")),
                ("decision", "!=", "write_off"),
            ],
            ["term_root_id", "kind", "date:day"],
            ["hours:sum", "amount_net:sum", "amount_standard:sum"],
        ):
            usage = usages[root.id]
            usage.amount_billed += fees.to_decimal(amount)
            if kind == "time":
                usage.hours_billed += fees.to_decimal(hours)
                usage.add_day(day, fees.to_decimal(hours), fees.to_decimal(value))

    def _add_unbilled_usage(self, usages):
        finder = self._get_finder(self.matter_id)
        for matter, activity, status, day, hours, amount in self.env[
            "account.analytic.line"
        ]._read_group(
            [
                ("matter_id", "in", self.matter_id.ids),
                ("project_id", "!=", False),
                ("is_billable", "=", True),
                ("billing_status", "in", ("approved", *DRAFTS)),
            ],
            ["matter_id", "activity_code_id", "billing_status", "date:day"],
            ["hours_billable:sum", "amount_billable:sum"],
        ):
            term = finder(matter, activity, day)
            if not term:
                continue
            usage = usages[term.root_id.id]
            hours = fees.to_decimal(hours)
            value = fees.to_decimal(amount)
            price = term._estimate_price(hours, value)
            if status in DRAFTS:
                usage.hours_draft += hours
                usage.amount_draft += price
            else:
                usage.hours_approved += hours
                usage.amount_approved += price
                usage.add_day(day, hours, value)

    def _estimate_price(self, hours, value):
        """Return what unbilled hours will cost before steps and caps."""
        self.ensure_one()
        if self.kind != "hourly":
            return fees.ZERO
        if self.blended_rate:
            value = hours * fees.to_decimal(self.blended_rate)
        return value * (100 - fees.to_decimal(self.discount_percent)) / 100

    @api.model
    def _get_finder(self, matters):
        """Return a function (matter, activity, day) -> the term that takes the work.

        One query, however many matters and questions.
        """
        Prebill = self.env["legal.prebill"]
        by_matter = defaultdict(list)
        for agreement in self.env["legal.fee.agreement"].search(
            [
                ("matter_id", "in", matters.ids),
                ("state", "in", ("signed", "ended", *Prebill._get_unsigned_states())),
            ],
            order="date_from, id",
        ):
            by_matter[agreement.matter_id.id].append(agreement)
        known = {}

        def find(matter, activity, day):
            key = (matter.id, activity.id, day)
            if key not in known:
                agreement = Prebill._find_agreement(by_matter[matter.id], day)
                known[key] = next(
                    (
                        term
                        for term in (agreement.term_ids if agreement else ())
                        if term._takes_work(activity, day)
                    ),
                    None,
                )
            return known[key]

        return find

    # -- entry by entry ------------------------------------------------------------

    def _has_package(self):
        """Tell whether work is covered up to a size."""
        self.ensure_one()
        if self.kind == "hourly":
            return bool(self.cap_amount or self.cap_hours)
        return bool(self.kind == "fixed" or self.kind == "subscription")

    def _add_billed_days(self, billed):
        """Fill {root: {day: (hours, value)}} with what is on live pre-bills."""
        for root, day, hours, value in self.env["legal.prebill.line"]._read_group(
            [
                ("term_root_id", "in", self.root_id.ids),
                ("is_live", "=", True),
                ("kind", "=", "time"),
                ("decision", "!=", "write_off"),
            ],
            ["term_root_id", "date:day"],
            ["hours:sum", "amount_standard:sum"],
        ):
            billed[root.id][day] = (fees.to_decimal(hours), fees.to_decimal(value))

    def _draw(self, entries, billed):
        """Yield (entry, hours its package covers), the entries in date order."""
        self.ensure_one()
        in_money = bool(self.cap_amount or self.included_amount)
        used = defaultdict(lambda: fees.ZERO)
        for day, row in billed.items():
            used[self._get_package_key(day)] += row[in_money]
        sizes = {}
        for entry in entries:
            key = self._get_package_key(entry.date)
            if key not in sizes:
                sizes[key] = self._get_package_size(entry.date)
            hours = fees.to_decimal(entry.hours_billable)
            whole = fees.to_decimal(entry.amount_billable) if in_money else hours
            if sizes[key] is None or not whole:
                yield entry, hours
                continue
            left = max(sizes[key] - used[key], fees.ZERO)
            used[key] += whole
            yield entry, hours * min(left, whole) / whole

    def _get_package_key(self, day):
        """Return what tells one package from the next: the period of a subscription."""
        if self.kind != "subscription":
            return None
        return next((p.date_from for p in self._get_periods(day) if day in p), None)

    def _get_package_size(self, day):
        """Return the size of the package a day draws on, ``None`` without limit.

        What a subscription carried over is left to the bill, which alone knows what
        the periods before left.
        """
        if self.kind == "hourly":
            return fees.to_decimal(self.cap_amount or self.cap_hours)
        if self.kind == "fixed":
            return self._get_included_hours()
        period = next((p for p in self._get_periods(day) if day in p), None)
        return self._get_period_size(period) if period else fees.ZERO
