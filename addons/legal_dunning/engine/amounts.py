"""Amounts as clients type them."""

import re
from decimal import Decimal

_GROUPED = re.compile(r"\d{1,3}(?:[.']\d{3})+(?:,\d{1,2})?")
_PLAIN = re.compile(r"\d{1,11}(?:[.,]\d{1,2})?")


def read(text):
    """Return the amount that a client typed, or None where none can be read.

    Points between groups of three digits are thousands, as many type them.

    >>> [str(read(text)) for text in ("120,50", "1 634,40 €", "1.634,40", "1.200")]
    ['120.50', '1634.40', '1634.40', '1200']
    >>> [read(text) for text in ("", "abc", "-3", "1e3", "nan", "1,2,3", "12.3456")]
    [None, None, None, None, None, None, None]
    """
    text = "".join((text or "").split()).replace("€", "")
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[.']", "", text)
    if not _PLAIN.fullmatch(text):
        return None
    return Decimal(text.replace(",", "."))
