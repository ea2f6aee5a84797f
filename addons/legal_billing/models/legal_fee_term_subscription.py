from decimal import Decimal

from odoo import models
from odoo.tools.misc import formatLang

from ..engine import fees, subscription


class LegalFeeTerm(models.Model):
    """Periods of a subscription or of a minimum fee, and what one costs."""

    _inherit = "legal.fee.term"

    def _get_periods(self, until):
        """Return the periods of the term that begin by a day.

        A later version of a term keeps the rhythm of the first one.
        """
        self.ensure_one()
        start, end = self._get_dates()
        if end and end < start:
            return []
        anchor = subscription.get_anchor(
            self.root_id._get_dates()[0],
            self.period_unit,
            self.period_anchor == "calendar",
        )
        return subscription.get_periods(start, end, until, self.period_unit, anchor)

    def _get_period_size(self, period):
        """Return what a period includes, cut like it; ``None`` when it has no limit."""
        self.ensure_one()
        if self.included_amount:
            size, step = fees.to_decimal(self.included_amount), self._get_quantum()
        elif self.included_hours:
            size = fees.to_decimal(self.included_hours)
            step = subscription.HOUR_STEP
        else:
            return None
        return subscription.pro_rata(size, period, step)

    def _get_carry_limit(self):
        """Return what may be carried over at most: zero nothing, ``None`` all."""
        self.ensure_one()
        if self.carry_over == "unlimited":
            return None
        if self.carry_over == "limited":
            return fees.to_decimal(self.carry_limit)
        return Decimal(0)

    def _price_period(self, period):
        """Return (amount of a period, how it was worked out)."""
        self.ensure_one()
        quantum = self._get_quantum()
        amount = fees.to_decimal(self.amount)
        words = []
        if self.index_id:
            amount = self._index_amount(amount, period, words)
        whole = amount
        amount = subscription.pro_rata(amount, period, quantum)
        if not period.is_whole:
            words.append(
                self.env._(
                    "%(whole)s × %(days)s/%(all)s days = %(amount)s.",
                    whole=self._say_money(float(whole)),
                    days=period.days,
                    all=period.whole_days,
                    amount=self._say_money(float(amount)),
                )
            )
        return amount, " ".join(words)

    def _index_amount(self, amount, period, words):
        base_on = self._get_index_base_day()
        on = subscription.revision_day(
            base_on, period.date_from, self.index_revision == "year"
        )
        base, index = self.index_id._get_value(base_on), self.index_id._get_value(on)
        revised = subscription.indexed(amount, index, base, self._get_quantum())
        if revised != amount:
            words.append(
                self.env._(
                    "%(amount)s × %(index)s / %(base)s (%(name)s) = %(revised)s.",
                    amount=self._say_money(float(amount)),
                    index=formatLang(self.env, float(index), digits=2),
                    base=formatLang(self.env, float(base), digits=2),
                    name=self.index_id.name,
                    revised=self._say_money(float(revised)),
                )
            )
        return revised
