"""What a cost comes to: shares of a bill, kilometres, foreign currency."""

from decimal import Decimal

from .fees import round_money

HUNDRED = Decimal(100)


def share_out(amount, percents, quantum):
    """Share an amount by percentages; parts of a whole add up to it exactly.

    Each part is the difference between two rounded running totals, so that no
    cent is lost between matters, in whatever order they come.

    :param Decimal amount: of either sign
    :param percents: percentages, 100 in all when nothing is left to the firm
    :param Decimal quantum: rounding step of the currency
    :return: one amount per percentage

    >>> D, CENT = Decimal, Decimal("0.01")
    >>> share_out(D("100.00"), [D("33.33"), D("33.33"), D("33.34")], CENT)
    [Decimal('33.33'), Decimal('33.33'), Decimal('33.34')]
    >>> share_out(D("0.01"), [D(50), D(50)], CENT)
    [Decimal('0.01'), Decimal('0.00')]
    >>> share_out(D("90.00"), [D(40)], CENT)
    [Decimal('36.00')]
    """
    parts, running, before = [], Decimal(0), Decimal(0)
    for percent in percents:
        running += percent
        after = round_money(amount * running / HUNDRED, quantum)
        parts.append(after - before)
        before = after
    return parts


def multiply(quantity, rate, quantum):
    """Return quantity × rate, rounded once: kilometres, or a foreign sum.

    >>> multiply(Decimal(120), Decimal("0.603"), Decimal("0.01"))
    Decimal('72.36')
    """
    return round_money(quantity * rate, quantum)
