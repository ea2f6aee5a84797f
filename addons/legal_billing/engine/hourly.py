"""What hours cost once the term's discounts, volume steps and cap have spoken.

Each entry keeps its own hours and rate on its line. What the agreement takes off is
an allowance beside them, with the figures that explain it: deleted time would hide
the work from the client and from the judge of the fees.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .fees import ZERO, Charge, round_money

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Entry:
    """One approved time entry.

    :param amount: what a reviewer chose to charge for it, ``None`` for hours × rate
    """

    key: int
    on: date
    hours: Decimal
    rate: Decimal
    amount: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """Hours beyond ``above`` cost ``percent`` less, or ``rate`` an hour."""

    above: Decimal
    percent: Decimal = ZERO
    rate: Decimal | None = None


@dataclass(frozen=True)
class HourlyTerm:
    """How a term charges hours; an empty one charges each at its own rate.

    :param at_cap: ``unbilled`` (the excess is an allowance), ``reduced`` (the hours
        beyond cost ``reduced_rate``) or ``stop`` (they wait, unbilled, for an
        amendment)
    """

    blended_rate: Decimal | None = None
    discount_percent: Decimal = ZERO
    steps: tuple = ()
    cap_amount: Decimal | None = None
    cap_hours: Decimal | None = None
    at_cap: str = "unbilled"
    reduced_rate: Decimal | None = None


@dataclass(frozen=True)
class Before:
    """What earlier bills already took under the term, allowances deducted."""

    hours: Decimal = ZERO
    amount: Decimal = ZERO


@dataclass(frozen=True)
class Allowance:
    """What the agreement takes off, as an amount above zero.

    :param kind: pre-bill line it becomes: ``discount`` or ``cap``
    :param reason: ``volume``, ``percent``, ``cap_hours`` or ``cap_amount``
    :param figures: what it was worked out from
    """

    kind: str
    reason: str
    amount: Decimal
    figures: dict = field(default_factory=dict)


@dataclass(frozen=True)
class HourlyResult:
    charges: list
    allowances: list
    waiting: list
    amount: Decimal


@dataclass
class _Piece:
    """Part of an entry between two limits, at one price."""

    hours: Decimal
    value: Decimal
    is_over: bool


def charge(entries, term, before, quantum):
    """Charge entries under a term, the earliest first whatever order they come in.

    Volume steps come first, the discount is on what they leave, the cap is on what
    both leave.

    8 h at 200, 10 % off, then at most 1 300:

    >>> result = charge(
    ...     [Entry(1, date(2026, 4, 1), Decimal(8), Decimal(200))],
    ...     HourlyTerm(discount_percent=Decimal(10), cap_amount=Decimal(1300)),
    ...     Before(), Decimal("0.01"))
    >>> [(a.kind, a.reason, a.amount) for a in result.allowances]
    [('discount', 'percent', Decimal('160.00')), ('cap', 'cap_amount', \
Decimal('140.00'))]
    >>> result.amount
    Decimal('1300.00')
    """
    ordered = sorted(entries, key=lambda entry: (entry.on, entry.key))
    walk = _Walk(term, before, quantum)
    charges, waiting = [], []
    for rank, entry in enumerate(ordered):
        one = _charge_entry(entry, term, quantum)
        pieces = walk.cut(one)
        if term.at_cap == "stop" and walk.would_cross(one, pieces):
            waiting = [later.key for later in ordered[rank:]]
            break
        charges.append(one)
        walk.add(one, pieces)
    allowances = walk.get_allowances()
    taken = sum((allowance.amount for allowance in allowances), ZERO)
    return HourlyResult(charges, allowances, waiting, walk.gross - taken)


def _charge_entry(entry, term, quantum):
    rate = entry.rate if term.blended_rate is None else term.blended_rate
    amount = entry.amount
    if amount is None:
        amount = round_money(entry.hours * rate, quantum)
    return Charge(entry.key, entry.hours, ZERO, rate, amount)


class _Walk:
    """Adds entries up one by one, cutting each at the steps and the hours' cap."""

    def __init__(self, term, before, quantum):
        self.term = term
        self.before = before
        self.quantum = quantum
        self.hours = before.hours
        self.gross = ZERO
        self.steps = sorted(term.steps, key=lambda step: step.above)
        self.step_off = [ZERO] * len(self.steps)
        self.step_hours = [ZERO] * len(self.steps)
        self.pieces = []

    # -- one entry ---------------------------------------------------------------

    def cut(self, one):
        """Return the pieces of a charge: [(step rank or None, piece)]."""
        limits = {step.above for step in self.steps}
        if self.term.cap_hours is not None:
            limits.add(self.term.cap_hours)
        start, end = self.hours, self.hours + one.hours
        marks = [start, *sorted(m for m in limits if start < m < end), end]
        if not one.hours:
            return [(None, _Piece(ZERO, one.amount, False))] if one.amount else []
        pieces = []
        left = one.amount
        for low, high in zip(marks, marks[1:], strict=False):
            # The last piece takes what is left: pieces add up to the entry.
            value = left if high == end else one.amount * (high - low) / one.hours
            left -= value
            over = self.term.cap_hours is not None and low >= self.term.cap_hours
            pieces.append((self._get_step(low), _Piece(high - low, value, over)))
        return pieces

    def _get_step(self, at):
        ranks = [r for r, step in enumerate(self.steps) if step.above <= at]
        return ranks[-1] if ranks else None

    def _get_step_off(self, rank, piece):
        if rank is None:
            return ZERO
        step = self.steps[rank]
        if step.rate is None:
            return piece.value * step.percent / HUNDRED
        return max(piece.value - piece.hours * step.rate, ZERO)

    def add(self, one, pieces):
        self.hours += one.hours
        self.gross += one.amount
        for rank, piece in pieces:
            off = self._get_step_off(rank, piece)
            if rank is not None:
                self.step_off[rank] += off
                self.step_hours[rank] += piece.hours
            net = (piece.value - off) * (HUNDRED - self.term.discount_percent) / HUNDRED
            self.pieces.append(_Piece(piece.hours, net, piece.is_over))

    def would_cross(self, one, pieces):
        """Tell whether charging this too would go beyond the cap."""
        if any(piece.is_over for _rank, piece in pieces):
            return True
        if self.term.cap_amount is None:
            return False
        offs = list(self.step_off)
        for rank, piece in pieces:
            if rank is not None:
                offs[rank] += self._get_step_off(rank, piece)
        net = self._get_net(self.gross + one.amount, offs)
        return net > max(self.term.cap_amount - self.before.amount, ZERO)

    # -- all of them -------------------------------------------------------------

    def _get_net(self, gross, offs):
        """Return what volume steps and discount leave of the gross fees."""
        net = gross - sum((round_money(off, self.quantum) for off in offs), ZERO)
        return net - self._get_discount(net)

    def _get_discount(self, base):
        return round_money(base * self.term.discount_percent / HUNDRED, self.quantum)

    def get_allowances(self):
        allowances = self._get_volume_allowances()
        base = self.gross - sum((a.amount for a in allowances), ZERO)
        discount = self._get_discount(base)
        if discount:
            figures = {"base": base, "percent": self.term.discount_percent}
            allowances.append(Allowance("discount", "percent", discount, figures))
        net = base - discount
        over_hours = self._get_hours_cap(net)
        if over_hours:
            allowances.append(over_hours)
            net -= over_hours.amount
        over_amount = self._get_amount_cap(net, over_hours)
        if over_amount:
            allowances.append(over_amount)
        return allowances

    def _get_volume_allowances(self):
        allowances = []
        for rank, step in enumerate(self.steps):
            amount = round_money(self.step_off[rank], self.quantum)
            if amount:
                figures = {
                    "above": step.above,
                    "hours": self.step_hours[rank],
                    "percent": step.percent,
                    "rate": step.rate,
                }
                allowances.append(Allowance("discount", "volume", amount, figures))
        return allowances

    def _get_hours_cap(self, net):
        over = [piece for piece in self.pieces if piece.is_over]
        off = sum((self._get_off(piece.value, piece) for piece in over), ZERO)
        amount = min(round_money(off, self.quantum), net)
        if amount <= 0:
            return None
        figures = {
            "cap": self.term.cap_hours,
            "before": self.before.hours,
            "hours": sum((piece.hours for piece in over), ZERO),
            "reduced_rate": self._get_reduced_rate(),
        }
        return Allowance("cap", "cap_hours", amount, figures)

    def _get_amount_cap(self, net, over_hours):
        if self.term.cap_amount is None:
            return None
        room = max(self.term.cap_amount - self.before.amount, ZERO)
        excess = net - room
        if excess <= 0:
            return None
        amount = excess
        if self.term.at_cap == "reduced":
            amount = min(excess, self._get_reduced_excess(excess, over_hours))
        if amount <= 0:
            return None
        figures = {
            "cap": self.term.cap_amount,
            "before": self.before.amount,
            "fees": net,
            "excess": excess,
            "reduced_rate": self._get_reduced_rate(),
        }
        return Allowance("cap", "cap_amount", amount, figures)

    def _get_reduced_excess(self, excess, over_hours):
        """Return what the reduced rate takes off the last hours worth ``excess``."""
        off, left = ZERO, excess
        for piece in reversed(self.pieces):
            value = piece.value
            if piece.is_over and over_hours:
                continue  # reduced already by the cap in hours
            taken = min(value, left)
            if taken <= 0:
                continue
            off += self._get_off(taken, piece)
            left -= taken
        return round_money(off, self.quantum)

    def _get_off(self, value, piece):
        """Return what the cap takes off a value that is beyond it."""
        rate = self._get_reduced_rate()
        if rate is None or not piece.value:
            return value
        hours = piece.hours * value / piece.value
        return max(value - hours * rate, ZERO)

    def _get_reduced_rate(self):
        return self.term.reduced_rate if self.term.at_cap == "reduced" else None
