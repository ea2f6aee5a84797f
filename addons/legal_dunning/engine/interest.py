"""Late-payment penalties of one receivable, rate by rate.

Interest is simple and never earns interest itself. It is claimed beside the
invoice and changes nothing in it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .exceptions import RateGapError

YEAR_DAYS = 365


@dataclass(frozen=True)
class Rate:
    """A yearly rate in percent and the days it holds, both included.

    :param date_to: last day, or None while it still holds
    """

    percent: Decimal
    date_from: date
    date_to: date | None = None


@dataclass(frozen=True)
class InterestStep:
    """A stretch of days on which neither the balance nor the rate changed."""

    first_day: date
    last_day: date
    balance: Decimal
    percent: Decimal

    @property
    def days(self):
        return (self.last_day - self.first_day).days + 1

    @property
    def exact(self):
        return self.balance * self.percent * self.days / (100 * YEAR_DAYS)


@dataclass(frozen=True)
class InterestResult:
    amount: Decimal
    steps: tuple

    @property
    def percents(self):
        """Return the rates in the order in which they applied, each once."""
        return tuple(dict.fromkeys(step.percent for step in self.steps))


def simple_interest(principal, payments, rates, due_on, until, quantum):
    """Return the penalties on one receivable up to ``until``.

    :param Decimal principal: amount due on ``due_on``
    :param payments: pairs (day, amount) that brought it down since
    :param rates: the rates, in any order
    :param date due_on: last day on which it could be paid in time
    :param date until: last day that bears interest (included)
    :param Decimal quantum: rounding step of the currency
    :return InterestResult: amount rounded half-up once, at the end
    :raise RateGapError: no rate holds on a day that bears interest

    A payment bears interest until the day it is made, that day included.
    Source: C. com., art. L. 441-10, II. Day count: actual/365.

    >>> late = [Rate(Decimal("12.15"), date(2026, 1, 1), date(2026, 6, 30)),
    ...         Rate(Decimal("12.40"), date(2026, 7, 1), date(2026, 12, 31))]
    >>> simple_interest(Decimal(6180), [], late, date(2026, 5, 15),
    ...                 date(2026, 9, 10), Decimal("0.01")).amount
    Decimal('245.79')
    """
    steps = []
    for first_day, last_day, balance in _stretches(
        principal, payments, due_on + timedelta(days=1), until
    ):
        if balance > 0:
            steps += _split_by_rate(first_day, last_day, balance, rates)
    exact = sum((step.exact for step in steps), Decimal(0))
    return InterestResult(exact.quantize(quantum, ROUND_HALF_UP), tuple(steps))


def _stretches(principal, payments, first_day, until):
    """Yield (first day, last day, balance), cut at each payment."""
    balance = principal
    for day, amount in sorted(payments):
        if day >= first_day and first_day <= until:
            last_day = min(day, until)
            yield first_day, last_day, balance
            first_day = last_day + timedelta(days=1)
        balance -= amount
    if first_day <= until:
        yield first_day, until, balance


def _split_by_rate(first_day, last_day, balance, rates):
    day = first_day
    while day <= last_day:
        rate = _rate_on(rates, day)
        end = min(rate.date_to or last_day, last_day)
        yield InterestStep(day, end, balance, rate.percent)
        day = end + timedelta(days=1)


def _rate_on(rates, day):
    for rate in rates:
        if rate.date_from <= day and (rate.date_to is None or day <= rate.date_to):
            return rate
    raise RateGapError(day)
