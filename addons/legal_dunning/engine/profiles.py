"""Which profile a payer has, and because of what.

A profile is a list of conditions that must all hold; the first profile whose
conditions hold is the payer's. What decided is returned with the answer.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Facts:
    """What is known of a payer on a day.

    :param kind: kind of client
    :param is_insurer: pays as an insurer on one matter at least
    :param tags: keys of the tags on its record
    :param overdue: what is overdue, in the firm's currency
    :param invoices: invoices that fell due in the period looked at
    :param late: those paid after their due date, or still unpaid after it
    """

    kind: str = ""
    is_insurer: bool = False
    tags: frozenset = frozenset()
    overdue: Decimal = Decimal(0)
    invoices: int = 0
    late: int = 0

    @property
    def late_percent(self):
        return 100 * self.late // self.invoices if self.invoices else 0


@dataclass(frozen=True)
class Rule:
    """The conditions of a profile; an empty one asks nothing."""

    key: object
    kind: str = ""
    is_insurer: bool = False
    tags: frozenset = frozenset()
    overdue_min: Decimal = Decimal(0)
    late_min: int = 0
    late_max: int = -1
    late_percent_min: int = 0


def reasons(rule, facts):
    """Return the names of the conditions that hold, or None when one does not.

    >>> reasons(Rule("habit", late_min=3), Facts(invoices=8, late=4))
    ['late']
    >>> reasons(Rule("habit", late_min=3), Facts(invoices=8, late=2)) is None
    True
    """
    asked = [
        ("kind", rule.kind, facts.kind == rule.kind),
        ("insurer", rule.is_insurer, facts.is_insurer),
        ("tags", rule.tags, bool(facts.tags & rule.tags)),
        ("overdue", rule.overdue_min, facts.overdue >= rule.overdue_min),
        ("late", rule.late_min, facts.late >= rule.late_min),
        ("late", rule.late_max >= 0, facts.late <= rule.late_max),
        (
            "late_percent",
            rule.late_percent_min,
            facts.late_percent >= rule.late_percent_min,
        ),
    ]
    if not all(holds for _name, is_asked, holds in asked if is_asked):
        return None
    return list(dict.fromkeys(name for name, is_asked, _holds in asked if is_asked))


def find(rules, facts):
    """Return (rule, reasons) of the first that holds, or (None, [])."""
    for rule in rules:
        why = reasons(rule, facts)
        if why is not None:
            return rule, why
    return None, []
