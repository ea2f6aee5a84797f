"""Placeholders in the firm's texts: ``{num}``, ``{due}``…

A text is checked when it is saved and filled when it is sent. The words of a text
never run as code: a placeholder is a name, nothing else. A passage between ``[[`` and
``]]`` is left out when one of its placeholders has no value.
"""

import re
from difflib import get_close_matches

from .exceptions import LoneBraceError, PlaceholderError

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_PARAGRAPH = re.compile(r"<p\b[^>]*>.*?</p>\s*", re.DOTALL | re.IGNORECASE)
_EMPTY = re.compile(r"<p\b[^>]*>\s*</p>\s*", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)


class Values(dict):
    """{name: value}; a value given as a function is worked out when it is asked for.

    >>> values = Values(num="F-1", due=lambda: values["num"] + ", 3 mai")
    >>> fill("{due}", values)
    'F-1, 3 mai'
    """

    def __getitem__(self, name):
        value = super().__getitem__(name)
        if callable(value):
            value = self[name] = value()
        return value

    def get(self, name, default=None):
        return self[name] if name in self else default


def used(text):
    """Return the names of the placeholders of a text, each once, in order.

    >>> used("Facture {num} du {date}, soit {solde} : {num}")
    ['num', 'date', 'solde']
    """
    return list(dict.fromkeys(_PLACEHOLDER.findall(text or "")))


def check(text, known):
    """Raise unless every placeholder of the text is known.

    :raise PlaceholderError: names the first that is not
    :raise LoneBraceError: a brace stands alone

    >>> check("Facture {nun}", ["num", "due"])
    Traceback (most recent call last):
    ...
    legal_dunning_engine.exceptions.PlaceholderError: unknown placeholder 'nun'
    """
    for name in used(text):
        if name not in known:
            bare = _TAG.sub("", name).strip()
            close = get_close_matches(bare, list(known), n=1)
            raise PlaceholderError(bare, close[0] if close else None)
    rest = _PLACEHOLDER.sub("", _STYLE.sub("", text or ""))
    lone = re.search(r"[{}]", rest)
    if lone:
        start = max(lone.start() - 20, 0)
        raise LoneBraceError(_TAG.sub("", rest[start : lone.end() + 20]).strip())


def check_passages(text):
    """Raise unless each ``[[`` has its ``]]``.

    >>> check_passages("reste {solde}[[, soit {total}]].")
    >>> check_passages("reste [[{solde}")
    Traceback (most recent call last):
    ...
    legal_dunning_engine.exceptions.LoneBraceError: a bracket stands alone
    """
    rest = _OPTIONAL.sub("", text or "")
    lone = re.search(r"\[\[|\]\]", rest)
    if lone:
        start = max(lone.start() - 20, 0)
        raise LoneBraceError(_TAG.sub("", rest[start : lone.end() + 20]).strip())


def keep(text, values):
    """Return the text without the passages that lack a value, nor their brackets.

    >>> keep("reste {solde}[[, soit {total}]].", {"solde": "5", "total": ""})
    'reste {solde}.'
    >>> keep("reste {solde}[[, soit {total}]].", {"solde": "5", "total": "6"})
    'reste {solde}, soit {total}.'
    """

    def choose(match):
        passage = match.group(1)
        return passage if all(values.get(name) for name in used(passage)) else ""

    return _EMPTY.sub("", _OPTIONAL.sub(choose, text or ""))


def without_paragraphs(text, names):
    """Return the text without the paragraphs that use one of ``names``.

    >>> without_paragraphs("<p>reste {solde}</p><p>plus {penalites}</p>", ["penalites"])
    '<p>reste {solde}</p>'
    """

    def choose(match):
        return "" if set(used(match.group(0))) & set(names) else match.group(0)

    return _PARAGRAPH.sub(choose, text or "")


def fill(text, values):
    """Return the text with each placeholder replaced by its value.

    :param values: {name: text}; a missing name raises KeyError, an empty value
        is the caller's to refuse beforehand (see :func:`missing`)

    >>> fill("Facture {num}", {"num": "F-1"})
    'Facture F-1'
    """
    return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), text or "")


def missing(texts, values):
    """Return the names used by the texts that have no value.

    >>> missing(["{num} {tel}"], {"num": "F-1", "tel": ""})
    ['tel']
    """
    names = dict.fromkeys(name for text in texts for name in used(text))
    return [name for name in names if not values.get(name)]
