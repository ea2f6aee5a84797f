"""One line of text -> the parts of a time entry.

The words may come in any order, so that nobody has to remember one::

    D2026-014 1h30 conclusions en réponse #audience

The first word that looks like a matter's number is the matter, the first that
reads as a duration with a unit is the time, ``#word`` is the activity, ``@word``
the day, and what remains is the narrative.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .durations import parse_duration
from .exceptions import DurationError

_MATTER = re.compile(r"^[A-Za-z]{0,4}\d{2,4}-\d{1,6}$")
# a bare number is narrative ("article 700"), unless nothing better is found
_WITH_UNIT = re.compile(
    r"^\d+(?:[.,]\d+)?(?:h\d{0,2}|m|mn|min|h\d{1,2}m)$|^\d+:\d{2}$", re.I
)
_DECIMAL = re.compile(r"^\d+[.,]\d+$")
_DAY = re.compile(r"^(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?$")
_WORDS_FOR_DAYS = {
    "aujourdhui": 0,
    "today": 0,
    "hier": 1,
    "yesterday": 1,
    "avanthier": 2,
}


@dataclass(frozen=True)
class QuickEntry:
    matter: str | None = None
    minutes: int | None = None
    activity: str | None = None
    day: date | None = None
    narrative: str = ""


def parse_line(text, today):
    """Return what a line of text says; what it does not say is ``None``.

    :param str text: the line
    :param date today: the day that "hier" and a missing year count from

    >>> parse_line("D2026-014 1h30 conclusions #audience", date(2026, 3, 3))
    ... # doctest: +NORMALIZE_WHITESPACE
    QuickEntry(matter='D2026-014', minutes=90, activity='audience', day=None,
               narrative='conclusions')
    >>> parse_line("D2026-014 note sur l'article 700 0,5 @hier", date(2026, 3, 3)).day
    datetime.date(2026, 3, 2)
    """
    words = (text or "").split()
    matter = _take(words, _MATTER.match)
    minutes = _take(words, _WITH_UNIT.match) or _take(words, _DECIMAL.match)
    activity = _take(words, lambda w: w.startswith("#") and len(w) > 1)
    day = _take(words, lambda w: w.startswith("@") and _day(w[1:], today))
    return QuickEntry(
        matter=matter.upper() if matter else None,
        minutes=_minutes(minutes),
        activity=activity[1:] if activity else None,
        day=_day(day[1:], today) if day else None,
        narrative=" ".join(words),
    )


def _take(words, wanted):
    """Remove and return the first word that is wanted."""
    for index, word in enumerate(words):
        if wanted(word):
            return words.pop(index)
    return None


def _minutes(word):
    try:
        return parse_duration(word) if word else None
    except DurationError:
        return None


def _day(word, today):
    """Return the day a word means, never one in the future by default."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    if plain in _WORDS_FOR_DAYS:
        return today - timedelta(days=_WORDS_FOR_DAYS[plain])
    match = _DAY.match(word)
    if not match:
        return None
    year = int(match[3] or today.year)
    try:
        day = date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
    except ValueError:
        return None
    if not match[3] and day > today:
        return day.replace(year=day.year - 1)
    return day
