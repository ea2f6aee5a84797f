"""Valuing work in progress: what unbilled work will bring, and the entry for it."""

from decimal import Decimal

from .fees import round_money

#: first day of each bucket of age after the first one, and its code
AGES = ((0, "0_30"), (31, "31_60"), (61, "61_90"), (91, "91_180"), (181, "over_180"))


def age_bucket(days):
    """Return the bucket of work that is this many days old.

    >>> [age_bucket(days) for days in (-3, 0, 30, 31, 90, 180, 181, 4000)]
    ['0_30', '0_30', '0_30', '31_60', '61_90', '91_180', 'over_180', 'over_180']
    """
    return [code for first, code in AGES if days >= first or not first][-1]


def realised(amount, percent, quantum):
    """Return what a value brings at a realisation in per cent.

    >>> realised(Decimal("1000"), Decimal("87.5"), Decimal("0.01"))
    Decimal('875.00')
    """
    return round_money(amount * percent / 100, quantum)


def realisation(billed, standard):
    """Return the realisation in per cent, one decimal, ``None`` without a base.

    >>> realisation(Decimal(8756), Decimal(10000)), realisation(Decimal(1), Decimal(0))
    (Decimal('87.6'), None)
    """
    if not standard:
        return None
    return round_money(100 * billed / standard, Decimal("0.1"))
