"""Sums that follow from the fees: what a minimum adds, expenses in per cent."""

from .fees import ZERO, round_money


def minimum_complement(minimum, fees):
    """Return what must be added for the fees to reach the agreed minimum.

    >>> from decimal import Decimal
    >>> minimum_complement(Decimal(1500), Decimal(1120))
    Decimal('380')
    >>> minimum_complement(Decimal(1500), Decimal(1800))
    Decimal('0')
    """
    return max(minimum - max(fees, ZERO), ZERO)


def percent_expense(fees, percent, quantum):
    """Return expenses agreed as a percentage of the fees they come with.

    >>> from decimal import Decimal
    >>> percent_expense(Decimal("1234.50"), Decimal(4), Decimal("0.01"))
    Decimal('49.38')
    """
    return round_money(max(fees, ZERO) * percent / 100, quantum)
