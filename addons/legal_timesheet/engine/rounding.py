"""Worked minutes -> billable minutes, by the increment agreed with the client.

Each entry is rounded by itself (:func:`billable_minutes`), or the entries of a
person's day on one matter together (:func:`billable_day`).
"""

from typing import NamedTuple

from .exceptions import RoundingError

UP = "up"
NEAREST = "nearest"
RULES = (UP, NEAREST)

ENTRY = "entry"
DAY = "day"
SCOPES = (ENTRY, DAY)


class Increment(NamedTuple):
    """What was agreed: steps of so many minutes, which way, and of what."""

    minutes: int
    rule: str = UP
    scope: str = ENTRY


class DayEntry(NamedTuple):
    """One entry of a day; ``billed`` says what is settled already, if it is."""

    key: object
    minutes: int
    billed: int | None = None


def billable_minutes(minutes, increment, rule=UP):
    """Return the minutes to bill for the minutes worked.

    ``up`` goes to the next whole increment; ``nearest`` to the closest one, a
    half going up. Work that was done is never rounded away to nothing: one
    minute at ``nearest`` still bills one increment. An increment of zero or
    one minute bills what was worked.

    :param int minutes: minutes worked, zero or more
    :param int increment: minutes of one increment, e.g. 6 for a tenth of an hour
    :param str rule: one of :data:`RULES`
    :return int: minutes to bill, a multiple of the increment
    :raise RoundingError: negative minutes or increment, or an unknown rule

    >>> [billable_minutes(m, 6) for m in (0, 1, 6, 7, 60, 61)]
    [0, 6, 6, 12, 60, 66]
    >>> [billable_minutes(m, 15, "nearest") for m in (1, 7, 8, 22, 23)]
    [15, 15, 15, 15, 30]
    >>> billable_minutes(37, 0)
    37
    """
    if minutes < 0 or increment < 0:
        raise RoundingError("minutes and increment are never negative")
    if rule not in RULES:
        raise RoundingError(f"unknown rounding rule: {rule!r}")
    if not minutes or increment <= 1:
        return minutes
    whole, rest = divmod(minutes, increment)
    if not rest:
        return minutes
    goes_up = rule == UP or not whole or 2 * rest >= increment
    return (whole + goes_up) * increment


def billable_day(entries, increment, rule=UP):
    """Return ``{key: minutes to bill}`` of the entries of one day that are open.

    The minutes of the day are added up, then rounded once. What that adds goes to
    the longest entry, the lowest key among equals; what it takes off comes from
    the longest first and leaves a minute to each as long as it can. Entries that
    are settled keep what they bill, and the others share the rest of the day: they
    may come out at nothing where the settled ones cover it already.

    :param entries: iterable of :class:`DayEntry`, in any order
    :return dict: the sum over all entries is the rounded day, unless the settled
        ones bill more

    >>> day = [DayEntry(1, 10), DayEntry(2, 20), DayEntry(3, 10)]
    >>> billable_day(day, 6), billable_day(day, 30, "nearest")
    ({1: 10, 2: 22, 3: 10}, {1: 10, 2: 10, 3: 10})
    >>> billable_day([DayEntry(1, 10, billed=12), DayEntry(2, 10)], 6)
    {2: 12}
    """
    entries = sorted(entries, key=lambda entry: (-entry.minutes, entry.key))
    total = sum(entry.minutes for entry in entries)
    rounded = billable_minutes(total, increment, rule)
    settled = sum(e.billed for e in entries if e.billed is not None)
    free = {e.key: e.minutes for e in entries if e.billed is None}
    rest = max(rounded - settled, 0) - sum(free.values())
    if rest > 0:
        first = next((key for key, minutes in free.items() if minutes), None)
        if first is not None:
            free[first] += rest
        return dict(sorted(free.items()))
    for floor in (1, 0):
        for key, minutes in free.items():
            taken = min(max(minutes - floor, 0), -rest)
            free[key] -= taken
            rest += taken
    return dict(sorted(free.items()))
