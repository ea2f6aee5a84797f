"""A text message of one part: 160 characters of the GSM alphabet.

What the alphabet lacks is written with what it has (« ç » as « c », a no-break space
as a space), so that no message silently turns into one of 70 characters a part.
"""

import unicodedata

LIMIT = 160
SHORTEST_NAME = 11

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€")
_AS = {
    "œ": "oe",
    "Œ": "OE",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\t": " ",
}


def to_gsm(text):
    """Return the text written with the GSM alphabet alone.

    >>> to_gsm("Ça, l’échéance : 1\N{NO-BREAK SPACE}200,00 € reçus, œuvre")
    "Ça, l'échéance : 1 200,00 € recus, oeuvre"
    """
    return "".join(_letter(char) for char in unicodedata.normalize("NFC", text))


def _letter(char):
    if char in _BASIC or char in _EXTENDED:
        return char
    if char in _AS:
        return _AS[char]
    bare = unicodedata.normalize("NFD", char)[0]
    return bare if bare in _BASIC else "?"


def length(text):
    """Return the places a text takes in the GSM alphabet.

    >>> length("40 EUR"), length("40 €")
    (6, 5)
    """
    return sum(2 if char in _EXTENDED else 1 for char in text)


def compose(template, values):
    """Return (text, places): the template filled, in the GSM alphabet.

    The name of the firm is shortened, to eleven letters at the least, when the
    message would not fit otherwise. What still does not fit is the caller's to
    refuse: nothing else is cut out of a message about money.

    :param template: a text with ``{placeholders}``
    :param values: {placeholder: text}, the firm's name as ``cabinet``
    """
    values = {name: to_gsm(str(value)) for name, value in values.items()}
    text = to_gsm(template).format_map(values)
    name = values.get("cabinet", "")
    over = length(text) - LIMIT
    if over > 0 and "{cabinet}" in template and len(name) > SHORTEST_NAME:
        short = name[: max(len(name) - over, SHORTEST_NAME)].rstrip(" .,-&")
        text = to_gsm(template).format_map({**values, "cabinet": short})
    return text, length(text)
