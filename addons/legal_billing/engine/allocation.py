"""What a payment settles of each document that was chosen, to the cent.

The parts of a payment add up to it, and none is above what is open. Documents come
oldest due first and are served in that order: first what is asked for now, then what
they owe besides. A document that is paid whole or not at all is served before.
"""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


class AllocationError(ValueError):
    """This amount cannot be shared out."""


class NothingToPay(AllocationError):
    """The amount is not above zero, or is no amount."""


class TooMuch(AllocationError):
    """The amount is above all that is open."""

    def __init__(self, most):
        super().__init__(f"only {most} is open")
        self.most = most


class WholeOnly(AllocationError):
    """The amount does not pay what is only paid whole."""

    def __init__(self, least):
        super().__init__(f"at least {least}")
        self.least = least


@dataclass(frozen=True)
class Part:
    """One document to pay.

    :param asked: what is asked for now
    :param most: what may be paid at the most, never under ``asked``
    :param is_whole: paid for all of ``asked``, or not at all
    """

    key: object
    asked: Decimal
    most: Decimal
    is_whole: bool = False


def allocate(parts, amount=None):
    """Share a payment out to the documents it was chosen for.

    :param parts: :class:`Part`, oldest due first
    :param amount: what is paid; nothing: all that is asked for
    :return: {key: amount}, without the documents that get nothing
    :raise AllocationError: the amount cannot be shared out

    >>> D = Decimal
    >>> old, new = Part("old", D(100), D(100)), Part("new", D(50), D(80))
    >>> allocate([old, new]) == {"old": D(100), "new": D(50)}
    True
    >>> allocate([old, new], D(120)) == {"old": D(100), "new": D(20)}
    True
    >>> allocate([old, new], D(175)) == {"old": D(100), "new": D(75)}
    True
    >>> allocate([old, Part("whole", D(30), D(30), True)], D(40))
    {'old': Decimal('10'), 'whole': Decimal('30')}
    >>> allocate([old, new], D(181))
    Traceback (most recent call last):
        ...
    legal_billing.engine.allocation.TooMuch: only 180 is open
    """
    if amount is None:
        amount = sum((part.asked for part in parts), ZERO)
    if not amount.is_finite() or amount <= ZERO:
        raise NothingToPay("nothing to pay")
    most = sum((_most(part) for part in parts), ZERO)
    if amount > most:
        raise TooMuch(most)
    least = sum((part.asked for part in parts if part.is_whole), ZERO)
    if amount < least:
        raise WholeOnly(least)
    given = {part.key: part.asked if part.is_whole else ZERO for part in parts}
    left = amount - least
    loose = [part for part in parts if not part.is_whole]
    for ceiling in ("asked", "most"):
        for part in loose:
            taken = min(left, max(getattr(part, ceiling) - given[part.key], ZERO))
            given[part.key] += taken
            left -= taken
    return {key: share for key, share in given.items() if share > ZERO}


def _most(part):
    return part.asked if part.is_whole else max(part.asked, part.most)


def settle(shares, opens):
    """Return what each share settles now, and what no longer fits.

    What does not fit is left over: it settles nothing that was not chosen for it.

    :param shares: {key: amount}, in order
    :param opens: {key: what is open of it now}
    :return: ({key: settled}, left over)

    >>> shares = {"a": Decimal(60), "b": Decimal(40)}
    >>> settle(shares, {"a": Decimal(50), "b": Decimal(90)})
    ({'a': Decimal('50'), 'b': Decimal('40')}, Decimal('10'))
    """
    settled = {
        key: min(share, max(opens.get(key, ZERO), ZERO))
        for key, share in shares.items()
    }
    rest = sum(shares.values(), ZERO) - sum(settled.values(), ZERO)
    return {key: share for key, share in settled.items() if share > ZERO}, rest


def take(shares, amount):
    """Return the first shares that an amount covers: a payment captured in part.

    >>> take({"a": Decimal(60), "b": Decimal(40)}, Decimal(70))
    {'a': Decimal('60'), 'b': Decimal('10')}
    """
    taken = {}
    for key, share in shares.items():
        part = min(share, amount)
        if part > ZERO:
            taken[key] = part
            amount -= part
    return taken
