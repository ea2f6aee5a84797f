"""Who must see a pre-bill, in which order, and who must see it again."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Threshold:
    """From when an approver is asked; ``None``: this figure does not ask him.

    :param amount: total excluding VAT from which he is asked
    :param realisation: percentage under which he is asked
    :param writeoff: value given up beyond which he is asked
    """

    amount: Decimal | None = None
    realisation: Decimal | None = None
    writeoff: Decimal | None = None

    @property
    def is_always(self):
        return (
            self.amount is None and self.realisation is None and self.writeoff is None
        )


@dataclass(frozen=True)
class Figures:
    """``realisation`` is ``None`` where nothing has a standard value."""

    amount: Decimal
    realisation: Decimal | None
    writeoff: Decimal


@dataclass(frozen=True)
class Step:
    key: int
    rank: int
    state: str


def get_reasons(threshold, figures):
    """Return why an approver is asked, nothing when he is not.

    >>> limit = Threshold(Decimal(10000), Decimal(80), Decimal(500))
    >>> get_reasons(limit, Figures(Decimal(10000), Decimal(80), Decimal(500)))
    ('amount',)
    >>> get_reasons(limit, Figures(Decimal(900), Decimal("79.9"), Decimal("500.01")))
    ('realisation', 'writeoff')
    >>> get_reasons(limit, Figures(Decimal(900), None, ZERO))
    ()
    >>> get_reasons(Threshold(), Figures(ZERO, None, ZERO))
    ('always',)
    """
    if threshold.is_always:
        return ("always",)
    reasons = []
    if threshold.amount is not None and figures.amount >= threshold.amount:
        reasons.append("amount")
    low = figures.realisation
    if threshold.realisation is not None and low is not None:
        if low < threshold.realisation:
            reasons.append("realisation")
    if threshold.writeoff is not None and figures.writeoff > threshold.writeoff:
        reasons.append("writeoff")
    return tuple(reasons)


def must_ask_again(threshold, approved, now):
    """Tell whether an approver answers for more than what he approved.

    He is asked again when a figure is on the wrong side of his threshold and worse
    than the one he saw: it crossed, or went further. What got better, or stays on
    the right side, is no news.

    >>> limit = Threshold(writeoff=Decimal(500))
    >>> seen = Figures(Decimal(2000), None, Decimal(100))
    >>> must_ask_again(limit, seen, Figures(Decimal(1700), None, Decimal(400)))
    False
    >>> must_ask_again(limit, seen, Figures(Decimal(1400), None, Decimal(700)))
    True
    >>> must_ask_again(limit, Figures(ZERO, None, Decimal(700)), seen)
    False
    """
    reasons = get_reasons(threshold, now)
    return (
        ("amount" in reasons and now.amount > approved.amount)
        or ("writeoff" in reasons and now.writeoff > approved.writeoff)
        or (
            "realisation" in reasons
            and (approved.realisation is None or now.realisation < approved.realisation)
        )
    )


def get_next(steps, is_in_order):
    """Return the keys of the steps whose turn has come.

    In order, those of the lowest rank that are not done; else all of them.

    >>> steps = [Step(1, 10, "done"), Step(2, 20, "waiting"), Step(3, 30, "waiting")]
    >>> get_next(steps, True), get_next(steps, False)
    ([2], [2, 3])
    """
    left = [step for step in steps if step.state != "done"]
    if is_in_order and left:
        first = min(step.rank for step in left)
        left = [step for step in left if step.rank == first]
    return [step.key for step in left if step.state != "todo"]
