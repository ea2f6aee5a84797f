"""The final account of a matter: what was due, what was received, what is left.

Pure arithmetic: callers bring what the ledger says, in one currency.
"""

from dataclasses import dataclass
from decimal import Decimal

from .fees import ZERO

#: what a client owes for, in the order of the account
DUE = ("expenses", "disbursements", "tariff", "fees")
#: what came off it
OFF = ("provision", "payment", "other")


@dataclass(frozen=True)
class Row:
    """One row of the account; ``total`` includes VAT, sums received are positive."""

    group: str
    untaxed: Decimal
    total: Decimal


def settle(parts, total):
    """Return the parts with the cents of rounding on the largest, adding up.

    VAT is rounded once a document, so that the totals of its lines may differ from
    its total by a few cents.

    >>> settle([Decimal("10.01"), Decimal("20.02")], Decimal("30.04"))
    [Decimal('10.01'), Decimal('20.03')]
    >>> settle([Decimal(1200), Decimal(-1200)], Decimal(0))
    [Decimal('1200'), Decimal('-1200')]
    """
    parts = list(parts)
    rest = total - sum(parts, ZERO)
    if rest:
        largest = max(range(len(parts)), key=lambda rank: abs(parts[rank]))
        parts[largest] += rest
    return parts


def own_share(amount, own, whole, quantum):
    """Return the part of a payment that falls to one matter of a common invoice.

    >>> own_share(Decimal(100), Decimal(1), Decimal(3), Decimal("0.01"))
    Decimal('33.33')
    >>> own_share(Decimal(100), Decimal(3), Decimal(3), Decimal("0.01"))
    Decimal('100')
    """
    if own == whole or not whole:
        return amount
    return (amount * own / whole).quantize(quantum)


def sum_up(rows):
    """Return {group: Row} of the sums, and the balance: above zero, still due.

    >>> sums, balance = sum_up(
    ...     [
    ...         Row("fees", Decimal(2728), Decimal("3273.60")),
    ...         Row("expenses", Decimal(96), Decimal("115.20")),
    ...         Row("disbursements", Decimal("45.60"), Decimal("45.60")),
    ...         Row("provision", ZERO, Decimal(1800)),
    ...     ]
    ... )
    >>> balance, sums["fees"].total
    (Decimal('1634.40'), Decimal('3273.60'))
    """
    sums = {}
    for row in rows:
        before = sums.get(row.group, Row(row.group, ZERO, ZERO))
        sums[row.group] = Row(
            row.group, before.untaxed + row.untaxed, before.total + row.total
        )
    due = sum((sums[group].total for group in DUE if group in sums), ZERO)
    off = sum((sums[group].total for group in OFF if group in sums), ZERO)
    return sums, due - off
