"""Bringing the lines of a bill to another total, the cents exact.

Amounts come in and go out as :class:`~decimal.Decimal`, never below zero. What does
not divide goes to the largest fractions, the first of equals: the same figures always
give the same lines, and the lines always add up to the total that was asked for.
"""

from dataclasses import dataclass
from decimal import Decimal

from .fees import ZERO, FeeError, round_money
from .split import HUNDRED, by_weights

PROPORTIONAL, BY_PERSON = "proportional", "person"
#: key of the discount that a reviewer gives, beside those that were agreed
REVIEW = "review"


class AdjustError(FeeError):
    """These lines cannot be brought to that total."""


class NegativeTarget(AdjustError):
    """A bill is never below zero."""


class NothingToAdjust(AdjustError):
    """No line has an amount to go by."""


class PartsDiffer(AdjustError):
    """The parts of a line are not the whole of it."""

    def __init__(self, whole, parts):
        super().__init__(f"parts add up to {parts}, not to {whole}")
        self.whole, self.parts = whole, parts


@dataclass(frozen=True)
class Line:
    """One line that may move: its amount now, and who did the work."""

    key: object
    amount: Decimal
    person: object = None


def spread(lines, target, rule=PROPORTIONAL, quantum=Decimal("0.01")):
    """Return {key: amount} of lines brought to a total.

    :param rule: ``proportional``: each line moves with its amount; ``person``: each
        person gives up, or gets, the same sum, then his lines in proportion. Who has
        less than that gives all he has, the others the rest
    :raise NegativeTarget: the total is below zero
    :raise NothingToAdjust: there is no amount to go by

    1 220 brought to 1 000, of 560 and 660; then by person, 110 each:

    >>> bill = [Line(1, Decimal(560), "a"), Line(2, Decimal(660), "b")]
    >>> list(spread(bill, Decimal(1000)).values())
    [Decimal('459.02'), Decimal('540.98')]
    >>> list(spread(bill, Decimal(1000), BY_PERSON).values())
    [Decimal('450.00'), Decimal('550.00')]
    """
    if target < 0:
        raise NegativeTarget()
    total = sum((line.amount for line in lines), ZERO)
    if total == target:
        return {line.key: line.amount for line in lines}
    if not total:
        raise NothingToAdjust()
    if rule == BY_PERSON:
        return _spread_by_person(lines, target, total, quantum)
    parts = by_weights(target, [line.amount for line in lines], quantum)
    return {line.key: part for line, part in zip(lines, parts, strict=True)}


def _spread_by_person(lines, target, total, quantum):
    people = {}
    for line in lines:
        if line.amount:
            people.setdefault(line.person, []).append(line)
    owned = [sum((line.amount for line in own), ZERO) for own in people.values()]
    if target < total:
        moves = [-part for part in level(total - target, owned, quantum)]
    else:
        moves = by_weights(target - total, [Decimal(1)] * len(owned), quantum)
    amounts = {line.key: line.amount for line in lines}
    for own, held, move in zip(people.values(), owned, moves, strict=True):
        parts = by_weights(held + move, [line.amount for line in own], quantum)
        amounts.update({li.key: part for li, part in zip(own, parts, strict=True)})
    return amounts


def level(amount, limits, quantum):
    """Share an amount in equal parts, none above its limit.

    >>> level(Decimal(100), [Decimal(20), Decimal(500), Decimal(500)], Decimal("0.01"))
    [Decimal('20.00'), Decimal('40.00'), Decimal('40.00')]

    :raise AdjustError: the limits together do not hold the amount
    """
    left = int((amount / quantum).to_integral_value())
    rooms = [int((limit / quantum).to_integral_value()) for limit in limits]
    if left > sum(rooms):
        raise AdjustError(f"{amount} is more than there is")
    parts = [0] * len(rooms)
    open_ = [rank for rank, room in enumerate(rooms) if room]
    while left:
        each = max(left // len(open_), 1)
        for rank in list(open_):
            part = min(each, rooms[rank] - parts[rank], left)
            parts[rank] += part
            left -= part
            if parts[rank] == rooms[rank]:
                open_.remove(rank)
    return [part * quantum for part in parts]


def cut(amounts, off, quantum=Decimal("0.01")):
    """Return amounts less a sum, taken off in proportion, the cents exact.

    >>> cut([Decimal(10), Decimal(10), Decimal(10)], Decimal(10))
    [Decimal('6.66'), Decimal('6.67'), Decimal('6.67')]

    :raise AdjustError: more is taken off than there is, or less than nothing
    """
    total = sum(amounts, ZERO)
    if off < 0 or off > total:
        raise AdjustError(f"{off} off {total}")
    parts = by_weights(off, amounts, quantum)
    return [amount - part for amount, part in zip(amounts, parts, strict=True)]


def percent_of(amount, percent, quantum=Decimal("0.01")):
    """Return a percentage of an amount, rounded once.

    >>> percent_of(Decimal("333.33"), Decimal(15))
    Decimal('50.00')
    """
    return round_money(amount * percent / HUNDRED, quantum)


def divide(hours, amounts, parts, quantum=Decimal("0.01")):
    """Divide a piece of work in parts of its hours.

    :param amounts: sums that go with the hours, each shared by them
    :param parts: hours of each part
    :return: [(hours, [its share of each amount])], which add up to the whole
    :raise PartsDiffer: the parts are not the whole, or one has no hours

    1 h at 333,33 in two halves, whose odd cent stays with the first:

    >>> half = Decimal("0.5")
    >>> [amounts for _h, amounts in divide(Decimal(1), [Decimal("333.33")], [half] * 2)]
    [[Decimal('166.67')], [Decimal('166.66')]]
    """
    if sum(parts, ZERO) != hours or any(part <= 0 for part in parts):
        raise PartsDiffer(hours, sum(parts, ZERO))
    shares = [by_weights(amount, parts, quantum) for amount in amounts]
    return [
        (part, [share[rank] for share in shares]) for rank, part in enumerate(parts)
    ]
