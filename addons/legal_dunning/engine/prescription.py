"""The prescription clock: until which day the fees may still be claimed in court.

The clock starts when the mandate ends (never with the invoice). What interrupts it
gives a whole new period; what suspends it stops the count and leaves what remained.
Whatever is doubtful is taken the way that leaves fewer days.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

RUNNING = "running"
SUSPENDED = "suspended"
INTERRUPTED = "interrupted"
EXPIRED = "expired"

#: what a step of the computation says
STARTED = "started"
TOOK = "took"
PENDING = "pending"
BEFORE_START = "before_start"
TOO_LATE = "too_late"
VOID = "void"
WAIVER = "waiver"
PAUSED = "paused"
MINIMUM = "minimum"
STILL_PAUSED = "still_paused"
NOT_YET = "not_yet"


@dataclass(frozen=True)
class Event:
    """What interrupts or suspends the clock.

    :param key: the caller's own name of it
    :param day: the day it took effect
    :param is_lasting: it lasts until ``until`` (proceedings, mediation)
    :param until: its last day, ``None`` while it lasts
    :param suspends: it stops the count instead of starting it anew
    :param minimum_months: months that are left at least after it ended
    :param is_void: it came to nothing (C. civ. 2243): as if it had not been
    :param is_waiver: it counts even after the period is over (C. civ. 2251)
    """

    key: object
    day: date
    is_lasting: bool = False
    until: date | None = None
    suspends: bool = False
    minimum_months: int = 0
    is_void: bool = False
    is_waiver: bool = False


@dataclass(frozen=True)
class Step:
    """One stage of the computation: what, which event, and the deadline after it."""

    what: str
    event: Event | None
    deadline: date | None


@dataclass(frozen=True)
class Clock:
    """Where the clock stands.

    :param deadline: last day on which the claim may be made, ``None`` while stopped
    :param fallback: the deadline if what stops the clock now came to nothing
    """

    state: str
    start: date
    years: int
    deadline: date | None
    fallback: date | None
    steps: tuple

    def days_left(self, today):
        return None if self.deadline is None else (self.deadline - today).days


def add_months(day, months):
    """Return the same day some months later, else the last of that month.

    >>> add_months(date(2026, 5, 15), 6)
    datetime.date(2026, 11, 15)
    >>> add_months(date(2024, 2, 29), 24), add_months(date(2026, 8, 31), -6)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def run(start, years, events, today):
    """Return where the clock stands on ``today``.

    The day of an event is not counted; the period ends with the last day, whatever
    day of the week (C. civ., art. 2228 and 2229).

    :param date start: end of the mandate, or the earliest plausible one
    :param int years: length of the period
    :param events: :class:`Event` in any order; those after ``today`` are left out

    >>> run(date(2024, 9, 30), 2, [], date(2026, 1, 1)).deadline
    datetime.date(2026, 9, 30)
    >>> paid = Event("payment", date(2025, 11, 15))
    >>> run(date(2024, 9, 30), 2, [paid], date(2026, 1, 1)).deadline
    datetime.date(2027, 11, 15)
    """
    events = sorted(events, key=lambda event: (event.day, event.until or date.max))
    walk = _Walk(start, years, [e for e in events if e.suspends and not e.is_void])
    walk.today = today
    for event in events:
        walk.pass_by(event)
    return walk.finish(events)


class _Walk:
    """The clock while the events are gone through, oldest first."""

    def __init__(self, start, years, suspensions):
        self.start = self.anchor = start
        self.years = years
        self.suspensions = suspensions
        self.pending = None
        self.steps = [Step(STARTED, None, add_months(start, 12 * years))]

    def deadline(self, day=None):
        """Return (deadline, the suspension that still runs) as known on ``day``."""
        deadline = add_months(self.anchor, 12 * self.years)
        counted = self.anchor
        for event in self.suspensions:
            last = event.until if event.is_lasting else event.day
            if event.day > (day or self.today) or event.day > deadline:
                break
            if last is None or last > (day or self.today):
                return deadline, event
            first = max(event.day, counted)
            if last <= first:
                continue
            deadline = last + (deadline - first)
            if event.minimum_months:
                deadline = max(deadline, add_months(last, event.minimum_months))
            counted = last
        return deadline, None

    def pass_by(self, event):
        if event.day > self.today:
            self._note(NOT_YET, event)
        elif event.is_void:
            self._note(VOID, event)
        elif event.suspends:
            self._pass_suspension(event)
        elif self.pending:
            # A new interruption adds nothing while proceedings still interrupt.
            self._note(TOOK, event)
        else:
            self._pass_interruption(event)

    def _pass_suspension(self, event):
        deadline, paused = self.deadline(event.day)
        last = event.until if event.is_lasting else event.day
        if event.day > deadline and not paused:
            self._note(TOO_LATE, event)
        elif last is None or last > self.today:
            self._note(STILL_PAUSED, event)
        elif last <= self.anchor:
            self._note(BEFORE_START, event)
        else:
            after = self.deadline(last)[0]
            is_minimum = event.minimum_months and after == add_months(
                last, event.minimum_months
            )
            self.steps.append(Step(MINIMUM if is_minimum else PAUSED, event, after))

    def _pass_interruption(self, event):
        last = event.day if not event.is_lasting else event.until
        goes_on = event.is_lasting and (last is None or last > self.today)
        deadline, paused = self.deadline(event.day)
        is_late = event.day > deadline and not paused
        if is_late and not event.is_waiver:
            self._note(TOO_LATE, event)
        elif not goes_on and last <= self.anchor:
            self._note(BEFORE_START, event)
        elif goes_on:
            self.pending = event
            self._note(PENDING, event)
        else:
            self.anchor = last
            self._note(WAIVER if is_late else TOOK, event)

    def _note(self, what, event):
        deadline = None
        if not (self.pending or what == STILL_PAUSED):
            known_on = min(self.today, event.until or event.day)
            deadline = self.deadline(max(known_on, event.day))[0]
        self.steps.append(Step(what, event, deadline))

    def finish(self, events):
        deadline, paused = self.deadline()
        state = RUNNING
        fallback = None
        if self.pending:
            state = INTERRUPTED
            others = [event for event in events if event != self.pending]
            fallback = run(self.start, self.years, others, self.today)
            fallback = fallback.deadline or fallback.fallback
        elif paused:
            state, fallback = SUSPENDED, deadline
        elif deadline < self.today:
            state = EXPIRED
        stopped = state in (INTERRUPTED, SUSPENDED)
        return Clock(
            state,
            self.start,
            self.years,
            None if stopped else deadline,
            fallback,
            tuple(self.steps),
        )


def alerts(deadline, months=(12, 6, 3)):
    """Return the days on which to warn, the earliest first.

    >>> [str(day) for day in alerts(date(2026, 9, 30))]
    ['2025-09-30', '2026-03-30', '2026-06-30']
    """
    return [add_months(deadline, -n) for n in sorted(months, reverse=True)]


def alert_due(deadline, today, months=(12, 6, 3)):
    """Return the nearest warning reached, in months before the deadline, else None.

    >>> alert_due(date(2026, 9, 30), date(2026, 4, 2))
    6
    >>> alert_due(date(2026, 9, 30), date(2025, 9, 29)) is None
    True
    """
    return next(
        (n for n in sorted(months) if today >= add_months(deadline, -n)),
        None,
    )


def earliest_end(candidates):
    """Return (name, day) of the earliest plausible end of a mandate, or None.

    :param candidates: {name: day or None}: last act, judgment, file given back

    >>> earliest_end({"last_act": date(2025, 3, 1), "judgment": date(2025, 1, 10)})
    ('judgment', datetime.date(2025, 1, 10))
    """
    known = [(day, name) for name, day in candidates.items() if day]
    return min(known)[::-1] if known else None
