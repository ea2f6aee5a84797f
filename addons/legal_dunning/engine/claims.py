"""How much of an invoice may be asked for.

A claim is what is due of one invoice today, less what the client disputes, less
what already lies on the client's account without being matched. Amounts of
different currencies are never set against each other.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)

DISPUTED = "disputed"
COVERED = "covered"
NOTHING_DUE = "nothing_due"


@dataclass(frozen=True)
class Claim:
    """One invoice of one payer.

    :param key: the invoice
    :param payer: who pays it
    :param currency: its currency
    :param due_on: oldest due date among the amounts due
    :param due: what is due of it by now
    :param residual: all that is still to pay of it, due or not yet
    :param disputed: what the client contests
    :param asked: what may be asked; computed
    :param held: why nothing may be asked; computed
    """

    key: object
    payer: object
    currency: object
    due_on: date
    due: Decimal
    residual: Decimal
    disputed: Decimal = ZERO
    asked: Decimal = ZERO
    held: str | None = None


def settle(claims, credits):
    """Return the claims with ``asked`` or ``held`` filled in.

    The disputed part counts against what is not due yet first: it suspends its
    own amount only. Free credits cover the oldest claims first, as a bookkeeper
    would match them.

    :param claims: claims in any order
    :param credits: {(payer, currency): free credit, positive}
    :return: list in the order given
    """
    left = dict(credits)
    settled = {}
    for claim in sorted(claims, key=lambda c: (c.due_on, str(c.key))):
        settled[claim.key] = _settle_one(claim, left)
    return [settled[claim.key] for claim in claims]


def _settle_one(claim, left):
    if claim.due <= 0:
        return replace(claim, asked=ZERO, held=NOTHING_DUE)
    undisputed = min(claim.due, claim.residual - max(claim.disputed, ZERO))
    if undisputed <= 0:
        return replace(claim, asked=ZERO, held=DISPUTED)
    account = (claim.payer, claim.currency)
    used = min(left.get(account, ZERO), undisputed)
    left[account] = left.get(account, ZERO) - used
    asked = undisputed - used
    return replace(claim, asked=asked, held=None if asked > 0 else COVERED)
