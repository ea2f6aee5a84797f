"""Which level an invoice has reached, on which day, and why.

The rules, in order:

1. levels are climbed one by one: a level starts only once the level before it
   has really been sent;
2. a level that comes before the due date belongs to that time: once the due date
   is past it no longer applies, and holds back no later level;
3. so an old invoice that nobody has ever chased begins with the first courteous
   reminder, however late it is;
4. a level leaves at its offset, from the due date or from the message before it as
   the policy says, and never sooner than its days of grace after that message; the
   days after a formal notice count from its receipt;
5. a person may skip a message: the invoice is looked at again when the next level
   would have been due, and still hears the level that was never sent;
6. the day found is moved to the next day on which messages may leave.
"""

from dataclasses import dataclass
from datetime import date, timedelta

# Why a step is what it is; the model turns these words into sentences.
DUE = "due"
DONE = "done"
AWAITING = "awaiting"


@dataclass(frozen=True)
class Level:
    """One level of a policy.

    :param rank: place in the policy, from 0
    :param offset_days: days from the due date; negative: before it
    :param grace_days: days to leave since the message before
    :param from_previous: the offset counts from the message before, and from the
        due date as long as there is none
    """

    rank: int
    offset_days: int
    grace_days: int = 0
    from_previous: bool = False

    @property
    def is_preventive(self):
        return self.offset_days <= 0 and not self.from_previous


@dataclass(frozen=True)
class History:
    """What an invoice has already heard.

    :param sent: pairs (rank, day from which the next level counts): the day sent,
        or the day a formal notice was received
    :param skipped: pairs (rank, day skipped) decided by a person
    :param held_until: first day on which a person lets it go on, if postponed
    :param is_awaiting: a message is made but has not left yet (a letter to post)
    """

    sent: tuple = ()
    skipped: tuple = ()
    held_until: date | None = None
    is_awaiting: bool = False

    @property
    def last_rank(self):
        return max((rank for rank, _day in self.sent), default=-1)

    @property
    def last_day(self):
        return max((day for _rank, day in self.sent), default=None)


@dataclass(frozen=True)
class Step:
    """The next message an invoice will hear.

    :param level: the level, or None when nothing more is to be sent
    :param on: the day it leaves, an open day from today on
    :param reason: ``due``, ``done`` or ``awaiting``
    """

    level: Level | None
    on: date | None
    reason: str


def next_step(levels, due_on, history, today, calendar):
    """Return the next step of one invoice, seen from ``today``.

    :param levels: the levels of its policy, in any order
    :param date due_on: day from which the levels count
    :param History history: what it has heard
    :param SendingCalendar calendar: days on which messages may leave
    """
    if history.is_awaiting:
        return Step(None, None, AWAITING)
    ladder = sorted(levels, key=lambda level: level.rank)
    for place, level in enumerate(ladder):
        if level.rank <= history.last_rank:
            continue
        on = calendar.on_or_after(max(_earliest(ladder, place, due_on, history), today))
        if level.is_preventive and on > due_on:
            continue  # its time is past: it never applied
        return Step(level, on, DUE)
    return Step(None, None, DONE)


def _earliest(ladder, place, due_on, history):
    """Return the first day on which the level at ``place`` might leave."""
    level = ladder[place]
    start = history.last_day if level.from_previous else None
    days = [(start or due_on) + timedelta(days=level.offset_days)]
    if history.last_day:
        days.append(history.last_day + timedelta(days=level.grace_days))
    if history.held_until:
        days.append(history.held_until)
    days += [
        _resume(ladder, place, due_on, day)
        for rank, day in history.skipped
        if rank == level.rank
    ]
    return max(days)


def _resume(ladder, place, due_on, skipped_on):
    """Return when a skipped level comes up again: when the next one would.

    A skip made later than that, or of the last level, holds for the level's own
    days of grace, and a week at the least.
    """
    level = ladder[place]
    rest = skipped_on + timedelta(days=max(level.grace_days, 7))
    if place + 1 < len(ladder) and not ladder[place + 1].from_previous:
        following = due_on + timedelta(days=ladder[place + 1].offset_days)
        if following > skipped_on:
            return following
    return rest
