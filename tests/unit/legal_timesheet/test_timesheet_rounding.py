"""Billable minutes: the rule by table, then what holds for any minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.exceptions import RoundingError
from legal_timesheet_engine.rounding import NEAREST, RULES, UP, billable_minutes

minutes = st.integers(min_value=0, max_value=24 * 60)
increments = st.integers(min_value=0, max_value=240)
rules = st.sampled_from(RULES)


@pytest.mark.parametrize(
    ("name", "worked", "increment", "rule", "billed"),
    [
        ("nothing worked", 0, 6, UP, 0),
        ("one minute is a tenth of an hour", 1, 6, UP, 6),
        ("a whole tenth stays", 6, 6, UP, 6),
        ("a minute more opens the next tenth", 7, 6, UP, 12),
        ("an hour stays", 60, 6, UP, 60),
        ("quarter of an hour, up", 31, 15, UP, 45),
        ("nearest, below half", 22, 15, NEAREST, 15),
        ("nearest, a half goes up", 25, 10, NEAREST, 30),
        ("nearest never bills nothing for work", 1, 15, NEAREST, 15),
        ("no increment", 37, 0, UP, 37),
        ("increment of a minute", 37, 1, NEAREST, 37),
    ],
)
def test_rounding_table(name, worked, increment, rule, billed):
    assert billable_minutes(worked, increment, rule) == billed, name


@given(minutes, increments, rules)
def test_result_is_whole_increments(worked, increment, rule):
    billed = billable_minutes(worked, increment, rule)
    assert increment <= 1 or billed % increment == 0


@given(minutes, increments, rules)
def test_less_than_one_increment_away(worked, increment, rule):
    billed = billable_minutes(worked, increment, rule)
    assert abs(billed - worked) < max(increment, 1)


@given(minutes, increments)
def test_up_never_bills_less_than_worked(worked, increment):
    assert billable_minutes(worked, increment, UP) >= worked


@given(minutes, increments, rules)
def test_work_is_never_lost_nor_invented(worked, increment, rule):
    assert bool(billable_minutes(worked, increment, rule)) == bool(worked)


@given(minutes, increments, rules)
def test_rounding_twice_changes_nothing(worked, increment, rule):
    once = billable_minutes(worked, increment, rule)
    assert billable_minutes(once, increment, rule) == once


@given(minutes, minutes, increments, rules)
def test_more_work_never_bills_less(first, second, increment, rule):
    low, high = sorted((first, second))
    assert billable_minutes(low, increment, rule) <= billable_minutes(
        high, increment, rule
    )


@pytest.mark.parametrize("bad", [(-1, 6, UP), (5, -6, UP), (5, 6, "down")])
def test_nonsense_is_refused(bad):
    with pytest.raises(RoundingError):
        billable_minutes(*bad)
