"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.durations import (
    format_duration,
    hours_from_minutes,
    minutes_from_hours,
    parse_duration,
)
from legal_timesheet_engine.exceptions import DurationError

minutes = st.integers(min_value=0, max_value=24 * 60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h30", 90),
        ("1 h 30", 90),
        ("1H30", 90),
        ("1h30m", 90),
        ("1:30", 90),
        ("0:06", 6),
        ("1,5", 90),
        ("1.5", 90),
        ("1,5h", 90),
        ("2", 120),
        ("2 heures", 120),
        ("90m", 90),
        ("90 min", 90),
        ("90'", 90),
        ("0,1", 6),
        ("1h5", 65),
        ("  45mn ", 45),
    ],
)
def test_reads(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", None, "demain", "1h75", "h", "-1", "1h30h", "12/3"]
)
def test_refuses_what_is_no_duration(text):
    with pytest.raises(DurationError):
        parse_duration(text)


@given(minutes)
def test_what_is_printed_is_read_back(value):
    assert parse_duration(format_duration(value)) == value


@given(minutes)
def test_hours_and_minutes_are_inverse(value):
    assert minutes_from_hours(float(hours_from_minutes(value))) == value
