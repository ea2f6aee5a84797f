"""Doubtful and lost receivables: what they are worth, and what may be proposed."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

#: days overdue from which a receivable is proposed as doubtful -> depreciation in %
AGES = ((365, Decimal(100)), (180, Decimal(50)), (90, Decimal(25)))


@dataclass(frozen=True)
class Facts:
    """What is known of an overdue receivable.

    :param is_insolvent: collective proceedings or over-indebtedness of the payer
    :param is_disputed: the client contests all that is due
    :param is_prescribed: nothing can be claimed in court any more
    """

    days: int
    is_insolvent: bool = False
    is_disputed: bool = False
    is_prescribed: bool = False


def propose(facts):
    """Return (reason, depreciation in percent) or None when it is still sound.

    >>> propose(Facts(30)) is None
    True
    >>> propose(Facts(200))
    ('age', Decimal('50'))
    >>> propose(Facts(10, is_insolvent=True))
    ('insolvency', Decimal('100'))
    """
    if facts.is_prescribed:
        return "prescribed", Decimal(100)
    if facts.is_insolvent:
        return "insolvency", Decimal(100)
    rate = next((rate for days, rate in AGES if facts.days >= days), None)
    if rate is None:
        return None
    if facts.is_disputed:
        return "dispute", max(rate, Decimal(50))
    return "age", rate


def depreciation(base, percent, quantum=Decimal("0.01")):
    """Return the depreciation of an amount excluding VAT, rounded half-up.

    >>> depreciation(Decimal("1000.01"), Decimal(50))
    Decimal('500.01')
    """
    return (base * percent / 100).quantize(quantum, ROUND_HALF_UP)


def share(amount, part, whole, quantum=Decimal("0.01")):
    """Return the share of an amount that goes with a part of a whole.

    >>> share(Decimal("200"), Decimal("700"), Decimal("1200"))
    Decimal('116.67')
    """
    if not whole:
        return Decimal(0)
    return (amount * part / whole).quantize(quantum, ROUND_HALF_UP)
