"""Colours that people can read."""

import re


def readable_accent(color, default="#1f3a5f"):
    """Return the firm's colour, darkened until white text reads well on it.

    White on the result, and the result on white, contrast by 4.5 or more (WCAG
    2.1, AA). What is no colour gives the default.

    >>> readable_accent("#1f3a5f"), readable_accent("red;}")
    ('#1f3a5f', '#1f3a5f')
    >>> readable_accent("#ffcc00")
    '#8d7000'
    """
    digits = (color or "").strip().lstrip("#")
    if not re.fullmatch("[0-9a-fA-F]{6}", digits):
        return default
    channels = [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
    while 1.05 / (_luminance(channels) + 0.05) < 4.5:
        channels = [int(channel * 0.95) for channel in channels]
    return "#{:02x}{:02x}{:02x}".format(*channels)


def tint(color, share=0.08, default="#1f3a5f"):
    """Return a pale tint of a colour, for surfaces that carry dark text.

    >>> tint("#1f3a5f"), tint("#000000", 0.5), tint("none")
    ('#edeff2', '#808080', '#edeff2')
    """
    digits = (color or "").strip().lstrip("#")
    if not re.fullmatch("[0-9a-fA-F]{6}", digits):
        digits = default.lstrip("#")
    channels = [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
    pale = [round(255 - (255 - channel) * share) for channel in channels]
    return "#{:02x}{:02x}{:02x}".format(*pale)


def _luminance(channels):
    def linear(channel):
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
