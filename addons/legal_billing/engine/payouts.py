"""Which online payments a sum on the bank is made of.

A provider keeps its fee and pays out what is left of the payments of one or several
days, in their order. So only payments that follow one another are proposed, and only
when what is missing is a fee that this provider may have kept.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

ZERO = Decimal(0)
HUNDRED = Decimal(100)

#: how a proposal was found, the surest first
EXACT, DAYS, RUN, ALL_BUT_ONE = "exact", "days", "run", "all_but_one"


@dataclass(frozen=True)
class Payment:
    """One payment (or refund, below zero) that waits for the bank."""

    key: object
    day: object
    amount: Decimal


@dataclass(frozen=True)
class FeeRange:
    """What a provider keeps: per cent of the payments, and a sum for each of them."""

    percent_from: Decimal = ZERO
    percent_to: Decimal = ZERO
    each_from: Decimal = ZERO
    each_to: Decimal = ZERO

    def bounds(self, gross, count):
        """Return the least and the most it may keep of payments without refunds.

        >>> FeeRange(Decimal("1.4"), Decimal(3), ZERO, Decimal("0.25")).bounds(
        ...     Decimal(1000), 2)
        (Decimal('14.0'), Decimal('30.50'))
        """
        return (
            gross * self.percent_from / HUNDRED + self.each_from * count,
            gross * self.percent_to / HUNDRED + self.each_to * count,
        )


@dataclass(frozen=True)
class Proposal:
    """The payments proposed, what the provider kept of them, and how sure it is."""

    keys: tuple
    gross: Decimal
    refunds: Decimal
    fee: Decimal
    how: str
    is_alone: bool


def fits(net, payments, fee_range, quantum):
    """Tell whether a sum is what a provider pays out of these payments.

    >>> some = [Payment(1, 1, Decimal(672)), Payment(2, 1, Decimal(-72))]
    >>> fits(Decimal("592.00"), some, FeeRange(ZERO, Decimal(2)), Decimal("0.01"))
    True
    >>> fits(Decimal("580.00"), some, FeeRange(ZERO, Decimal(2)), Decimal("0.01"))
    False
    """
    gross = sum((p.amount for p in payments if p.amount > 0), ZERO)
    total = sum((p.amount for p in payments), ZERO)
    fee = total - net
    if abs(fee) < quantum:
        return True
    least, most = fee_range.bounds(gross, sum(1 for p in payments if p.amount > 0))
    # A provider rounds each fee by itself.
    slack = quantum * len(payments)
    return fee > 0 and least - slack <= fee <= most + slack


def propose(net, payments, fee_range, quantum, longest=400):
    """Return the payments that a sum on the bank is made of, or None.

    :param Decimal net: what came in
    :param payments: those that wait, in any order; ``day`` sorts them
    :param quantum: rounding step of the currency
    :param longest: how many of the oldest are looked at
    :return: the surest proposal: whole days before parts of days, no fee before a
        fee, the oldest first; ``is_alone`` when no other set of its kind fits

    >>> P, D = Payment, Decimal
    >>> some = [P("a", 1, D(672)), P("b", 1, D(120)), P("c", 2, D(300))]
    >>> propose(D("1092"), some, FeeRange(), D("0.01")).keys
    ('a', 'b', 'c')
    >>> found = propose(D("780.12"), some, FeeRange(D(1), D(3)), D("0.01"))
    >>> found.keys, found.fee, found.how
    (('a', 'b'), Decimal('11.88'), 'days')
    >>> propose(D("672"), some, FeeRange(), D("0.01")).how
    'exact'
    >>> propose(D("500"), some, FeeRange(D(1), D(3)), D("0.01")) is None
    True
    """
    ordered = sorted(payments, key=lambda p: (p.day, str(p.key)))[:longest]
    days = [list(group) for _day, group in groupby(ordered, key=lambda p: p.day)]
    for groups in (days, [[payment] for payment in ordered]):
        found = [
            run for run in _runs(groups, net) if fits(net, run, fee_range, quantum)
        ]
        exact = [run for run in found if abs(_total(run) - net) < quantum]
        best = exact or found
        if best:
            how = EXACT if exact else (DAYS if _is_whole(best[0], days) else RUN)
            return _proposal(best[0], net, how, len(best) == 1)
    return _propose_all_but_one(net, days, fee_range, quantum)


def _runs(groups, net):
    """Yield what follows one another and is enough, the oldest start first.

    A provider never keeps more than half: past twice the sum, no longer run can be.
    """
    totals = [sum((p.amount for p in group), ZERO) for group in groups]
    for start in range(len(groups)):
        total = ZERO
        for end in range(start, len(groups)):
            total += totals[end]
            if total > 2 * abs(net):
                break
            if total >= net:
                yield [p for group in groups[start : end + 1] for p in group]


def _is_whole(run, days):
    keys = {payment.key for payment in run}
    return all(
        {p.key for p in day} <= keys for day in days if {p.key for p in day} & keys
    )


def _propose_all_but_one(net, days, fee_range, quantum):
    """A payment of a day may be held back: disputed, or still under review."""
    found = []
    for run in _runs(days[:31], net):
        if len(run) > 60:
            continue
        for left_out in run:
            rest = [payment for payment in run if payment is not left_out]
            if rest and fits(net, rest, fee_range, quantum):
                found.append(rest)
    if not found:
        return None
    return _proposal(found[0], net, ALL_BUT_ONE, len(found) == 1)


def _total(run):
    return sum((payment.amount for payment in run), ZERO)


def _proposal(run, net, how, is_alone):
    gross = sum((p.amount for p in run if p.amount > 0), ZERO)
    refunds = -sum((p.amount for p in run if p.amount < 0), ZERO)
    return Proposal(
        keys=tuple(payment.key for payment in run),
        gross=gross,
        refunds=refunds,
        fee=gross - refunds - net,
        how=how,
        is_alone=is_alone,
    )
