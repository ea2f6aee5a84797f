"""Instalments of a fee: amounts that add up to it, whatever the percentages."""

from decimal import Decimal

from .fees import ZERO, FeeError, round_money

HUNDRED = Decimal(100)


class PercentNotHundred(FeeError):
    """The instalments' percentages are not the whole fee."""

    def __init__(self, percent):
        super().__init__(f"instalments add up to {percent} %")
        self.percent = percent


def from_percentages(amount, percents, quantum):
    """Return the instalments of a fee; the last takes what rounding left.

    >>> from_percentages(Decimal(1000), [Decimal("33.33")] * 2 + [Decimal("33.34")],
    ...                  Decimal("0.01"))
    [Decimal('333.30'), Decimal('333.30'), Decimal('333.40')]

    :raise PercentNotHundred: they are not 100 % together
    """
    whole = sum(percents, ZERO)
    if whole != HUNDRED:
        raise PercentNotHundred(whole)
    parts = [round_money(amount * p / HUNDRED, quantum) for p in percents[:-1]]
    return [*parts, amount - sum(parts, ZERO)]


def gap(amount, instalments):
    """Return what is missing to the fee (below zero: too much).

    >>> gap(Decimal(3000), [Decimal(1500), Decimal(1400)])
    Decimal('100')
    """
    return amount - sum(instalments, ZERO)
