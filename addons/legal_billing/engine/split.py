"""Sharing a sum out to the cent: by weights, or between those who pay a bill.

Nothing is ever lost or made up by rounding: the parts of a sum add up to it. What
does not divide goes to the largest fractions, the first of equals, so that the
same figures always give the same parts.
"""

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from .fees import ZERO, FeeError, round_money

HUNDRED = Decimal(100)


class SplitError(FeeError):
    """These shares cannot be worked out."""


class SharesOverHundred(SplitError):
    """The percentages of a line add up to more than the whole."""

    def __init__(self, percent):
        super().__init__(f"shares add up to {percent} %")
        self.percent = percent


class NoRemainderPayer(SplitError):
    """Nobody takes what the others leave."""


class SeveralRemainderPayers(SplitError):
    """Two payers both take what the others leave."""


class NegativeShare(SplitError):
    """A share, an amount or a ceiling is below zero."""


@dataclass(frozen=True)
class Line:
    """One line of a bill, in the order of the bill; allowances are negative."""

    key: object
    amount: Decimal


@dataclass(frozen=True)
class Payer:
    """Who pays, and by which rule.

    :param kind: ``percent`` of the lines' total; ``fixed``: up to ``left``, what
        remains of an agreed sum; ``insurer``: ``scale``, what its own scale gives
        for this bill, up to ``left``, what remains of its ceiling; ``remainder``:
        all the others leave, cents included
    :param line_keys: lines the share is about, ``None`` for the whole bill
    """

    key: object
    kind: str
    percent: Decimal | None = None
    left: Decimal | None = None
    scale: Decimal | None = None
    line_keys: frozenset | None = None

    def takes(self, line):
        return self.line_keys is None or line.key in self.line_keys


@dataclass(frozen=True)
class Share:
    """What one payer owes, line by line, and which limit decided it.

    :param reason: ``percent``, ``fixed``, ``scale``, ``ceiling`` (an agreed sum or
        ceiling is used up), ``rest`` (the bill has no more) or ``remainder``
    """

    payer: object
    amount: Decimal
    reason: str
    base: Decimal = ZERO
    by_line: dict = field(default_factory=dict)


def by_weights(amount, weights, quantum):
    """Share an amount in proportion to weights; the parts add up to it exactly.

    A part has the sign of its weight and is never above it in size when the
    amount is not above the sum of the weights.

    >>> by_weights(Decimal(100), [Decimal(1)] * 3, Decimal("0.01"))
    [Decimal('33.34'), Decimal('33.33'), Decimal('33.33')]
    >>> by_weights(Decimal("-0.01"), [Decimal(1)] * 2, Decimal("0.01"))
    [Decimal('-0.01'), Decimal('0.00')]

    :raise SplitError: no weight to go by
    """
    whole = sum(weights, ZERO)
    if not whole:
        if amount:
            raise SplitError("nothing to share by")
        return [ZERO for _weight in weights]
    if amount < 0:
        return [-part for part in by_weights(-amount, weights, quantum)]
    steps = [amount * weight / whole / quantum for weight in weights]
    floors = [step.to_integral_value(rounding=ROUND_FLOOR) for step in steps]
    missing = int((amount / quantum).to_integral_value() - sum(floors))
    by_fraction = sorted(
        range(len(steps)), key=lambda rank: (floors[rank] - steps[rank], rank)
    )
    for rank in by_fraction[:missing]:
        floors[rank] += 1
    return [floor * quantum for floor in floors]


def check_payers(payers, lines=()):
    """Refuse payers among whom no bill can be shared.

    :raise SharesOverHundred: percentages of one line, or of the bill, over 100
    :raise NoRemainderPayer: nobody takes the rest
    :raise SeveralRemainderPayers: several do
    :raise NegativeShare: a figure is below zero

    >>> check_payers([Payer("a", "percent", Decimal(60))])
    Traceback (most recent call last):
    ...
    legal_billing_engine.split.NoRemainderPayer
    """
    for payer in payers:
        for figure in (payer.percent, payer.left, payer.scale):
            if figure is not None and figure < 0:
                raise NegativeShare(payer.key)
    remainders = [payer for payer in payers if payer.kind == "remainder"]
    if not remainders:
        raise NoRemainderPayer()
    if len(remainders) > 1:
        raise SeveralRemainderPayers()
    if remainders[0].line_keys is not None:
        raise NoRemainderPayer()
    shares = [payer for payer in payers if payer.kind == "percent"]
    scopes = [[p for p in shares if p.takes(line)] for line in lines]
    scopes.append([p for p in shares if p.line_keys is None])
    scopes += [[p] for p in shares]
    for scope in scopes:
        percent = sum((payer.percent for payer in scope), ZERO)
        if percent > HUNDRED:
            raise SharesOverHundred(percent)


def split_lines(lines, payers, quantum):
    """Share the lines of a bill between its payers, in the payers' order.

    Each payer's sum is settled first (a percentage is of the whole, rounded once),
    then laid over the lines in proportion to what the payers before left of them.
    So a payer's lines add up to his share, the shares of a line add up to the line,
    and no part of a line is larger than the line or of the other sign.

    :return: {payer key: Share}, in the payers' order

    100,01 in two lines; 30 % for Anne, the insurer's scale of 50 with 20 left:

    >>> shares = split_lines(
    ...     [Line(1, Decimal("66.67")), Line(2, Decimal("33.34"))],
    ...     [
    ...         Payer("anne", "percent", Decimal(30)),
    ...         Payer("insurer", "insurer", left=Decimal(20), scale=Decimal(50)),
    ...         Payer("client", "remainder"),
    ...     ],
    ...     Decimal("0.01"),
    ... )
    >>> [(share.amount, share.reason) for share in shares.values()]
    [(Decimal('30.00'), 'percent'), (Decimal('20'), 'ceiling'), \
(Decimal('50.01'), 'remainder')]
    """
    check_payers(payers, lines)
    total = sum((line.amount for line in lines), ZERO)
    sign = -1 if total < 0 else 1
    amounts = {line.key: sign * line.amount for line in lines}
    rests = dict(amounts)
    shares = {}
    ordered = [payer for payer in payers if payer.kind != "remainder"]
    for payer in ordered:
        keys = [line.key for line in lines if payer.takes(line)]
        base = sum((amounts[key] for key in keys), ZERO)
        rest = max(sum((rests[key] for key in keys), ZERO), ZERO)
        wanted, reason = _get_wanted(payer, base, rest, quantum)
        parts = by_weights(wanted, [rests[key] for key in keys], quantum)
        by_line = {}
        for key, part in zip(keys, parts, strict=True):
            rests[key] -= part
            by_line[key] = sign * part
        shares[payer.key] = Share(
            payer.key, sign * wanted, reason, sign * base, by_line
        )
    last = next(payer for payer in payers if payer.kind == "remainder")
    by_line = {key: sign * rest for key, rest in rests.items()}
    shares[last.key] = Share(
        last.key, sum(by_line.values(), ZERO), "remainder", total, by_line
    )
    return {payer.key: shares[payer.key] for payer in payers}


def _get_wanted(payer, base, rest, quantum):
    """Return (what a payer takes, which limit decided it)."""
    if payer.kind == "percent":
        wanted = round_money(max(base, ZERO) * payer.percent / HUNDRED, quantum)
        return (wanted, "percent") if wanted <= rest else (rest, "rest")
    wanted, reason = rest, "rest"
    if payer.scale is not None and payer.scale < wanted:
        wanted, reason = payer.scale, "scale"
    if payer.left is not None and payer.left < wanted:
        wanted, reason = payer.left, "fixed" if payer.kind == "fixed" else "ceiling"
    return wanted, reason
