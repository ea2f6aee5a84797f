"""Time limits of the assessment of fees before the bâtonnier, and of its index.

Limits are never moved to the next working day: a limit shown too early costs
nothing, one shown too late costs the claim.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .prescription import add_months

DECISION = "decision"
NOTIFICATION = "notification"
PRESIDENT = "president"
APPEAL = "appeal"


@dataclass(frozen=True)
class Terms:
    """What the law gives, in months and days."""

    decision_months: int
    extension_months: int
    president_months: int
    appeal_months: int
    notification_days: int


@dataclass(frozen=True)
class Steps:
    """What happened so far."""

    received_on: date | None = None
    extension_months: int = 0
    decided_on: date | None = None
    notified_on: date | None = None
    president_seized_on: date | None = None
    appealed_on: date | None = None


@dataclass(frozen=True)
class Limits:
    decision_due: date | None = None
    extended_to: date | None = None
    president_until: date | None = None
    notification_due: date | None = None
    appeal_until: date | None = None


def compute(steps, terms):
    """Return the limits that follow from what happened.

    >>> terms = Terms(4, 4, 1, 1, 15)
    >>> limits = compute(Steps(date(2026, 8, 20)), terms)
    >>> str(limits.decision_due), str(limits.president_until)
    ('2026-12-20', '2027-01-20')
    >>> longer = compute(Steps(date(2026, 8, 20), extension_months=4), terms)
    >>> str(longer.extended_to), str(longer.president_until)
    ('2027-04-20', '2027-05-20')
    """
    if not steps.received_on:
        return Limits()
    due = add_months(steps.received_on, terms.decision_months)
    months = min(steps.extension_months, terms.extension_months)
    extended = (
        add_months(steps.received_on, terms.decision_months + months)
        if months
        else None
    )
    return Limits(
        decision_due=due,
        extended_to=extended,
        president_until=None
        if steps.decided_on
        else add_months(extended or due, terms.president_months),
        notification_due=steps.decided_on
        and steps.decided_on + timedelta(terms.notification_days),
        appeal_until=steps.notified_on
        and add_months(steps.notified_on, terms.appeal_months),
    )


def current(steps, limits, today):
    """Return (what, day) of the limit to watch now, or None.

    >>> steps = Steps(date(2026, 8, 20))
    >>> limits = compute(steps, Terms(4, 4, 1, 1, 15))
    >>> current(steps, limits, date(2026, 9, 1))
    ('decision', datetime.date(2026, 12, 20))
    >>> current(steps, limits, date(2026, 12, 21))
    ('president', datetime.date(2027, 1, 20))
    """
    if not limits.decision_due or steps.appealed_on or steps.president_seized_on:
        return None
    if steps.notified_on:
        return (APPEAL, limits.appeal_until) if today <= limits.appeal_until else None
    if steps.decided_on:
        return NOTIFICATION, limits.notification_due
    decision = limits.extended_to or limits.decision_due
    if today <= decision:
        return DECISION, decision
    return PRESIDENT, limits.president_until


def warning_due(limit, today, days=(15, 7, 2)):
    """Return the nearest warning reached, in days before the limit, else None.

    >>> warning_due(date(2027, 1, 20), date(2027, 1, 14))
    7
    >>> warning_due(date(2027, 1, 20), date(2027, 1, 4)) is None
    True
    """
    if today > limit:
        return None
    return next((n for n in sorted(days) if (limit - today).days <= n), None)


def paginate(first_page, counts):
    """Return (first page, last page) of each part laid one after the other.

    >>> paginate(4, [3, 1, 2])
    [(4, 6), (7, 7), (8, 9)]
    """
    spans, page = [], first_page
    for count in counts:
        spans.append((page, page + count - 1))
        page += count
    return spans
