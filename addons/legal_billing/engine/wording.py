"""Reading narratives: words without accents, phrases, acts and hours of the clock."""

import re
import unicodedata
from collections import defaultdict

#: words that carry no meaning of their own, French and English
STOP = frozenset(
    "a ai an and au aux avec by ce ces chez d dans de des du en et for from in l la le"
    " les of on or ou par pour s sa se ses son sur the to un une vers with".split()
)
WORD = re.compile(r"[a-z0-9]+")
HARD = re.compile(r"[;\n•|+]|(?:^|\s)\d{1,2}[.)]\s|\s(?:puis|ensuite|then)\s")
SOFT = re.compile(r",|\s(?:et|and|ainsi que|as well as)\s")
#: not that of an hour of the clock
COLON = re.compile(r":(?!\d)")
DIGIT = re.compile(r"\d")
CLOCK = re.compile(
    r"(?<![\d.,])(\d{1,2})\s?(?:h|:)\s?(\d{2})?\s?(?:-|–|—|a|to|/)\s?"
    r"(\d{1,2})\s?(?:h|:)\s?(\d{2})?(?!\d)"
)
#: numbers of persons and accounts that no bill should carry
NUMBERS = {
    "nir": re.compile(r"(?<!\d)[12]\s?\d{2}\s?(?:0\d|1[0-2])(?:\s?\d){10}(?!\d)"),
    "iban": re.compile(
        r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b"
    ),
    "card": re.compile(r"(?<!\d)\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?!\d)"),
}
DAY_MINUTES = 24 * 60


class _Plain(dict):
    """What each character is written as without its accents, once it was met."""

    def __missing__(self, code):
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_PLAIN = _Plain()


def fold(text):
    """Return a text in small letters, without accents, oe and ae for œ and æ.

    >>> fold("Étude du cœur — Noël")
    'etude du coeur — noel'
    """
    text = text or ""
    if text.isascii():
        return text.lower()
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    text = unicodedata.normalize("NFKD", text.replace("\u2019", "'").lower())
    return text.translate(_PLAIN)


def words(text):
    """Return the words and numbers of a text, folded.

    >>> words("Conclusions n° 2, D2026-014")
    ('conclusions', 'n', '2', 'd2026', '014')
    """
    return tuple(WORD.findall(fold(text)))


def quote(text, place, count):
    """Return some words of a text as they were written, accents and capitals kept.

    :param place: of the first of them among :func:`words`

    >>> quote("Note : À  NE PAS facturer", 1, 4)
    'À NE PAS facturer'
    """
    text = text or ""
    folded, origin = "", []
    for index, char in enumerate(text):
        piece = fold(char)
        folded += piece
        origin += [index] * len(piece)
    spans = [(origin[m.start()], origin[m.end() - 1]) for m in WORD.finditer(folded)]
    first, last = spans[place][0], spans[place + count - 1][1]
    return " ".join(text[first : last + 1].split())


class Phrases:
    """Phrases to look for, found in one pass over the words of a text.

    >>> book = Phrases([("à facturer", 1), ("TODO", 2), ("Vauban SAS", 3)])
    >>> book.find(words("Todo : note à  facturer à Vauban"))
    [(2, 'todo'), (1, 'a facturer')]
    """

    def __init__(self, rows):
        """:param rows: (phrase, what it stands for)"""
        self._by_first = defaultdict(list)
        for phrase, value in rows:
            if found := words(phrase):
                self._by_first[found[0]].append((found, value))

    def __bool__(self):
        return bool(self._by_first)

    def find(self, text):
        """Return [(what it stands for, the words)] in their order.

        :param text: as given by :func:`words`
        """
        return [
            (value, " ".join(text[place : place + count]))
            for value, place, count in self.find_places(text)
        ]

    def find_places(self, text):
        """Return [(what it stands for, place of its first word, how many words)]."""
        return [
            (value, place, len(phrase))
            for place, word in enumerate(text)
            for phrase, value in self._by_first.get(word, ())
            if text[place : place + len(phrase)] == phrase
        ]

    def strip(self, text):
        """Return the words of a text that belong to no phrase."""
        covered = set()
        for place, word in enumerate(text):
            for phrase, _value in self._by_first.get(word, ()):
                if text[place : place + len(phrase)] == phrase:
                    covered |= set(range(place, place + len(phrase)))
        return tuple(word for place, word in enumerate(text) if place not in covered)


def similar(one, other, limit):
    """Tell whether two texts say the same: the same numbers, nearly the same words.

    :param one: as given by :func:`words`
    :param limit: share of the words they must have in common, 0 to 1

    >>> same = "Appel avec Me Roux sur la saisie", "Appel Me Roux sur la saisie"
    >>> similar(*map(words, same), 0.8)
    True
    >>> similar(words("Conclusions n° 1"), words("Conclusions n° 2"), 0.5)
    False
    """
    left, right = ({w for w in text if w not in STOP} for text in (one, other))
    if not left or not right:
        return False
    if {w for w in left if not w.isalpha()} != {w for w in right if not w.isalpha()}:
        return False
    return len(left & right) >= limit * len(left | right)


def count_acts(text, acts):
    """Return how many separate acts one narrative tells.

    What follows a colon, or a comma, tells of the same act unless it begins with
    the word of another one.

    :param acts: words that begin an act, folded

    >>> acts = frozenset({"redaction", "appel", "audience"})
    >>> count_acts("Rédaction des conclusions, appel du client et audience", acts)
    3
    >>> count_acts("Rédaction des conclusions : faits ; procédure ; dispositif", acts)
    1
    >>> count_acts("Étude du bail ; courriel au preneur ; note de synthèse", acts)
    3
    """
    count, is_detail = 0, False
    for part in HARD.split(fold(text)):
        named = 0
        for piece in SOFT.split(part):
            first = next((w for w in WORD.findall(piece) if w not in STOP), None)
            named += first in acts
        whole = 0 if is_detail else int(len(WORD.findall(part)) >= 2)
        count += max(named, whole)
        is_detail = is_detail or bool(COLON.search(part))
    return count


def split_acts(text, acts):
    """Return the acts of one narrative, each as a sentence of its own.

    >>> acts = frozenset({"redaction", "appel", "audience"})
    >>> split_acts("Rédaction des conclusions, appel du client et audience", acts)
    ['Rédaction des conclusions', 'Appel du client', 'Audience']
    >>> split_acts("Étude du bail, du congé ; note de synthèse", acts)
    ['Étude du bail, du congé', 'Note de synthèse']
    """
    found = []
    for part in HARD.split(text or ""):
        pieces = []
        for piece, mark in _pieces(part):
            first = next((w for w in words(piece) if w not in STOP), None)
            if pieces and first not in acts:
                pieces[-1] += mark + piece
            else:
                pieces.append(piece)
        found += pieces
    cleaned = (piece.strip(" .,;:\n\t-–") for piece in found)
    return [piece[:1].upper() + piece[1:] for piece in cleaned if piece]


def _pieces(part):
    """Return [(text, what stood before it)] of the pieces of a sentence."""
    place, mark, rows = 0, "", []
    for found in SOFT.finditer(part):
        rows.append((part[place : found.start()], mark))
        place, mark = found.end(), found[0]
    return [*rows, (part[place:], mark)]


def clock_ranges(text):
    """Return [(first minute, last minute)] of the hours written in a narrative.

    >>> clock_ranges("Audience 9h30-11h, puis réunion de 14:00 à 15:30")
    [(570, 660), (840, 930)]
    >>> clock_ranges("Garde à vue 22h–2h"), clock_ranges("Articles 12 à 15")
    ([(1320, 1560)], [])
    """
    found = []
    if not DIGIT.search(text or ""):
        return found
    for h1, m1, h2, m2 in CLOCK.findall(fold(text)):
        start, end = int(h1) * 60 + int(m1 or 0), int(h2) * 60 + int(m2 or 0)
        if int(h1) > 24 or int(h2) > 24 or start == end:
            continue
        found.append((start, end if end > start else end + DAY_MINUTES))
    return found


def find_numbers(text):
    """Return the kinds of private numbers that a text shows, never the numbers.

    >>> find_numbers("Virement sur FR76 3000 6000 0112 3456 7890 189")
    ['iban']
    >>> find_numbers("RG n° 26/01234, 12 000 €")
    []
    """
    found, rest = [], text or ""
    if not DIGIT.search(rest):
        return found
    for kind, pattern in NUMBERS.items():
        if pattern.search(rest):
            found.append(kind)
            rest = pattern.sub(" ", rest)
    return found
