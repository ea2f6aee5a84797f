"""Placeholders in the firm's texts: ``{num}``, ``{due}``…

A text is checked when it is saved and filled when it is sent. The words of a text
never run as code: a placeholder is a name, nothing else.
"""

import re
from difflib import get_close_matches

from .exceptions import LoneBraceError, PlaceholderError

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)


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
