"""What work costs under a fee agreement: hourly, capped, or out of a package.

Hours and money come in and go out as :class:`~decimal.Decimal`. Each entry is
rounded to the currency's step by itself (half up), so that the amount a lawyer
reads on an entry is the amount the client reads on the invoice; a total is then
a plain sum, never a second computation.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


class FeeError(ValueError):
    """The agreement does not say how to charge what was worked."""


class OverrunRateMissing(FeeError):
    """Work went beyond a package whose agreement gives no rate for the rest."""

    def __init__(self, hours_over):
        super().__init__(f"{hours_over} hours beyond the package have no rate")
        self.hours_over = hours_over


@dataclass(frozen=True)
class Work:
    """One approved time entry: billable hours and the frozen hourly rate."""

    key: int
    hours: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Charge:
    """What one entry is billed.

    ``hours_package`` of its hours are covered by a package and cost nothing;
    the others are charged at ``rate``.
    """

    key: int
    hours: Decimal
    hours_package: Decimal
    rate: Decimal
    amount: Decimal


def to_decimal(value):
    """Return a float of the ORM as the decimal it is shown as; nothing is zero.

    >>> to_decimal(0.1), to_decimal(None)
    (Decimal('0.1'), Decimal('0'))
    """
    return Decimal(str(value or 0))


def round_money(amount, quantum):
    """Round half up to the currency's step.

    >>> round_money(Decimal("22.225"), Decimal("0.01"))
    Decimal('22.23')
    >>> round_money(Decimal("-22.225"), Decimal("0.01"))
    Decimal('-22.23')
    """
    return (amount / quantum).quantize(Decimal(1), rounding=ROUND_HALF_UP) * quantum


def charge_amount(hours, hours_package, rate, quantum):
    """Return the amount of one entry, of which a part may be in a package.

    >>> charge_amount(Decimal("4.2"), Decimal("1.5"), Decimal(200), Decimal("0.01"))
    Decimal('540.00')
    """
    return round_money(max(hours - hours_package, ZERO) * rate, quantum)


def charge_hourly(works, quantum):
    """Charge each entry at its own frozen rate.

    >>> [c.amount for c in charge_hourly(
    ...     [Work(1, Decimal("6.5"), Decimal(280))], Decimal("0.01"))]
    [Decimal('1820.00')]
    """
    return [
        Charge(
            work.key,
            work.hours,
            ZERO,
            work.rate,
            charge_amount(work.hours, ZERO, work.rate, quantum),
        )
        for work in works
    ]


def draw_down(works, included_hours, hours_before, overrun_rate, quantum):
    """Charge entries of a fixed fee: free inside the package, then at a rate.

    :param works: in the order in which they use the package up (by date)
    :param included_hours: size of the package, ``None`` when the fixed fee
        covers the matter however long it takes
    :param hours_before: hours that earlier bills already drew
    :param overrun_rate: rate of each hour beyond, ``None`` when none was agreed
    :raise OverrunRateMissing: hours go beyond the package and no rate was
        agreed: the agreement must be amended first (French law wants the price
        of foreseeable work in writing, law 71-1130 art. 10)

    The entry that crosses the limit is split: 15 h, 13.5 h used, 4.2 h more:

    >>> work = Work(1, Decimal("4.2"), Decimal(180))
    >>> [charge] = draw_down(
    ...     [work], Decimal(15), Decimal("13.5"), Decimal(200), Decimal("0.01"))
    >>> charge.hours_package, charge.amount
    (Decimal('1.5'), Decimal('540.00'))
    """
    charges = []
    left = None if included_hours is None else max(included_hours - hours_before, ZERO)
    hours_over = ZERO
    for work in works:
        inside = work.hours if left is None else min(work.hours, left)
        if left is not None:
            left -= inside
        over = work.hours - inside
        hours_over += over
        rate = work.rate if not over else overrun_rate
        if over and overrun_rate is None:
            continue
        charges.append(
            Charge(
                work.key,
                work.hours,
                inside,
                rate,
                charge_amount(work.hours, inside, rate, quantum),
            )
        )
    if hours_over and overrun_rate is None:
        raise OverrunRateMissing(hours_over)
    return charges


def cap_excess(cap_amount, billed_before, amount):
    """Return what the agreed cap takes off the fees now proposed (>= 0).

    :param cap_amount: most that may ever be billed under the term, excluding
        VAT; ``None`` when there is no cap
    :param billed_before: what earlier bills took of it

    >>> cap_excess(Decimal(5000), Decimal(0), Decimal(5356))
    Decimal('356')
    >>> cap_excess(Decimal(5000), Decimal(4900), Decimal(356))
    Decimal('256')
    >>> cap_excess(None, Decimal(0), Decimal(5356))
    Decimal('0')
    """
    if cap_amount is None:
        return ZERO
    return max(amount - max(cap_amount - billed_before, ZERO), ZERO)
