"""How far a package or a cap is used up, and when it will be at this pace."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from .fees import ZERO

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Pace:
    """State of a package: in hours or in money, the same arithmetic.

    :param percent: rounded down to a tenth, so that 99,96 % is not shown as full
    :param per_week: what a week used of it on average
    :param used_up_on: day on which nothing is left; ``None`` when nothing was used
    """

    size: Decimal
    consumed: Decimal
    left: Decimal
    over: Decimal
    percent: Decimal
    per_week: Decimal
    used_up_on: date | None


def measure(size, consumed, since, today):
    """Return the state of a package used since a day.

    Both days count: 5 h on the first day is a pace of 5 h a day. 15 h, 10 h used in
    20 days: half an hour a day, the last hour goes 10 days from now.

    >>> state = measure(Decimal(15), Decimal(10), date(2026, 4, 1), date(2026, 4, 20))
    >>> state.left, state.percent, state.used_up_on
    (Decimal('5'), Decimal('66.6'), datetime.date(2026, 4, 30))
    """
    left = max(size - consumed, ZERO)
    over = max(consumed - size, ZERO)
    days = max((today - since).days + 1, 1)
    per_day = max(consumed, ZERO) / days
    used_up_on = None
    if size > 0 and consumed > 0:
        used_up_on = today
        if left:
            ahead = (left / per_day).to_integral_value(rounding=ROUND_CEILING)
            # A package hardly touched would last beyond what a date can hold.
            used_up_on = today + timedelta(days=min(int(ahead), 36500))
    return Pace(
        size,
        consumed,
        left,
        over,
        get_percent(size, consumed),
        (per_day * 7).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP),
        used_up_on,
    )


def get_percent(size, consumed):
    """Return the percentage used, rounded down to a tenth; an empty package is full.

    >>> get_percent(Decimal(15), Decimal("13.5")), get_percent(Decimal(0), Decimal(1))
    (Decimal('90'), Decimal('100'))
    """
    if size <= 0:
        return HUNDRED if consumed > 0 else ZERO
    return (consumed * 1000 / size).to_integral_value(rounding="ROUND_FLOOR") / 10


def project(state, today, until, step):
    """Return what will be used on a day at this pace, rounded up to a step.

    Never less than the size itself: a revised estimate is not a lower one. 1 000 €
    used in 10 weeks, 100 € a week; 4 weeks and 2 days more: 1 428,57, so 1 500 €.

    >>> start, day = date(2026, 1, 1), date(2026, 3, 11)
    >>> state = measure(Decimal(1200), Decimal(1000), start, day)
    >>> project(state, day, date(2026, 4, 10), Decimal(100))
    Decimal('1500')
    """
    days = max((until - today).days, 0)
    ahead = max(state.consumed, ZERO) + state.per_week * days / 7
    wanted = max(ahead, state.size)
    return (wanted / step).to_integral_value(rounding=ROUND_CEILING) * step


def crossed(size, before, after, thresholds):
    """Return the thresholds (in per cent) reached between two states, rising.

    >>> crossed(Decimal(15), Decimal(6), Decimal("13.5"), [50, 80, 100])
    [50, 80]
    >>> crossed(Decimal(15), Decimal("13.5"), Decimal("13.5"), [50, 80, 100])
    []
    """
    if size <= 0:
        return []
    return [
        level
        for level in sorted(thresholds)
        if before * HUNDRED < level * size <= after * HUNDRED
    ]
