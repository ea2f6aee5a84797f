"""What a timer has counted, and when it asks."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.timers import (
    Timer,
    day_end,
    elapsed,
    question,
    until,
    whole_minutes,
)

NINE = datetime(2026, 3, 3, 9)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("what", "timer", "now", "asks"),
    [
        ("just started", Timer(NINE, NINE), NINE, None),
        ("before the limit", Timer(NINE, NINE), NINE + 3.9 * HOUR, None),
        ("at the limit", Timer(NINE, NINE), NINE + 4 * HOUR, "long"),
        (
            "touched since",
            Timer(NINE, NINE, touched_at=NINE + 3 * HOUR),
            NINE + 6 * HOUR,
            None,
        ),
        ("resumed since", Timer(NINE, NINE + 3 * HOUR), NINE + 6 * HOUR, None),
        ("paused", Timer(NINE, None, 60), NINE + 30 * HOUR, None),
        # Paris is at UTC+1: its midnight is 23:00 UTC
        (
            "minute before midnight",
            Timer(NINE, NINE, 0, NINE + 13 * HOUR),
            datetime(2026, 3, 3, 22, 59),
            None,
        ),
        (
            "midnight",
            Timer(NINE, NINE, 0, NINE + 13 * HOUR),
            datetime(2026, 3, 3, 23),
            "overnight",
        ),
        (
            "all was kept this morning",
            Timer(NINE, NINE, 0, NINE + 24 * HOUR, NINE + 24 * HOUR),
            NINE + 25 * HOUR,
            None,
        ),
        (
            "another night",
            Timer(NINE, NINE, 0, NINE + 24 * HOUR, NINE + 24 * HOUR),
            NINE + 40 * HOUR,
            "overnight",
        ),
    ],
)
def test_asks(what, timer, now, asks):
    assert question(timer, now, 4, "Europe/Paris") == asks, what


def test_no_limit_asks_for_nights_only():
    assert question(Timer(NINE, NINE), NINE + 12 * HOUR, 0) is None


def test_the_day_of_the_clock_change_has_23_hours():
    midnight = datetime(2026, 3, 28, 23)
    assert day_end(midnight, "Europe/Paris") - midnight == 23 * HOUR


@given(st.integers(0, 10**6))
def test_minutes_are_within_half_a_minute(seconds):
    minutes = whole_minutes(seconds)
    assert minutes >= 1
    assert minutes == 1 or abs(minutes * 60 - seconds) <= 30


@given(st.integers(0, 10**5), st.integers(0, 10**5), st.integers(-(10**5), 10**5))
def test_keeping_a_part_is_never_more_than_all(accumulated, runs, offset):
    timer = Timer(NINE, NINE, accumulated)
    now = NINE + timedelta(seconds=runs)
    kept = until(timer, NINE + timedelta(seconds=offset), now)
    assert accumulated <= kept <= elapsed(timer, now)
