"""How likely a payer is to pay late or not at all, from 0 to 100, and why.

Five facts, each with a ceiling, so that none of them decides alone:

* the habit: the median delay of what was paid before;
* the age of the oldest unpaid invoice;
* the amount, against what the firm's late payers usually owe;
* promises broken, less those kept;
* an open dispute.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HABIT, UNKNOWN, OLDEST, AMOUNT = "habit", "unknown", "oldest", "amount"
BROKEN, KEPT, DISPUTE = "broken", "kept", "dispute"

# Points at most, and the measure at which they are reached.
HABIT_POINTS, HABIT_DAYS = 25, 60
OLDEST_POINTS, OLDEST_DAYS = 35, 120
AMOUNT_POINTS, AMOUNT_TIMES = 15, 5
UNKNOWN_POINTS = 8
BROKEN_POINTS, BROKEN_CAP = 10, 20
KEPT_POINTS, KEPT_CAP = 5, 10
DISPUTE_POINTS = 10


@dataclass(frozen=True)
class Facts:
    """What is known of a payer.

    :param habit_days: median delay of paid invoices, None if none was ever paid
    :param paid_count: how many invoices that median is of
    :param oldest_days: days since the oldest unpaid due date
    :param overdue: amount past due
    :param usual: median amount past due of the firm's late payers
    """

    habit_days: float | None = None
    paid_count: int = 0
    oldest_days: int = 0
    overdue: Decimal = Decimal(0)
    usual: Decimal = Decimal(0)
    broken: int = 0
    kept: int = 0
    disputes: int = 0


@dataclass(frozen=True)
class Reason:
    """One fact that counts: its points, and the measure they come from."""

    code: str
    points: int
    value: object


@dataclass(frozen=True)
class Risk:
    score: int
    reasons: tuple


def assess(facts):
    """Return the risk of one payer.

    >>> assess(Facts(habit_days=30, paid_count=4, oldest_days=60, broken=1)).score
    41
    >>> [reason.code for reason in assess(Facts(oldest_days=200)).reasons]
    ['oldest', 'unknown']
    """
    reasons = [reason for reason in _reasons(facts) if reason.points]
    total = sum(reason.points for reason in reasons)
    return Risk(
        min(max(total, 0), 100),
        tuple(sorted(reasons, key=lambda reason: -abs(reason.points))),
    )


def _reasons(facts):
    if facts.habit_days is None:
        yield Reason(UNKNOWN, UNKNOWN_POINTS if facts.oldest_days > 0 else 0, 0)
    else:
        yield Reason(
            HABIT,
            _scale(facts.habit_days, HABIT_DAYS, HABIT_POINTS),
            facts.habit_days,
        )
    yield Reason(
        OLDEST,
        _scale(facts.oldest_days, OLDEST_DAYS, OLDEST_POINTS),
        facts.oldest_days,
    )
    if facts.usual > 0 and facts.overdue > facts.usual:
        times = facts.overdue / facts.usual
        yield Reason(AMOUNT, _scale(times, AMOUNT_TIMES, AMOUNT_POINTS), times)
    yield Reason(BROKEN, min(facts.broken * BROKEN_POINTS, BROKEN_CAP), facts.broken)
    yield Reason(KEPT, -min(facts.kept * KEPT_POINTS, KEPT_CAP), facts.kept)
    yield Reason(DISPUTE, DISPUTE_POINTS if facts.disputes else 0, facts.disputes)


def _scale(value, full, points):
    """Return the points of a measure that counts in full from ``full`` on."""
    part = min(max(Decimal(str(value)) / full, Decimal(0)), Decimal(1))
    return int((part * points).quantize(Decimal(1), ROUND_HALF_UP))
