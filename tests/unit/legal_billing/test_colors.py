"""White text must read on the firm's colour, whatever colour it chose."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import colors


@pytest.mark.parametrize(
    ("case", "color", "expected"),
    [
        ("dark enough", "#1f3a5f", "#1f3a5f"),
        ("too light", "#ffcc00", "#8d7000"),
        ("no hash", "1F3A5F", "#1f3a5f"),
        ("not a colour", "red; background: url(x)", "#1f3a5f"),
        ("three digits", "#fff", "#1f3a5f"),
        ("empty", "", "#1f3a5f"),
        ("not set", False, "#1f3a5f"),
    ],
)
def test_readable_accent(case, color, expected):
    assert colors.readable_accent(color) == expected


@given(st.integers(0, 0xFFFFFF))
def test_white_always_reads_on_the_accent(value):
    accent = colors.readable_accent(f"#{value:06x}")
    channels = [int(accent[i : i + 2], 16) for i in (1, 3, 5)]
    assert 1.05 / (colors._luminance(channels) + 0.05) >= 4.5


def test_doctests():
    assert doctest.testmod(colors).failed == 0
