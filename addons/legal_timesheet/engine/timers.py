"""A timer that runs: what it has counted, and when it has to ask.

A timer never decides by itself what a night, or a long silence, was worth: it
asks, and proposes what there is to keep.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

OVERNIGHT = "overnight"
LONG = "long"
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Timer:
    """Times are naive, in UTC.

    :param datetime started_at: when the work began: its day is that of the entry
    :param running_since: since when it runs, ``None`` while paused
    :param int accumulated: seconds counted before
    :param touched_at: when the person last did something with it
    :param asked_at: when the person last said that all of it is to be kept
    """

    started_at: datetime
    running_since: datetime | None = None
    accumulated: int = 0
    touched_at: datetime | None = None
    asked_at: datetime | None = None


def elapsed(timer, now):
    """Return the whole seconds counted until ``now``, never fewer than before.

    >>> nine = datetime(2026, 3, 3, 9)
    >>> elapsed(Timer(nine, nine, 60), nine + timedelta(minutes=2))
    180
    >>> elapsed(Timer(nine, None, 60), nine + timedelta(hours=2))
    60
    """
    if not timer.running_since:
        return timer.accumulated
    return timer.accumulated + max(int((now - timer.running_since).total_seconds()), 0)


def whole_minutes(seconds):
    """Return minutes rounded half up; work that began is a minute at least.

    >>> [whole_minutes(s) for s in (0, 1, 89, 90, 3600)]
    [1, 1, 1, 2, 60]
    """
    return max((2 * seconds + SECONDS_PER_MINUTE) // (2 * SECONDS_PER_MINUTE), 1)


def day_end(moment, zone):
    """Return the end, in UTC, of the day that a moment is in for somebody.

    :param datetime moment: naive, in UTC
    :param str zone: name of the time zone of the person

    >>> str(day_end(datetime(2026, 3, 3, 22, 30), "Europe/Paris"))
    '2026-03-03 23:00:00'
    >>> str(day_end(datetime(2026, 3, 3, 23, 30), "Europe/Paris"))
    '2026-03-04 23:00:00'
    """
    local = moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone))
    midnight = datetime.combine(
        local.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)
    )
    return midnight.astimezone(timezone.utc).replace(tzinfo=None)


def question(timer, now, max_hours, zone="UTC"):
    """Return what the timer has to ask: ``"overnight"``, ``"long"`` or ``None``.

    It asks once a midnight of the person went by since it started, or since the
    person last said to keep all; and when nobody touched it for ``max_hours``
    (0: never).

    >>> nine = datetime(2026, 3, 3, 9)
    >>> timer = Timer(nine, nine, touched_at=nine)
    >>> question(timer, nine + timedelta(hours=3), 4)
    >>> question(timer, nine + timedelta(hours=4), 4)
    'long'
    >>> question(timer, nine + timedelta(hours=15), 4)
    'overnight'
    """
    if not timer.running_since:
        return None
    answered = max(filter(None, (timer.started_at, timer.asked_at)))
    if now >= day_end(answered, zone):
        return OVERNIGHT
    touched = max(filter(None, (timer.touched_at, timer.running_since)))
    if max_hours and now - touched >= timedelta(hours=max_hours):
        return LONG
    return None


def until(timer, moment, now):
    """Return the seconds counted if the timer had been paused at a moment.

    >>> nine = datetime(2026, 3, 3, 9)
    >>> timer = Timer(nine, nine, 60)
    >>> until(timer, datetime(2026, 3, 3, 10), datetime(2026, 3, 4, 8))
    3660
    >>> until(timer, datetime(2026, 3, 3, 8), datetime(2026, 3, 4, 8))
    60
    """
    return elapsed(timer, min(moment, now))
