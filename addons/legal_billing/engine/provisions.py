"""How much of the provisions received a bill uses up, oldest first."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from .fees import ZERO


@dataclass(frozen=True)
class Claim:
    """One provision that a bill may deduct.

    :param tax: what it was invoiced under; a bill deducts it from the same only
    :param available: received and not used yet, excluding VAT
    :param wanted: what the reviewer chose, ``None`` for as much as can be
    """

    key: object
    tax: object
    available: Decimal
    wanted: Decimal | None = None


def allocate(claims, billed):
    """Return {claim key: amount to deduct}, each at zero or above.

    Never more than a provision holds, nor than is billed under its tax. What the
    reviewer chose comes first, then the oldest provisions.

    :param claims: oldest first
    :param billed: {tax: amount billed, excluding VAT}

    1 500 received, then 800; 1 900 of fees and 45,60 of disbursements are billed:

    >>> D = Decimal
    >>> claims = [Claim("a", 20, D(1500)), Claim("b", 20, D(800)), Claim("c", 0, D(9))]
    >>> allocate(claims, {20: D(1900), 0: D("45.60")})
    {'a': Decimal('1500'), 'b': Decimal('400'), 'c': Decimal('9')}
    """
    left = dict(billed)
    parts = {claim.key: ZERO for claim in claims}
    chosen = [claim for claim in claims if claim.wanted is not None]
    for claim in chosen + [claim for claim in claims if claim.wanted is None]:
        limits = [claim.available, left.get(claim.tax, ZERO)]
        if claim.wanted is not None:
            limits.append(claim.wanted)
        parts[claim.key] = max(min(limits), ZERO)
        left[claim.tax] = left.get(claim.tax, ZERO) - parts[claim.key]
    return parts


def received_untaxed(untaxed, total, received, quantum):
    """Return what a payment brought in excluding VAT, never a cent too much.

    >>> received_untaxed(Decimal(1500), Decimal(1800), Decimal(500), Decimal("0.01"))
    Decimal('416.66')
    """
    if received >= total:
        return untaxed
    if received <= 0 or not total:
        return ZERO
    share = untaxed * received / total
    return (share / quantum).to_integral_value(rounding=ROUND_FLOOR) * quantum


def to_request(balance, floor, level):
    """Return what brings a balance back to its level, nothing above the floor.

    >>> to_request(Decimal(300), Decimal(500), Decimal(2000))
    Decimal('1700')
    >>> to_request(Decimal(500), Decimal(500), Decimal(2000))
    Decimal('0')
    """
    return max(level - balance, ZERO) if balance < floor else ZERO
