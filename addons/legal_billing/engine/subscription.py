"""Subscriptions: periods, pro rata by days, what is included and what goes over.

Days count inclusively. A period cut short by the start or the end costs its days
over the days of the whole period; a whole period costs the amount itself, whatever
its number of days.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .fees import ZERO, Charge, FeeError, charge_amount, round_money

MONTHS = {"month": 1, "quarter": 3, "year": 12}
HOUR_STEP = Decimal("0.01")


class IndexMissing(FeeError):
    """No value of the price index is known for a day."""

    def __init__(self, on):
        super().__init__(f"no index on {on}")
        self.on = on


@dataclass(frozen=True)
class Period:
    """Days of a subscription, and the whole period they belong to."""

    date_from: date
    date_to: date
    whole_from: date
    whole_to: date

    @property
    def days(self):
        return (self.date_to - self.date_from).days + 1

    @property
    def whole_days(self):
        return (self.whole_to - self.whole_from).days + 1

    @property
    def is_whole(self):
        return self.days == self.whole_days

    def __contains__(self, day):
        return self.date_from <= day <= self.date_to


def add_months(day, months):
    """Return the same day some months later, or the last of a shorter month.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 3, 15), -3)
    (datetime.date(2026, 2, 28), datetime.date(2025, 12, 15))
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def get_anchor(start, unit, is_calendar):
    """Return a day on which a whole period begins.

    >>> get_anchor(date(2026, 5, 10), "quarter", True)
    datetime.date(2026, 4, 1)
    >>> get_anchor(date(2026, 5, 10), "quarter", False)
    datetime.date(2026, 5, 10)
    """
    if not is_calendar:
        return start
    months = MONTHS[unit]
    return date(start.year, (start.month - 1) // months * months + 1, 1)


def get_periods(start, end, until, unit, anchor):
    """Return the periods that begin by ``until``, the first and last cut as due.

    :param end: last day of the subscription, included; ``None`` while it runs
    :param anchor: a day on which a whole period begins; periods are counted from it,
        so that one that begins on the 31st comes back to it after February

    >>> first = get_periods(
    ...     date(2026, 4, 10), None, date(2026, 5, 1), "month", date(2026, 4, 1))[0]
    >>> first.days, first.whole_days
    (21, 30)
    """
    months = MONTHS[unit]
    count = (start.year - anchor.year) * 12 + start.month - anchor.month
    rank = count // months - 1
    while add_months(anchor, (rank + 1) * months) <= start:
        rank += 1
    periods = []
    while True:
        whole_from = add_months(anchor, rank * months)
        whole_to = add_months(anchor, (rank + 1) * months) - timedelta(days=1)
        first = max(whole_from, start)
        last = whole_to if end is None else min(whole_to, end)
        if first > until or first > last:
            return periods
        periods.append(Period(first, last, whole_from, whole_to))
        rank += 1


def pro_rata(amount, period, quantum):
    """Return the part of a period's amount that its days are worth.

    450 from 10 April: 21 of 30 days.

    >>> april = Period(date(2026, 4, 10), date(2026, 4, 30),
    ...                date(2026, 4, 1), date(2026, 4, 30))
    >>> pro_rata(Decimal(450), april, Decimal("0.01"))
    Decimal('315.00')
    """
    if period.is_whole:
        return amount
    return round_money(amount * period.days / period.whole_days, quantum)


@dataclass(frozen=True)
class Roll:
    """What one period gives, takes over and leaves to the next."""

    included: Decimal
    carried_in: Decimal
    used: Decimal
    inside: Decimal
    over: Decimal
    carried_out: Decimal

    @property
    def available(self):
        return self.included + self.carried_in


def roll_forward(included, used, limit, carried_in=ZERO):
    """Roll what periods leave unused into the next ones.

    :param included: of each period, in hours or money
    :param used: in each period
    :param limit: most that may be carried over; zero: nothing; ``None``: all of it

    2,5 h a month, at most 2 h carried: 1 h used, then 4,1 h.

    >>> january, february = roll_forward(
    ...     [Decimal("2.5")] * 2, [Decimal(1), Decimal("4.1")], Decimal(2))
    >>> january.carried_out, february.available, february.over
    (Decimal('1.5'), Decimal('4.0'), Decimal('0.1'))
    """
    rolls = []
    for size, taken in zip(included, used, strict=True):
        available = size + carried_in
        inside = min(taken, available)
        left = available - inside
        carried_out = left if limit is None else min(left, limit)
        rolls.append(Roll(size, carried_in, taken, inside, taken - inside, carried_out))
        carried_in = carried_out
    return rolls


def draw_hours(works, available, rate, quantum):
    """Charge entries against included hours, in their order.

    :param rate: price of an hour beyond, ``None``: each at its own rate

    4,1 h of which 2,5 are included: 1,6 × 190.

    >>> from .fees import Work
    >>> [one] = draw_hours(
    ...     [Work(1, Decimal("4.1"), Decimal(220))], Decimal("2.5"), Decimal(190),
    ...     Decimal("0.01"))
    >>> one.hours_package, one.amount
    (Decimal('2.5'), Decimal('304.00'))
    """
    charges, left = [], max(available, ZERO)
    for work in works:
        inside = min(work.hours, left)
        left -= inside
        price = work.rate if rate is None or inside == work.hours else rate
        amount = charge_amount(work.hours, inside, price, quantum)
        charges.append(Charge(work.key, work.hours, inside, price, amount))
    return charges


def draw_amount(works, available, rate, quantum):
    """Charge entries against an included amount, in their order.

    Inside, work counts at its own rate; what goes beyond costs ``rate`` an hour, or
    its own rate when ``None``.

    300 included; 2 h at 220: 140 beyond at its own rate.

    >>> from .fees import Work
    >>> [one] = draw_amount(
    ...     [Work(1, Decimal(2), Decimal(220))], Decimal(300), None, Decimal("0.01"))
    >>> one.amount
    Decimal('140.00')
    """
    charges, left = [], max(available, ZERO)
    for work in works:
        value = work.hours * work.rate
        inside = min(value, left)
        left -= inside
        hours = work.hours if inside == value else inside / work.rate
        price = work.rate if rate is None or inside == value else rate
        amount = charge_amount(work.hours, hours, price, quantum)
        charges.append(Charge(work.key, work.hours, hours, price, amount))
    return charges


def revision_day(base_on, on, every_year):
    """Return the day whose index prices a period that begins ``on``.

    A price revised once a year keeps the index of its last anniversary.

    >>> revision_day(date(2025, 4, 10), date(2026, 9, 1), True)
    datetime.date(2026, 4, 10)
    >>> revision_day(date(2025, 4, 10), date(2026, 9, 1), False)
    datetime.date(2026, 9, 1)
    """
    if on <= base_on:
        return base_on
    if not every_year:
        return on
    years = on.year - base_on.year
    if add_months(base_on, 12 * years) > on:
        years -= 1
    return add_months(base_on, 12 * years)


def find_index(values, on):
    """Return the value of a dated index on a day.

    :param values: (first day, last day or ``None``, value)
    :raise IndexMissing: none covers the day; the last known is never used instead

    >>> find_index([(date(2026, 1, 1), None, Decimal("118.2"))], date(2026, 4, 1))
    Decimal('118.2')
    """
    for first, last, value in values:
        if first <= on and (last is None or on <= last):
            return value
    raise IndexMissing(on)


def indexed(amount, index, base, quantum):
    """Return an amount moved by an index, rounded once.

    >>> indexed(Decimal(450), Decimal("120"), Decimal("117"), Decimal("0.01"))
    Decimal('461.54')
    """
    if index == base:
        return amount
    return round_money(amount * index / base, quantum)
