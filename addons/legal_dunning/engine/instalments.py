"""Payment by instalments: how a sum is divided, and how far a plan is kept.

Amounts are exact decimals of one currency. Nothing here knows an invoice.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .exceptions import EngineError
from .interest import Rate

ZERO = Decimal(0)
MONTH, FORTNIGHT, WEEK = "month", "fortnight", "week"
_DAYS = {FORTNIGHT: 14, WEEK: 7}


class PlanError(EngineError):
    """A schedule that cannot be; ``reason`` says why."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Instalment:
    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class Standing:
    """Where one instalment stands.

    :param amount: what it asks for, credit notes taken off
    :param paid: what was paid of it
    :param is_missed: not paid in full when its day and the grace were past
    """

    due_on: date
    amount: Decimal
    paid: Decimal
    is_missed: bool

    @property
    def left(self):
        return self.amount - self.paid


def divide(total, count, quantum):
    """Return ``count`` equal parts, rounded half-up, the remainder on the last.

    >>> [str(part) for part in divide(Decimal("1634.40"), 5, Decimal("0.01"))]
    ['326.88', '326.88', '326.88', '326.88', '326.88']
    >>> [str(part) for part in divide(Decimal("100.00"), 3, Decimal("0.01"))]
    ['33.33', '33.33', '33.34']

    :raise PlanError: ``few`` (no part at all), ``small`` (a part would be nothing)
    """
    if count < 1:
        raise PlanError("few")
    part = (total / count).quantize(quantum, ROUND_HALF_UP)
    last = total - part * (count - 1)
    if part <= 0 or last <= 0:
        raise PlanError("small")
    return [part] * (count - 1) + [last]


def dates(first, count, rhythm=MONTH):
    """Return the days on which instalments fall due.

    A month that is too short takes its last day, and the next one the first's again.

    >>> [day.isoformat() for day in dates(date(2026, 1, 31), 3)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    if rhythm == MONTH:
        return [_add_months(first, n) for n in range(count)]
    return [first + timedelta(days=_DAYS[rhythm] * n) for n in range(count)]


def _add_months(day, months):
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def equal(total, count, first, quantum, rhythm=MONTH):
    """Return the schedule of equal instalments."""
    return [
        Instalment(day, part)
        for day, part in zip(
            dates(first, count, rhythm), divide(total, count, quantum), strict=True
        )
    ]


def check(schedule, total):
    """Refuse a schedule that does not make the sum, day after day.

    :raise PlanError: ``few``, ``small``, ``order`` or ``sum``
    """
    if not schedule:
        raise PlanError("few")
    if any(item.amount <= 0 for item in schedule):
        raise PlanError("small")
    days = [item.due_on for item in schedule]
    if any(later <= sooner for sooner, later in zip(days, days[1:], strict=False)):
        raise PlanError("order")
    if sum(item.amount for item in schedule) != total:
        raise PlanError("sum")


def follow(schedule, paid, credited, today, grace_days=0):
    """Return where each instalment stands.

    Payments cover the oldest instalments first; credit notes take off the last ones,
    so that what falls due next stays as it was agreed.

    :param paid: what was paid on the invoices since the plan began
    :param credited: what credit notes took off what the plan covers
    """
    amounts = [item.amount for item in schedule]
    for place in range(len(amounts) - 1, -1, -1):
        cut = max(min(amounts[place], credited), ZERO)
        amounts[place] -= cut
        credited -= cut
    standings = []
    for item, amount in zip(schedule, amounts, strict=True):
        part = max(min(amount, paid), ZERO)
        paid -= part
        missed = part < amount and item.due_on + timedelta(days=grace_days) < today
        standings.append(Standing(item.due_on, amount, part, missed))
    return standings


def freeze(rates, spans):
    """Return the rates with none in force during the spans.

    :param spans: [(first day, last day)], both included, that bear no interest

    >>> year = Rate(Decimal(12), date(2026, 1, 1), date(2026, 12, 31))
    >>> [(str(r.percent), r.date_from.month) for r in freeze(
    ...     [year], [(date(2026, 3, 1), date(2026, 5, 31))])]
    [('12', 1), ('12', 6), ('0', 3)]
    """
    frozen = []
    for rate in rates:
        pieces = [rate]
        for first, last in spans:
            pieces = [part for piece in pieces for part in _cut(piece, first, last)]
        frozen += pieces
    return frozen + [Rate(ZERO, first, last) for first, last in spans]


def _cut(rate, first, last):
    end = rate.date_to
    if last < rate.date_from or (end is not None and end < first):
        return [rate]
    parts = []
    if rate.date_from < first:
        parts.append(Rate(rate.percent, rate.date_from, first - timedelta(days=1)))
    if end is None or last < end:
        parts.append(Rate(rate.percent, last + timedelta(days=1), end))
    return parts
