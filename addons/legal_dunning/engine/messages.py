"""One message a payer and a day, at the highest level due, with all its invoices.

A consumer's invoices and a professional's never share a message, for what one
may be asked the other must not: should one payer have both, the side with the
highest level goes today and the other waits for the next sending day.

A step the payer does not hear of, such as a decision asked of a partner, stands apart:
it holds back no message to that payer.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Item:
    """One invoice that has reached a level.

    :param key: the invoice
    :param payer: who is written to
    :param kind: legal kind of the client for this invoice
    :param level: the level it has reached
    :param rank: place of that level
    :param due_on: oldest due date among what is asked
    :param asked: amount asked
    :param on: day it leaves
    :param apart: the payer does not hear of it
    """

    key: object
    payer: object
    kind: str
    level: object
    rank: int
    due_on: date
    asked: Decimal
    on: date
    apart: bool = False


@dataclass(frozen=True)
class Message:
    """What one payer hears on one day.

    :param items: its invoices, the one the text speaks of first
    """

    payer: object
    kind: str
    items: tuple

    @property
    def main(self):
        return self.items[0]

    @property
    def level(self):
        return self.main.level

    @property
    def apart(self):
        return self.main.apart


def gather(items, busy_payers=()):
    """Return one message a payer, in the order of the payers' first items.

    :param items: what is due that day
    :param busy_payers: payers already written to that day: they wait
    """
    by_payer = {}
    for item in items:
        if item.apart or item.payer not in busy_payers:
            by_payer.setdefault((item.payer, item.apart), []).append(item)
    return [_choose(payer, own) for (payer, _apart), own in by_payer.items()]


def _choose(payer, items):
    ordered = sorted(items, key=lambda i: (-i.rank, i.due_on, i.kind, str(i.key)))
    kind = ordered[0].kind
    return Message(payer, kind, tuple(i for i in ordered if i.kind == kind))
