"""New prices out of old ones: a rise of a few percent, rounded to what reads well."""

from decimal import ROUND_HALF_UP, Decimal

from .exceptions import RevisionError

PERCENT = "percent"
AMOUNT = "amount"
FIXED = "fixed"
MODES = (PERCENT, AMOUNT, FIXED)

NEAREST = "nearest"
UP = "up"
DOWN = "down"
METHODS = (NEAREST, UP, DOWN)


def revise(amount, mode, value, step=Decimal(0), method=NEAREST, quantum="0.01"):
    """Return the revised price of an hour.

    :param Decimal amount: the price now
    :param str mode: ``percent`` (+3 is three percent more), ``amount`` (added, or
        taken off when negative) or ``fixed`` (the new price itself)
    :param Decimal value: what the mode says
    :param Decimal step: round to a multiple of this; zero rounds to the cent only
    :param str method: one of :data:`METHODS`
    :param quantum: smallest unit of the currency
    :raise RevisionError: unknown words, or a price below zero

    >>> revise(Decimal(280), "percent", Decimal(3), Decimal(5))
    Decimal('290.00')
    >>> revise(Decimal(280), "percent", Decimal(3), Decimal(5), "down")
    Decimal('285.00')
    >>> revise(Decimal(280), "percent", Decimal("-2.5"))
    Decimal('273.00')
    >>> revise(Decimal(280), "amount", Decimal(12), Decimal(5), "up")
    Decimal('295.00')
    """
    if mode not in MODES:
        raise RevisionError(f"unknown mode: {mode!r}")
    if mode == PERCENT:
        revised = amount * (1 + value / 100)
    else:
        revised = amount + value if mode == AMOUNT else value
    revised = round_to(revised, step, method)
    revised = revised.quantize(Decimal(quantum), rounding=ROUND_HALF_UP)
    if revised < 0:
        raise RevisionError(f"below zero: {revised}")
    return revised


def round_to(amount, step, method=NEAREST):
    """Return the multiple of ``step`` next to an amount, a half going up.

    >>> [round_to(Decimal(a), Decimal(5)) for a in ("287.4", "287.5", "290")]
    [Decimal('285'), Decimal('290'), Decimal('290')]
    >>> round_to(Decimal("285.01"), Decimal(5), "up")
    Decimal('290')
    """
    if method not in METHODS or step < 0:
        raise RevisionError(f"no such rounding: {method!r} to {step}")
    if not step:
        return amount
    whole, rest = divmod(amount, step)
    if rest and (method == UP or (method == NEAREST and 2 * rest >= step)):
        whole += 1
    return whole * step
