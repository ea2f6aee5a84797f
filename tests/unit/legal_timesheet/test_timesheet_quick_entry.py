"""One line of text read as a time entry."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.quick_entry import (
    QuickEntry,
    is_part_of,
    number_keys,
    parse_line,
    part_words,
    plain,
)

TODAY = date(2026, 3, 3)  # a Tuesday
FIRM = ["D2026-014", "2026/15", "DUPONT 3", "DUPONT 31", "SCI-A", "7 2026 B"]
NUMBERS = {plain(number): number for number in FIRM}


def read(line):
    return parse_line(line, TODAY, NUMBERS)


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
            "D2026-014 1h @lundi appel",
            QuickEntry("D2026-014", 60, None, date(2026, 3, 2), "appel"),
        ),
        (
            "D2026-014 1h @2026-01-09 appel",
            QuickEntry("D2026-014", 60, None, date(2026, 1, 9), "appel"),
        ),
        (
            "D2026-014 1h @nobody bonjour",
            QuickEntry("D2026-014", 60, None, None, "@nobody bonjour"),
        ),
        ("1h # dossier", QuickEntry(None, 60, None, None, "# dossier")),
        ("D2026-014 1 h 30 appel", QuickEntry("D2026-014", 90, None, None, "appel")),
        ("D2026-014 45 min appel", QuickEntry("D2026-014", 45, None, None, "appel")),
        ("2 h D2026-014 note", QuickEntry("D2026-014", 120, None, None, "note")),
        ("1h @@martin appel", QuickEntry(None, 60, None, None, "appel", "martin")),
    ],
)
def test_reads(line, expected):
    assert read(line) == expected


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("d2026014 1h x", "D2026-014"),
        ("2026 / 15 1h x", "2026/15"),
        ("2026.15 1h x", "2026/15"),
        ("1h dupont 3 x", "DUPONT 3"),
        ("1h dupont 31 x", "DUPONT 31"),
        ("Dupont-3 1h x", "DUPONT 3"),
        ("sci a 1h x", "SCI-A"),
        ("7 2026 b 1h x", "7 2026 B"),
        ("dupont 1h x", None),
    ],
)
def test_numbers_of_any_format_are_found_longest_first(line, number):
    entry = read(line)
    assert entry.matter == number
    if number:
        assert (entry.minutes, entry.narrative) == (60, "x")


@pytest.mark.parametrize(
    ("word", "number", "is_part"),
    [
        ("014", "D2026-014", True),
        ("14", "D2026-014", True),
        ("2026-014", "D2026-014", True),
        ("d2026", "D2026-014", True),
        ("2026", "D2026-014", True),
        ("4", "D2026-014", False),
        ("201", "D2026-014", False),
        ("", "D2026-014", False),
        ("dép", "DEP/4", True),
    ],
)
def test_a_part_is_made_of_whole_parts(word, number, is_part):
    assert is_part_of(word, number) is is_part


def test_a_part_stands_for_the_number_only_when_nothing_else_does():
    parts = {"014": "D2026-014"}
    assert parse_line("014 1h x", TODAY, NUMBERS, parts).matter == "D2026-014"
    entry = parse_line("sci-a 1h pièce 014", TODAY, NUMBERS, parts)
    assert (entry.matter, entry.narrative) == ("SCI-A", "pièce 014")


@pytest.mark.parametrize(
    ("line", "matter"),
    [
        ("700 1h conclusions", "700"),
        ("1h30 700 conclusions", "700"),
        ("note sur l'article 700 1h", None),
    ],
)
def test_a_bare_number_after_a_word_is_narrative(line, matter):
    assert parse_line(line, TODAY, {"700": "700"}).matter == matter


def test_an_article_of_the_code_is_no_matter():
    assert part_words("1h30 note sur l'article 700 à 12,5 % #acte @12/03") == []


@given(st.permutations(["D2026-014", "1h30", "conclusions", "#audience"]))
def test_the_order_of_the_words_does_not_matter(words):
    assert read(" ".join(words)) == QuickEntry(
        "D2026-014", 90, "audience", None, "conclusions"
    )


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text):
    assert isinstance(read(text), QuickEntry)
    assert isinstance(number_keys(text), set)
    assert isinstance(part_words(text), list)
