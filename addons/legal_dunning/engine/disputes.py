"""What may become of a dispute: a table, and how much it takes off.

An act leads from one of its states to another; an act that ends the dispute names
its outcome. Referral to the bâtonnier makes a consumer's mediation inadmissible, so
nothing leads back from there.
"""

from dataclasses import dataclass
from decimal import Decimal

#: states in which the contested part is neither asked for nor bears interest
OPEN = ("open", "answered", "mediation", "bar")
CLOSED = "closed"

_TALK = ("open", "answered")

#: {act: (states it leaves, state it leads to, outcome it gives)}
ACTS = {
    "answer": (_TALK, "answered", None),
    "persist": (("answered",), "open", None),
    "accept": (_TALK, CLOSED, "explained"),
    "maintain": (OPEN, CLOSED, "maintained"),
    "rebate": (OPEN, CLOSED, "rebate"),
    "plan": (OPEN, CLOSED, "plan"),
    "mediate": (_TALK, "mediation", None),
    "refer": (("open", "answered", "mediation"), "bar", None),
    "mediated": (("mediation",), CLOSED, "mediation"),
    "decided": (("bar",), CLOSED, "bar"),
    "withdraw": (OPEN, CLOSED, "withdrawn"),
}
#: what makes sense of a mere question
QUESTION_ACTS = ("answer", "persist", "accept", "withdraw")


@dataclass(frozen=True)
class Step:
    """Where an act leads.

    :param state: the state after it
    :param outcome: what became of the dispute, or None while it goes on
    """

    state: str
    outcome: str | None


def step(state, act, is_question=False):
    """Return where ``act`` leads from ``state``, or None when it may not be done.

    >>> step("open", "mediate").state
    'mediation'
    >>> step("bar", "mediate") is None
    True
    >>> step("open", "rebate", is_question=True) is None
    True
    """
    if is_question and act not in QUESTION_ACTS:
        return None
    leaves, target, outcome = ACTS[act]
    return Step(target, outcome) if state in leaves else None


def acts(state, is_question=False):
    """Return the acts that may be done in ``state``, in the order of the table."""
    return tuple(act for act in ACTS if step(state, act, is_question))


def suspended(amounts, residual):
    """Return what disputes take off an invoice: never more than it still owes.

    >>> suspended([Decimal(120), Decimal(30)], Decimal(100))
    Decimal('100')
    """
    return max(min(sum(amounts, Decimal(0)), residual), Decimal(0))


def within(amounts, left):
    """Return the amounts, the last ones cut so that they fit into what is left.

    >>> within([Decimal(80), Decimal(50)], Decimal(100))
    [Decimal('80'), Decimal('20')]
    """
    cut = []
    for amount in amounts:
        part = max(min(amount, left), Decimal(0))
        cut.append(part)
        left -= part
    return cut
