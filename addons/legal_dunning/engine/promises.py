"""Whether a promise to pay was kept: the ledger decides, nobody else."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

OPEN, KEPT, BROKEN = "open", "kept", "broken"


@dataclass(frozen=True)
class Promise:
    """What was promised.

    :param amount: how much
    :param made_on: day it was made
    :param due_on: day by which the money is to be there
    :param grace_days: days the bank is given on top
    """

    amount: Decimal
    made_on: date
    due_on: date
    grace_days: int = 0

    @property
    def last_day(self):
        return self.due_on + timedelta(days=self.grace_days)


def judge(promise, received, left, today):
    """Return what became of a promise, seen from ``today``.

    Money counts from the day the promise was made to its last day of grace. When
    nothing of what it covers is left to pay, it is kept whatever paid it.

    :param received: pairs (day, amount)
    :param Decimal left: what is still to pay of the invoices it covers

    >>> promise = Promise(Decimal(500), date(2026, 6, 1), date(2026, 6, 10), 2)
    >>> in_time, late = date(2026, 6, 12), date(2026, 6, 13)
    >>> judge(promise, [(in_time, Decimal(500))], Decimal(9), date(2026, 7, 1))
    'kept'
    >>> judge(promise, [(late, Decimal(500))], Decimal(9), date(2026, 7, 1))
    'broken'
    >>> judge(promise, [], Decimal(9), date(2026, 6, 12))
    'open'
    """
    got = sum(
        (
            amount
            for day, amount in received
            if promise.made_on <= day <= promise.last_day
        ),
        Decimal(0),
    )
    if got >= promise.amount:
        return KEPT
    if today > promise.last_day:
        return BROKEN
    return KEPT if left <= 0 else OPEN
