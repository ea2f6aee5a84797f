"""One line of text read as a time entry."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.quick_entry import QuickEntry, parse_line

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", QuickEntry()),
        (None, QuickEntry()),
        (
            "D2026-014 1h30 conclusions #audience",
            QuickEntry("D2026-014", 90, "audience", None, "conclusions"),
        ),
        (
            "rdv client 45m d2026-014",
            QuickEntry("D2026-014", 45, None, None, "rdv client"),
        ),
        (
            "D2026-014 note sur l'article 700 0,5",
            QuickEntry("D2026-014", 30, None, None, "note sur l'article 700"),
        ),
        (
            "D2026-014 2h étude de 3 pièces @hier",
            QuickEntry("D2026-014", 120, None, date(2026, 3, 2), "étude de 3 pièces"),
        ),
        (
            "D2026-014 1:30 appel @28/02",
            QuickEntry("D2026-014", 90, None, date(2026, 2, 28), "appel"),
        ),
        (
            "D2026-014 1h @31/12 clôture",
            QuickEntry("D2026-014", 60, None, date(2025, 12, 31), "clôture"),
        ),
        (
            "D2026-014 1h @nobody bonjour",
            QuickEntry("D2026-014", 60, None, None, "@nobody bonjour"),
        ),
        ("1h # dossier", QuickEntry(None, 60, None, None, "# dossier")),
    ],
)
def test_reads(line, expected):
    assert parse_line(line, TODAY) == expected


@given(st.permutations(["D2026-014", "1h30", "conclusions", "#audience"]))
def test_the_order_of_the_words_does_not_matter(words):
    assert parse_line(" ".join(words), TODAY) == QuickEntry(
        "D2026-014", 90, "audience", None, "conclusions"
    )


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text):
    assert isinstance(parse_line(text, TODAY), QuickEntry)
