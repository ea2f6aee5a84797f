"""One line of text -> the parts of a time entry.

The words may come in any order, so that nobody has to remember one::

    D2026-014 1h30 conclusions en réponse #audience @hier

A firm numbers its matters as it likes (``D2026-014``, ``2026/14``, ``DUPONT 3``),
so that no pattern finds a number: the caller says which of the
:func:`number_keys` of the line are numbers (``numbers``), and which of its
:func:`part_words` belong to one number only (``parts``). ``@@word`` asks for the
only matter of a client. Then the first words that read as a duration with a unit
are the time, ``#word`` is the activity, ``@word`` the day, and what remains is
the narrative.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from .durations import parse_duration
from .exceptions import DurationError

#: a number of a matter has at most so many words
NUMBER_WORDS = 5

# a bare number is narrative ("article 700"), unless nothing better is found
_WITH_UNIT = re.compile(
    r"^\d+(?:[.,]\d+)?(?:h\d{0,2}|m|mn|min|minutes?|heures?|h\d{1,2}m)$"
    r"|^\d+:[0-5]\d$",
    re.I,
)
#: letters, with what French elides or joins: "l'article", "sous-traitance"
_A_WORD = re.compile(r"^[^\W\d_]+(?:['’-][^\W\d_]+)*$")
_DECIMAL = re.compile(r"^\d+[.,]\d+$")
_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?$")
_ISO_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_WORDS_FOR_DAYS = {
    "aujourdhui": 0,
    "today": 0,
    "hier": 1,
    "yesterday": 1,
    "avanthier": 2,
}
_WEEKDAYS = {
    word: index % 7
    for index, word in enumerate(
        "lundi mardi mercredi jeudi vendredi samedi dimanche"
        " monday tuesday wednesday thursday friday saturday sunday".split()
    )
}


@dataclass(frozen=True)
class QuickEntry:
    matter: object = None
    minutes: int | None = None
    activity: str | None = None
    day: date | None = None
    narrative: str = ""
    client: str | None = None


def plain(text):
    """Return letters and digits alone, in capitals, without accents.

    >>> plain("d2026-014"), plain("Dép. 26/14")
    ('D2026014', 'DEP2614')
    """
    letters = unicodedata.normalize("NFKD", text or "").upper()
    return "".join(c for c in letters if c.isalnum())


def number_keys(text):
    """Return the plain form of each run of words that may be a number.

    >>> sorted(number_keys("2026 / 14 1h"))
    ['14', '141H', '1H', '2026', '202614', '2026141H']
    """
    words = (text or "").split()
    return {plain("".join(words[start:stop])) for start, stop in _spans(words)} - {""}


def part_words(text):
    """Return the words that may stand for the only number they belong to.

    The first word may be any part of a number; later on, a bare number is more
    often an article of the code: only one with a separator or a leading zero is.

    >>> part_words("14 1h30 article 700"), part_words("note 1h 014 et 2026-015")
    (['14'], ['014', '2026-015'])
    """
    found = []
    for index, word in enumerate((text or "").split()):
        bare = word.strip(".,;:!?()")
        if not re.search(r"\d", bare) or word[0] in "#@":
            continue
        if _WITH_UNIT.match(bare) or _DECIMAL.match(bare) or "%" in bare:
            continue
        marked = re.search(r"\d[-/_]\d|^0\d", bare)
        if (not index or marked) and len(plain(bare)) >= 2:
            found.append(word)
    return found


def is_part_of(word, number):
    """Tell whether a word is one or more whole parts of a number.

    Leading zeros count for nothing: ``14`` is a part of ``D2026-014``.

    >>> [is_part_of(w, "D2026-014") for w in ("014", "14", "2026-014", "26", "4")]
    [True, True, True, False, False]
    """
    wanted, parts = _parts(word), _parts(number)
    size = len(wanted)
    return bool(wanted) and any(
        parts[start : start + size] == wanted for start in range(len(parts) - size + 1)
    )


def parse_line(text, today, numbers=None, parts=None):
    """Return what a line of text says; what it does not say is ``None``.

    :param str text: the line
    :param date today: the day that "hier" and a missing year count from
    :param dict numbers: plain number -> what it stands for; the longest wins
    :param dict parts: word -> what the only number it belongs to stands for

    >>> parse_line("D2026-014 1h30 conclusions #audience", date(2026, 3, 3),
    ...            {"D2026014": "D2026-014"})
    ... # doctest: +NORMALIZE_WHITESPACE
    QuickEntry(matter='D2026-014', minutes=90, activity='audience', day=None,
               narrative='conclusions', client=None)
    >>> parse_line("note sur l'article 700 0,5 @hier", date(2026, 3, 3)).day
    datetime.date(2026, 3, 2)
    """
    words = (text or "").split()
    matter = _take_number(words, numbers or {})
    client = _take(words, lambda w: w.startswith("@@") and len(w) > 2)
    minutes = _take_minutes(words)
    activity = _take(words, lambda w: w.startswith("#") and len(w) > 1)
    day = _take(words, lambda w: w.startswith("@") and parse_day(w[1:], today))
    if matter is None and not client:
        word = _take(words, lambda w: w in (parts or {}))
        matter = parts[word] if word else None
    return QuickEntry(
        matter=matter,
        minutes=minutes,
        activity=activity[1:] if activity else None,
        day=parse_day(day[1:], today) if day else None,
        narrative=" ".join(words),
        client=client[2:] if client else None,
    )


def parse_day(word, today):
    """Return the day a word means, never one in the future unless its year is said.

    >>> friday = date(2026, 3, 6)
    >>> [str(parse_day(w, friday)) for w in ("mardi", "vendredi", "12/03", "31/02")]
    ['2026-03-03', '2026-02-27', '2025-03-12', 'None']
    """
    said = re.sub(r"[^a-z]", "", word.lower())
    if said in _WORDS_FOR_DAYS:
        return today - timedelta(days=_WORDS_FOR_DAYS[said])
    if said in _WEEKDAYS:
        back = (today.weekday() - _WEEKDAYS[said]) % 7 or 7
        return today - timedelta(days=back)
    if match := _ISO_DAY.match(word):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    match = _DAY.match(word)
    if not match:
        return None
    year = int(match[3] or today.year)
    day = _date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
    if day and not match[3] and day > today:
        return _date(day.year - 1, day.month, day.day)
    return day


def _date(year, month, day):
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _spans(words):
    """Yield (start, stop) of each run of words, the longest and leftmost first."""
    for size in range(min(NUMBER_WORDS, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            if not any(word[0] in "#@" for word in words[start : start + size]):
                yield start, start + size


def _take(words, wanted):
    """Remove and return the first word that is wanted."""
    for index, word in enumerate(words):
        if wanted(word):
            return words.pop(index)
    return None


def _take_number(words, numbers):
    """Remove the longest run of words that is a number; return what it stands for."""
    for start, stop in _spans(words):
        key = plain("".join(words[start:stop]))
        # "article 700" is no matter, even in a firm that has a matter 700
        follows_a_word = start and key.isdigit() and _A_WORD.match(words[start - 1])
        if key in numbers and not follows_a_word:
            del words[start:stop]
            return numbers[key]
    return None


def _take_minutes(words):
    """Remove the words of a duration, ``1 h 30`` too, and return its minutes."""
    for size in (3, 2, 1):
        for start in range(len(words) - size + 1):
            run = words[start : start + size]
            if size == 3 and not re.match(r"^\d\d$", run[2]):
                continue
            if size > 1 and not run[1][0].isalpha():
                continue
            minutes = _minutes("".join(run), _WITH_UNIT)
            if minutes is not None:
                del words[start : start + size]
                return minutes
    word = _take(words, _DECIMAL.match)
    return _minutes(word, _DECIMAL) if word else None


def _minutes(word, pattern):
    if not pattern.match(word):
        return None
    try:
        return parse_duration(word)
    except DurationError:
        return None


def _parts(number):
    """Return the runs of letters and of digits of a number, without padding.

    >>> _parts("D2026-014")
    ['D', '2026', '14']
    """
    return [
        run.lstrip("0") or "0"
        for run in re.findall(r"\d+|[^\W\d_]+", plain_separated(number))
    ]


def plain_separated(text):
    """Return a number in capitals without accents, its separators kept."""
    letters = unicodedata.normalize("NFKD", text or "").upper()
    return "".join(c for c in letters if not unicodedata.combining(c))
