"""When an invoice will probably be paid, from how its payer paid before.

The measure is the delay: days from the due date to the day the last of it came in
(negative: early). Medians, so that one forgotten invoice does not spoil a payer's
record. A payer with little history is drawn towards what is usual for such an
amount, that towards the practice area, that towards the whole firm: with ``n``
invoices of his own his median weighs ``n / (n + WEIGHT)``.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

WEIGHT = 4
LEVELS = ("firm", "practice", "size", "payer")
# Amounts, excluding the upper bound, in the currency of the company.
SIZES = (1000, 5000, 20000)


@dataclass(frozen=True)
class Paid:
    """One invoice paid in full."""

    payer: object
    size: int
    practice: object
    delay: int


@dataclass(frozen=True)
class Step:
    """What one level of likeness says, and how many invoices say so."""

    level: str
    count: int
    median: float
    days: float


@dataclass(frozen=True)
class Forecast:
    """:param days: days after the due date (negative: before), rounded"""

    days: int
    steps: tuple

    def get_step(self, level):
        return next((step for step in self.steps if step.level == level), None)


def size_of(amount):
    """Return the class of an amount, from 0.

    >>> [size_of(amount) for amount in (12, 1000, 6000, 90000)]
    [0, 1, 2, 3]
    """
    return sum(amount >= bound for bound in SIZES)


class History:
    """The paid invoices of a firm, sorted once and asked often."""

    def __init__(self, paid):
        self._delays = {level: defaultdict(list) for level in LEVELS}
        for row in paid:
            for level in LEVELS:
                insort(self._delays[level][_key(level, row)], row.delay)
        self._paid = tuple(paid)

    def __len__(self):
        return len(self._paid)

    def predict(self, payer, size, practice):
        """Return the forecast of one invoice, or None when nothing was ever paid."""
        return self._predict(Paid(payer, size, practice, 0))

    def get_habit(self, payer):
        """Return (count, median delay) of one payer, (0, None) if unknown."""
        delays = self._delays["payer"].get(payer, ())
        return len(delays), median(delays) if delays else None

    def measure_error(self):
        """Return (count, median absolute error in days).

        Each invoice is predicted from all others, as if it were still to be paid.
        """
        errors = [
            abs(found.days - row.delay)
            for row in self._paid
            if (found := self._predict(row, row.delay)) is not None
        ]
        return len(errors), median(errors) if errors else None

    def _predict(self, row, without=None):
        steps, days = [], None
        for level in LEVELS:
            delays = self._delays[level].get(_key(level, row), ())
            count, middle = _median(delays, without)
            if not count:
                continue
            days = (
                middle
                if days is None
                else (count * middle + WEIGHT * days) / (count + WEIGHT)
            )
            steps.append(Step(level, count, middle, days))
        if days is None:
            return None
        return Forecast(_round(days), tuple(steps))


def _key(level, row):
    return {
        "firm": None,
        "practice": row.practice,
        "size": row.size,
        "payer": row.payer,
    }[level]


def _median(delays, without=None):
    """Return (count, median) of sorted delays, one of them left out.

    >>> _median([1, 2, 9])
    (3, 2)
    >>> _median([1, 2, 9], 9)
    (2, 1.5)
    """
    count = len(delays)
    if without is None:
        return count, median(delays) if count else None
    count -= 1
    if not count:
        return 0, None
    gap = bisect_left(delays, without)

    def at(rank):
        return delays[rank if rank < gap else rank + 1]

    half = count // 2
    return count, at(half) if count % 2 else (at(half - 1) + at(half)) / 2


def _round(days):
    """Round half away from zero, as a person would."""
    return int(days + 0.5) if days >= 0 else -int(-days + 0.5)
