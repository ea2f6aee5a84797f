"""Files of time from other programs, read without Odoo."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine import time_table
from legal_timesheet_engine.exceptions import TableError


@pytest.mark.parametrize("program", time_table.PRESETS)
def test_each_program_is_known_by_its_own_headings(program):
    preset = time_table.PRESETS[program]
    headings = list(preset)
    assert time_table.guess_preset(headings) == program
    mapping = time_table.guess_mapping(headings)
    assert set(time_table.REQUIRED) <= set(mapping.values())
    for index, target in mapping.items():
        assert preset[headings[index]] == target


def test_headings_of_our_export_are_read_in_french_and_english():
    french = "Date;Dossier;Client;Personne;E-mail;Nature;Description;Durée"
    english = "Date;Matter;Client;Person;E-mail;Activity;Description;Duration"
    for headings in (french, english):
        mapping = time_table.guess_mapping(headings.split(";"))
        assert list(mapping.values()) == [
            "date",
            "matter",
            "person",
            "email",
            "activity",
            "narrative",
            "hours",
        ]


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("Date;Durée\n1/2/2026;1,5", ";"),
        ("Date,Hours\n2026-02-01,1.5", ","),
        ("Date\tDurée\n1/2/2026\t1,5", "\t"),
        ('a;"b, c, d";e\n1;"2, 3, 4";5', ";"),
    ],
)
def test_the_separator_parts_lines_alike(text, separator):
    assert time_table.find_separator(text) == separator


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("1h30", 90),
        ("1 h 30", 90),
        ("1 h 30 min", 90),
        ("01:30:00", 90),
        ("0:05:31", 6),
        ("90", 5400),
        ("1,25", 75),
        (0.25, 15),
        (True, None),
        ("-0:30", -30),
        ("-", None),
        ("", None),
        (None, None),
        ("hier", None),
    ],
)
def test_durations_of_cells(cell, minutes):
    assert time_table.read_minutes(cell) == minutes


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("3/2/2026", date(2026, 2, 3)),
        ("03-02-26", date(2026, 2, 3)),
        ("03.02.2026", date(2026, 2, 3)),
        ("2026-02-03T10:00:00", date(2026, 2, 3)),
        ("2026-02-30", None),
        ("0/0/2026", None),
        ("", None),
        (3, None),
    ],
)
def test_days_of_cells(cell, day):
    assert time_table.read_day(cell) == day


@given(st.text())
def test_defused_text_comes_back_and_never_begins_a_formula(text):
    defused = time_table.defuse(text)
    assert not defused.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert time_table.arm(defused) == text


@given(st.integers(0, 10000))
def test_a_clock_is_read_as_the_minutes_it_shows(minutes):
    assert time_table.read_minutes(time_table.clock(minutes)) == minutes


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(raw):
    try:
        rows, _encoding, _separator = time_table.read_text(raw)
        time_table.find_table(rows)
    except TableError:
        pass
