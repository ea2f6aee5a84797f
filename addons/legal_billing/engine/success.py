"""Success fee: a share of the result by slices, between a floor and a ceiling.

Only a complement: French law forbids fees fixed by the result alone (law 71-1130,
art. 10). The agreement refuses that; here is the arithmetic alone.
"""

from dataclasses import dataclass
from decimal import Decimal

from .fees import ZERO, FeeError, round_money

HUNDRED = Decimal(100)


class TierMissing(FeeError):
    """No share is agreed from the first euro."""


@dataclass(frozen=True)
class Tier:
    """From ``above`` up to the next tier, ``percent`` of the result."""

    above: Decimal
    percent: Decimal


@dataclass(frozen=True)
class Slice:
    """Part of the result within one tier, and its share."""

    above: Decimal
    up_to: Decimal | None
    base: Decimal
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True)
class SuccessResult:
    """The fee, its slices, and ``floor`` or ``ceiling`` where one decided it."""

    amount: Decimal
    slices: tuple
    limit: str | None


def get_base(choice, obtained, claimed, costs_award, with_costs_award):
    """Return what the share is taken on.

    :param choice: ``gained`` (sums obtained, or collected when the fee falls due on
        payment) or ``saved`` (what the opponent claimed and the client need not pay)
    :param costs_award: sum of art. 700 CPC comprised in what was obtained

    >>> get_base("saved", Decimal(20000), Decimal(83450), Decimal(0), True)
    Decimal('63450')
    >>> get_base("gained", Decimal(12000), Decimal(0), Decimal(2000), False)
    Decimal('10000')
    """
    if choice == "saved":
        return max(claimed - obtained, ZERO)
    return max(obtained - (ZERO if with_costs_award else costs_award), ZERO)


def success_fee(base, tiers, quantum, floor=None, ceiling=None):
    """Return the share of a result; each slice is rounded by itself.

    Nothing won, nothing due: the floor holds only where there is a result.

    8 % up to 50 000 and 6 % above, of 63 450: 4 000 + 807.

    >>> tiers = [Tier(Decimal(0), Decimal(8)), Tier(Decimal(50000), Decimal(6))]
    >>> result = success_fee(Decimal(63450), tiers, Decimal("0.01"))
    >>> result.amount, [part.amount for part in result.slices]
    (Decimal('4807.00'), [Decimal('4000.00'), Decimal('807.00')])

    :raise TierMissing: no tier starts at zero
    """
    ordered = sorted(tiers, key=lambda tier: tier.above)
    if not ordered or ordered[0].above:
        raise TierMissing()
    slices = []
    for rank, tier in enumerate(ordered):
        up_to = ordered[rank + 1].above if rank + 1 < len(ordered) else None
        part = (base if up_to is None else min(base, up_to)) - tier.above
        if part > 0:
            share = round_money(part * tier.percent / HUNDRED, quantum)
            slices.append(Slice(tier.above, up_to, part, tier.percent, share))
    amount, limit = sum((part.amount for part in slices), ZERO), None
    if floor is not None and slices and amount < floor:
        amount, limit = floor, "floor"
    if ceiling is not None and amount > ceiling:
        amount, limit = ceiling, "ceiling"
    return SuccessResult(amount, tuple(slices), limit)
