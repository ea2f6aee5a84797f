"""A table of time from another program -> what each of its cells means.

Text in, plain values out: encoding, separator, heading row, columns, days and
durations are found out here; people, matters and rules are the models' affair.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .durations import parse_duration
from .exceptions import DurationError, TableError

#: what a column may say, in the order people read it
TARGETS = (
    "date",
    "matter",
    "person",
    "email",
    "activity",
    "narrative",
    "hours",
    "hours_billable",
    "billable",
    "non_billable",
    "type",
    "external_id",
)
#: a line with its end, which a quoted cell may need
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
REQUIRED = ("date", "matter", "hours")

#: program -> {heading as it writes it: what it says}; the first word of a heading
#: known to several programs decides nothing, their whole set does
PRESETS = {
    "legal": {
        "Date": "date",
        "Dossier": "matter",
        "Collaborateur": "person",
        "E-mail": "email",
        "Activité": "activity",
        "Description": "narrative",
        "Durée": "hours",
        "Durée facturable": "hours_billable",
        "Facturable": "billable",
        "Identifiant": "external_id",
    },
    "jarvis": {
        "Date": "date",
        "Référence dossier": "matter",
        "Dossier": "matter",
        "Intervenant": "person",
        "Type de diligence": "activity",
        "Libellé": "narrative",
        "Temps passé": "hours",
        "Temps facturé": "hours_billable",
        "Facturable": "billable",
    },
    "clio": {
        "matter": "matter",
        "date": "date",
        "activity_description": "activity",
        "note": "narrative",
        "quantity": "hours",
        "type": "type",
        "activity_user": "person",
        "non_billable": "non_billable",
    },
    "toggl": {
        "User": "person",
        "Email": "email",
        "Project": "matter",
        "Task": "activity",
        "Description": "narrative",
        "Billable": "billable",
        "Start date": "date",
        "Duration": "hours",
    },
}
#: other headings, in French and English
SYNONYMS = {
    "date": ("jour", "day", "date de la diligence", "date saisie", "work date"),
    "matter": (
        "reference",
        "numero de dossier",
        "n dossier",
        "no dossier",
        "matter number",
        "display number",
        "projet",
        "affaire",
        "case",
    ),
    "person": (
        "person",
        "personne",
        "avocat",
        "utilisateur",
        "auteur",
        "timekeeper",
        "lawyer",
    ),
    "email": ("courriel", "e mail", "mail", "adresse e mail", "user email"),
    "activity": (
        "type",
        "acte",
        "code",
        "code activite",
        "activity",
        "activity category",
        "nature",
        "tache",
    ),
    "narrative": (
        "diligence",
        "diligences",
        "intitule",
        "detail",
        "commentaire",
        "narrative",
        "notes",
        "libelle de la facture",
    ),
    "hours": (
        "duree",
        "temps",
        "heures",
        "hours",
        "duration",
        "time",
        "qty",
        "duration decimal",
        "nb heures",
        "heures travaillees",
    ),
    "hours_billable": (
        "heures facturables",
        "temps facturable",
        "billable hours",
        "billed hours",
        "billable duration",
    ),
    "billable": ("a facturer", "is billable"),
    "external_id": ("id", "identifier", "reference externe", "external id", "uid"),
}
SEPARATORS = ";,\t|"
HEADING_ROWS = 12
_YES = {"oui", "yes", "y", "o", "true", "vrai", "1", "x", "facturable", "billable"}
_NO = {"non", "no", "n", "false", "faux", "0", "non facturable", "non billable"}
_CLOCK = re.compile(r"^(\d+):([0-5]\d):([0-5]\d)$")
_SPACED = re.compile(r"(?<=[\dhm])\s+(?=[\dhm])")
_NUMERIC_DAY = re.compile(r"^(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{2,4})(?:[ T].*)?$")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """The rows of a file, without those above its headings.

    ``first_row`` is the number people see in their spreadsheet.
    """

    headings: tuple
    rows: tuple
    first_row: int


def decode(raw):
    """Return ``(text, encoding)`` of the bytes of a text file.

    >>> decode("é".encode("cp1252"))
    ('é', 'cp1252')
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            return _decode_as(raw, encoding)
    if b"\0" in raw:
        raise TableError("binary")
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_as(raw, "cp1252")


def _decode_as(raw, encoding):
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise TableError("encoding") from error


def find_separator(text):
    """Return what separates the cells, by what parts the first lines alike.

    >>> find_separator("a;b\\n1,5;2")
    ';'
    """

    def score(separator):
        widths = [
            len(row) for row in _read(text[:20000], separator)[:20] if any(row)
        ] or [0]
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        return (usual > 1, widths.count(usual) / len(widths), usual)

    return max(SEPARATORS, key=score)


def read_text(raw, separator=None):
    """Return ``(rows, encoding, separator)`` of a CSV file."""
    text, encoding = decode(raw)
    separator = separator or find_separator(text)
    return _read(text, separator), encoding, separator


def _read(text, separator):
    try:
        return list(csv.reader(LINE.findall(text), delimiter=separator))
    except csv.Error as error:
        raise TableError("csv") from error


def find_table(rows):
    """Return the table whose headings are the row that most resembles some.

    >>> find_table([["Export"], ["Date", "Dossier"], ["1/2/2026", "D1"]]).first_row
    3
    """
    rows = [[_clean(cell) for cell in row] for row in rows]
    best, best_score = None, 0
    for index, row in enumerate(rows[:HEADING_ROWS]):
        score = len(set(guess_mapping(row).values()))
        if score > best_score:
            best, best_score = index, score
    if best is None:
        raise TableError("headings")
    body = [row for row in rows[best + 1 :]]
    while body and not any(_is_filled(cell) for cell in body[-1]):
        body.pop()
    headings = tuple(str(cell) for cell in rows[best])
    return Table(headings, tuple(tuple(row) for row in body), best + 2)


def guess_preset(headings):
    """Return the program whose headings these are, or ``None``.

    >>> guess_preset(["User", "Email", "Project", "Start date", "Duration"])
    'toggl'
    """
    present = {normal(heading) for heading in headings}
    scores = {
        name: sum(normal(heading) in present for heading in preset) / len(preset)
        for name, preset in PRESETS.items()
    }
    best = max(scores, key=scores.get)
    return best if scores[best] >= 0.6 else None


def guess_mapping(headings, preset=None):
    """Return ``{column: what it says}``; a thing is said by one column.

    >>> guess_mapping(["Jour", "N° dossier", "Heures"])
    {0: 'date', 1: 'matter', 2: 'hours'}
    """
    name = preset or guess_preset(headings)
    known = {}
    for target, words in SYNONYMS.items():
        known |= dict.fromkeys(words, target)
    for program in PRESETS.values():
        for heading, target in program.items():
            known.setdefault(normal(heading), target)
    if name:
        known |= {normal(heading): t for heading, t in PRESETS[name].items()}
    mapping = {}
    for index, heading in enumerate(headings):
        target = known.get(normal(str(heading or "")))
        if target and target not in mapping.values():
            mapping[index] = target
    return mapping


def normal(text):
    """Return words without case, accents or signs, to compare headings.

    >>> normal("N° Dossier "), normal("Durée_(h)")
    ('n dossier', 'duree h')
    """
    plain = unicodedata.normalize("NFKD", str(text or "").replace("°", " "))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower()))


def find_day_order(cells):
    """Return ``"mdy"`` when some day of the column can only be read so.

    >>> find_day_order(["03/14/2026", "03/02/2026"]), find_day_order(["03/02/2026"])
    ('mdy', 'dmy')
    """
    order = "dmy"
    for cell in cells:
        match = _NUMERIC_DAY.match(cell) if isinstance(cell, str) else None
        if match and len(match[1]) < 3:
            if int(match[1]) > 12:
                return "dmy"
            if int(match[2]) > 12:
                order = "mdy"
    return order


def read_day(cell, order="dmy"):
    """Return the day of a cell, ``None`` when it says none.

    >>> read_day("03/02/2026"), read_day("03/02/26", "mdy"), read_day("2026-02-03")
    (datetime.date(2026, 2, 3), datetime.date(2026, 3, 2), datetime.date(2026, 2, 3))
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = _NUMERIC_DAY.match(str(cell or "").strip())
    if not match:
        return None
    first, second, third = (int(part) for part in match.groups())
    if len(match[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third + 2000 if third < 100 else third
        day, month = (first, second) if order == "dmy" else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_minutes(cell):
    """Return the minutes of a cell, ``None`` when it says no duration.

    A number is hours; a time of day in a spreadsheet is a duration.

    >>> [read_minutes(c) for c in ("1h30", "01:30:00", "1 h 30", "1,5", 1.5)]
    [90, 90, 90, 90, 90]
    """
    if isinstance(cell, timedelta):
        return round(cell.total_seconds() / 60)
    if isinstance(cell, datetime | time):
        return cell.hour * 60 + cell.minute + round(cell.second / 60)
    text = str(cell if cell is not None else "").strip().lower().replace("\xa0", " ")
    if match := _CLOCK.match(text):
        hours, minutes, seconds = (int(part) for part in match.groups())
        return hours * 60 + minutes + int(seconds >= 30)
    text = _SPACED.sub("", text)
    if text.startswith("-") and text[1:]:
        minutes = read_minutes(text[1:])
        return None if minutes is None else -minutes
    try:
        return parse_duration(text)
    except DurationError:
        return None


def read_flag(cell):
    """Return what a cell of yes and no says, ``None`` when it is something else.

    >>> read_flag("Oui"), read_flag("no"), read_flag("perhaps")
    (True, False, None)
    """
    if isinstance(cell, bool):
        return cell
    word = normal(cell)
    return True if word in _YES else False if word in _NO else None


def defuse(text):
    """Return text that a spreadsheet shows and never runs.

    >>> defuse("=1+1"), defuse("note"), defuse("'=1")
    ("'=1+1", 'note', "''=1")
    """
    bare = text.lstrip("'")
    return f"'{text}" if bare.startswith(_DANGEROUS) else text


def arm(text):
    """Return the text that :func:`defuse` was given.

    >>> arm(defuse("=1+1")), arm("'quoted'"), arm(defuse("'=1"))
    ('=1+1', "'quoted'", "'=1")
    """
    bare = text.lstrip("'")
    return text[1:] if text != bare and bare.startswith(_DANGEROUS) else text


def clock(minutes):
    """Return minutes as a spreadsheet reads a duration, to the minute.

    >>> clock(80), clock(6)
    ('1:20', '0:06')
    """
    return f"{minutes // 60}:{minutes % 60:02d}"


def whole_minutes(hours):
    """Return minutes for hours held as a float."""
    return int((Decimal(str(hours)) * 60).quantize(Decimal(1), ROUND_HALF_UP))


def _clean(cell):
    return cell.strip() if isinstance(cell, str) else cell


def _is_filled(cell):
    return cell not in (None, "")
