"""Which account to work on first: what an hour spent on it should bring in.

Expected recovery is the amount that may be asked, times the chance of getting it,
divided by the effort its next step takes. The chance falls with the risk; the
effort is counted in quarters of an hour.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

BEST, WORST = 95, 10

# Quarters of an hour that the next step takes.
MESSAGE, CALL, ANSWER, DECISION, DISPUTE = 1, 2, 2, 4, 6


@dataclass(frozen=True)
class Recovery:
    """Its parts multiply and divide to its value.

    :param amount: what may be asked
    :param percent: chance of getting it
    :param effort: quarters of an hour of the next step
    """

    amount: Decimal
    percent: int
    effort: int
    value: Decimal


def chance(risk_score):
    """Return the chance in percent that goes with a risk.

    >>> chance(0), chance(50), chance(100)
    (95, 53, 10)
    """
    fall = Decimal(BEST - WORST) * risk_score / 100
    return int((BEST - fall).quantize(Decimal(1), ROUND_HALF_UP))


def expect(amount, risk_score, effort, quantum=Decimal("0.01")):
    """Return the expected recovery of an account.

    >>> expect(Decimal(1000), 50, CALL).value
    Decimal('265.00')
    """
    percent = chance(risk_score)
    value = max(amount, Decimal(0)) * percent / 100 / effort
    return Recovery(
        amount, percent, effort, Decimal(value).quantize(quantum, ROUND_HALF_UP)
    )
