"""Durations as lawyers write them: ``1h30``, ``1:30``, ``1,5``, ``90m``.

Minutes are the only unit inside: a whole number, never a float.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from .exceptions import DurationError

MINUTES_PER_HOUR = 60

_NUMBER = r"\d+(?:[.,]\d+)?"
_HOURS_MINUTES = re.compile(r"^(\d+)\s*(?:h|:)\s*([0-5]?\d)\s*(?:m|mn|min)?$")
_HOURS = re.compile(rf"^({_NUMBER})\s*(?:h|hr|hrs|heures?|hours?)?$")
_MINUTES = re.compile(rf"^({_NUMBER})\s*(?:m|mn|min|minutes?|')$")


def parse_duration(text):
    """Return the whole minutes that ``text`` means.

    A bare number is hours, since that is what a timesheet column holds.
    Fractions of a minute are rounded half up.

    :param str text: e.g. ``"1h30"``, ``"1:30"``, ``"1,5"``, ``"1.5h"``,
        ``"90m"``, ``"45 min"``, ``"2h"``
    :return int: minutes, zero or more
    :raise DurationError: the text means no duration

    >>> [parse_duration(t) for t in ("1h30", "1:30", "1,5", "1.5 h", "90m")]
    [90, 90, 90, 90, 90]
    >>> parse_duration("2h"), parse_duration("0h06"), parse_duration("6 min")
    (120, 6, 6)
    >>> parse_duration("tomorrow")
    Traceback (most recent call last):
    ...
    legal_timesheet_engine.exceptions.DurationError: not a duration: 'tomorrow'
    """
    cleaned = (text or "").strip().lower()
    if match := _HOURS_MINUTES.match(cleaned):
        return int(match[1]) * MINUTES_PER_HOUR + int(match[2])
    if match := _MINUTES.match(cleaned):
        return _whole(_decimal(match[1]))
    if match := _HOURS.match(cleaned):
        return _whole(_decimal(match[1]) * MINUTES_PER_HOUR)
    raise DurationError(f"not a duration: {text!r}")


def minutes_from_hours(hours):
    """Return whole minutes for a float of hours, rounded half up.

    >>> minutes_from_hours(0.1), minutes_from_hours(1.3333333)
    (6, 80)
    """
    return _whole(Decimal(str(hours)) * MINUTES_PER_HOUR)


def hours_from_minutes(minutes):
    """Return the exact decimal hours of whole minutes.

    >>> hours_from_minutes(90)
    Decimal('1.5')
    """
    return Decimal(minutes) / MINUTES_PER_HOUR


def format_duration(minutes):
    """Return minutes as ``1 h 30``, the way an invoice prints them.

    >>> [format_duration(m) for m in (90, 60, 6, 0, -30)]
    ['1 h 30', '1 h', '0 h 06', '0 h', '-0 h 30']
    """
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), MINUTES_PER_HOUR)
    return f"{sign}{hours} h" + (f" {rest:02d}" if rest else "")


def _decimal(text):
    return Decimal(text.replace(",", "."))


def _whole(minutes):
    return int(minutes.quantize(Decimal(1), rounding=ROUND_HALF_UP))
