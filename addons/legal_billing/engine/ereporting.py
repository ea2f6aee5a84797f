"""Sums of the e-reporting: what the tax office is told of sales and of receipts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Share:
    """What one document, or one receipt, holds at one VAT rate.

    :param document: which document; a day counts each once
    :param rate: VAT rate in percent
    :param category: what is sold: the code of the category, the same for the whole row
    :param base: excluding VAT, in the firm's currency; negative on credit notes
    :param tax: VAT, with the sign of the base
    """

    document: object
    on: date
    rate: Decimal
    base: Decimal
    tax: Decimal
    category: str = ""


@dataclass(frozen=True)
class Day:
    """One row: a day, a category, a rate, how many documents, their sums."""

    on: date
    rate: Decimal
    count: int
    base: Decimal
    tax: Decimal
    category: str = ""


def by_day(shares):
    """Return a ``Day`` for each day, category and rate, in order.

    What is told by day leaves no document out and counts none twice, so the sums
    are those of the shares:

    >>> D = Decimal
    >>> day = date(2026, 9, 3)
    >>> rows = by_day([
    ...     Share("F1", day, D(20), D(100), D(20)),
    ...     Share("F1", day, D(20), D(50), D(10)),
    ...     Share("F2", day, D(20), D("9.99"), D(2)),
    ...     Share("F2", day, D("8.5"), D(10), D("0.85")),
    ... ])
    >>> [(str(r.rate), r.count, str(r.base), str(r.tax)) for r in rows]
    [('8.5', 1, '10', '0.85'), ('20', 2, '159.99', '32')]

    Goods and services of one day and rate are two rows:

    >>> rows = by_day([
    ...     Share("F1", day, D(20), D(100), D(20), "TPS1"),
    ...     Share("F1", day, D(20), D(30), D(6), "TLB1"),
    ... ])
    >>> [(r.category, str(r.base)) for r in rows]
    [('TLB1', '30'), ('TPS1', '100')]
    """
    groups = defaultdict(list)
    for share in shares:
        groups[share.on, share.category, share.rate].append(share)
    return [
        Day(
            on,
            rate,
            len({share.document for share in group}),
            sum((share.base for share in group), ZERO),
            sum((share.tax for share in group), ZERO),
            category,
        )
        for (on, category, rate), group in sorted(groups.items())
    ]
