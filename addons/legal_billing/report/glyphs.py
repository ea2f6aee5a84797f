"""Tell which characters no font of this machine can draw.

A document in a script without a font prints as empty boxes; the reader of an
invoice must not find that out. Our own face is asked first, then the system's by
way of Pango, once for each character in a process.
"""

import ctypes
import functools
import unicodedata

from odoo.tools.misc import file_path

from . import renderer

FACE = "web/static/fonts/lato/Lato-Reg-webfont.ttf"
# Spaces, marks and controls draw nothing of their own.
SILENT = ("Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp")


def find_missing(text):
    """Return the words of a text that hold a character no font can draw.

    >>> find_missing("Honoraires – 1 200 €")
    []
    """
    if not renderer.is_available():
        return []
    return [
        word
        for word in (text or "").split()
        if any(not is_drawn(character) for character in word)
    ]


@functools.lru_cache(maxsize=4096)
def is_drawn(character):
    if unicodedata.category(character) in SILENT:
        return True
    return ord(character) in _get_own_characters() or _ask_system(character)


@functools.lru_cache(maxsize=1)
def _get_own_characters():
    from fontTools.ttLib import TTFont

    with TTFont(file_path(FACE), lazy=True) as font:
        return frozenset(font.getBestCmap())


@functools.lru_cache(maxsize=1)
def _get_pango():
    """Return Pango's functions and a layout of its own, kept for the process."""
    pango = ctypes.CDLL("libpango-1.0.so.0")
    freetype = ctypes.CDLL("libpangoft2-1.0.so.0")
    pointer = ctypes.c_void_p
    for function, result, arguments in (
        (freetype.pango_ft2_font_map_new, pointer, []),
        (pango.pango_font_map_create_context, pointer, [pointer]),
        (pango.pango_layout_new, pointer, [pointer]),
        (
            pango.pango_layout_set_text,
            None,
            [pointer, ctypes.c_char_p, ctypes.c_int],
        ),
        (pango.pango_layout_get_unknown_glyphs_count, ctypes.c_int, [pointer]),
    ):
        function.restype, function.argtypes = result, arguments
    fonts = freetype.pango_ft2_font_map_new()
    layout = pango.pango_layout_new(pango.pango_font_map_create_context(fonts))
    return pango, layout


def _ask_system(character):
    with renderer._lock:
        try:
            pango, layout = _get_pango()
        except (OSError, AttributeError):  # another system's names of the library
            return True
        try:
            text = character.encode()
        except UnicodeEncodeError:  # half of a pair: no character at all
            return False
        pango.pango_layout_set_text(layout, text, len(text))
        return not pango.pango_layout_get_unknown_glyphs_count(layout)
