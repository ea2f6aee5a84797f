"""Late-payment penalties of one receivable, rate by rate.

Interest is simple and never earns interest itself. It is claimed beside the
invoice and changes nothing in it.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .exceptions import RateGapError

YEAR_DAYS = 365
DAY_COUNTS = ("365", "actual")
IMPUTATIONS = ("principal", "interest")


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
    year_days: int = YEAR_DAYS

    @property
    def days(self):
        return (self.last_day - self.first_day).days + 1

    @property
    def exact(self):
        return self.balance * self.percent * self.days / (100 * self.year_days)


@dataclass(frozen=True)
class InterestResult:
    amount: Decimal
    steps: tuple

    @property
    def percents(self):
        """Return the rates in the order in which they applied, each once."""
        return tuple(dict.fromkeys(step.percent for step in self.steps))


def simple_interest(
    principal,
    payments,
    rates,
    due_on,
    until,
    quantum,
    imputation="principal",
    day_count="365",
):
    """Return the penalties on one receivable up to ``until``.

    :param Decimal principal: amount due on ``due_on``
    :param payments: pairs (day, amount) that brought it down since
    :param rates: the rates, in any order
    :param date due_on: last day on which it could be paid in time
    :param date until: last day that bears interest (included)
    :param Decimal quantum: rounding step of the currency
    :param imputation: whether a payment pays the "principal" first, or the
        "interest" accrued by then (C. civ., art. 1343-1)
    :param day_count: "365", or "actual": 366 days in a leap year
    :return InterestResult: amount rounded half-up once, at the end
    :raise RateGapError: no rate holds on a day that bears interest

    A payment bears interest until the day it is made, that day included.
    Source: C. com., art. L. 441-10, II.

    >>> late = [Rate(Decimal("12.15"), date(2026, 1, 1), date(2026, 6, 30)),
    ...         Rate(Decimal("12.40"), date(2026, 7, 1), date(2026, 12, 31))]
    >>> simple_interest(Decimal(6180), [], late, date(2026, 5, 15),
    ...                 date(2026, 9, 10), Decimal("0.01")).amount
    Decimal('245.79')
    """
    steps = []
    balance = principal
    unpaid = Decimal(0)  # interest accrued and not paid yet, when it is paid first
    day = due_on + timedelta(days=1)
    for paid_on, amount in [*sorted(payments), (until, Decimal(0))]:
        last_day = min(paid_on, until)
        if day <= last_day and balance > 0:
            stretch = _split_by_rate(day, last_day, balance, rates, day_count)
            steps += stretch
            if imputation == "interest":
                unpaid += sum(step.exact for step in stretch)
        day = max(day, last_day + timedelta(days=1))
        on_interest = min(unpaid, amount)
        unpaid -= on_interest
        balance -= amount - on_interest
    exact = sum((step.exact for step in steps), Decimal(0))
    return InterestResult(exact.quantize(quantum, ROUND_HALF_UP), tuple(steps))


def _split_by_rate(day, last_day, balance, rates, day_count):
    """Return the steps from ``day`` to ``last_day``, cut where the rate changes."""
    steps = []
    while day <= last_day:
        rate = _rate_on(rates, day)
        end = min(rate.date_to or last_day, last_day)
        year_days = YEAR_DAYS
        if day_count == "actual":
            end = min(end, date(day.year, 12, 31))
            year_days = YEAR_DAYS + isleap(day.year)
        steps.append(InterestStep(day, end, balance, rate.percent, year_days))
        day = end + timedelta(days=1)
    return steps


def raised(rates, first_day, points):
    """Return the rates, increased by so many points from a day on.

    :param date first_day: first day of the increase

    >>> raised([Rate(Decimal("2.62"), date(2026, 1, 1))], date(2026, 3, 16), Decimal(5))
    ... # doctest: +NORMALIZE_WHITESPACE
    [Rate(percent=Decimal('2.62'), date_from=datetime.date(2026, 1, 1),
          date_to=datetime.date(2026, 3, 15)),
     Rate(percent=Decimal('7.62'), date_from=datetime.date(2026, 3, 16), date_to=None)]
    """
    found = []
    for rate in rates:
        if rate.date_from < first_day:
            eve = first_day - timedelta(days=1)
            last = eve if rate.date_to is None else min(rate.date_to, eve)
            found.append(Rate(rate.percent, rate.date_from, last))
        if rate.date_to is None or rate.date_to >= first_day:
            start = max(rate.date_from, first_day)
            found.append(Rate(rate.percent + points, start, rate.date_to))
    return found


def held(rates, first_day):
    """Return the rate of the first day that bears interest, for all days after it.

    So it is in public procurement: the rate is that of the half-year in which the
    interest began to run, however long it runs (CCP, art. R. 2192-31). Without a rate
    on that day, nothing: the computation then names the day.

    >>> held([Rate(Decimal("10.15"), date(2026, 1, 1), date(2026, 6, 30)),
    ...       Rate(Decimal("10.40"), date(2026, 7, 1))], date(2026, 5, 16))
    ... # doctest: +NORMALIZE_WHITESPACE
    [Rate(percent=Decimal('10.15'), date_from=datetime.date(2026, 5, 16),
          date_to=None)]
    >>> held([], date(2026, 5, 16))
    []
    """
    try:
        rate = _rate_on(rates, first_day)
    except RateGapError:
        return []
    return [Rate(rate.percent, first_day)]


def _rate_on(rates, day):
    for rate in rates:
        if rate.date_from <= day and (rate.date_to is None or day <= rate.date_to):
            return rate
    raise RateGapError(day)
