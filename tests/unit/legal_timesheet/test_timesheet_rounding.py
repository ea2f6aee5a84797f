"""Billable minutes: the rule by table, then what holds for any minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.exceptions import RoundingError
from legal_timesheet_engine.rounding import (
    NEAREST,
    RULES,
    UP,
    DayEntry,
    billable_day,
    billable_minutes,
)

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


# ------------------------------------------------------------------- a whole day
days = st.lists(st.integers(1, 600), min_size=1, max_size=12)


def of(worked):
    return [DayEntry(key, minutes) for key, minutes in enumerate(worked, 1)]


@pytest.mark.parametrize(
    ("name", "worked", "increment", "rule", "billed"),
    [
        # 4 + 4 + 4 = 12 is two steps of 6: by entry it would be three
        ("three short calls make two steps", [4, 4, 4], 6, UP, [4, 4, 4]),
        # 10 + 20 + 10 = 40 -> 42, the 2 minutes go to the longest
        ("what is added goes to the longest", [10, 20, 10], 6, UP, [10, 22, 10]),
        # 20 + 20 = 40 -> 42, among equals to the first
        ("among equals to the first", [20, 20], 6, UP, [22, 20]),
        # 62 -> 60, taken from the longest
        ("nearest takes from the longest", [40, 22], 15, NEAREST, [38, 22]),
        # 5 × 13 = 65 -> 60: 5 minutes off the first
        ("off the first of equals", [13] * 5, 60, NEAREST, [8, 13, 13, 13, 13]),
        # 10 × 8 = 80 -> 60: 7 off the first, 7 off the second, 6 off the third
        (
            "no one entry is emptied",
            [8] * 10,
            60,
            NEAREST,
            [1, 1, 2, 8, 8, 8, 8, 8, 8, 8],
        ),
        ("no increment", [7, 8], 0, UP, [7, 8]),
        ("a minute bills one step", [1], 15, NEAREST, [15]),
    ],
)
def test_day_table(name, worked, increment, rule, billed):
    result = billable_day(of(worked), increment, rule)
    assert [result[key] for key in range(1, len(worked) + 1)] == billed, name


@pytest.mark.parametrize(
    ("name", "entries", "billed"),
    [
        # 10 + 10 = 20 -> 24, of which 12 are settled
        ("the rest of the day", [(10, 12), (10, None)], {2: 12}),
        # 10 + 1 = 11 -> 12, all of it settled
        ("covered already", [(10, 12), (1, None)], {2: 0}),
        # 10 + 2 = 12 -> 12, but 18 are settled
        ("settled for more", [(10, 18), (2, None)], {2: 0}),
        ("all settled", [(10, 12)], {}),
    ],
)
def test_settled_entries_of_a_day_stand(name, entries, billed):
    day = [DayEntry(key, *entry) for key, entry in enumerate(entries, 1)]
    assert billable_day(day, 6) == billed, name


@given(days, increments, rules)
def test_the_day_adds_up_to_its_rounded_sum(worked, increment, rule):
    result = billable_day(of(worked), increment, rule)
    assert sum(result.values()) == billable_minutes(sum(worked), increment, rule)
    assert all(minutes >= 0 for minutes in result.values())


@given(days, st.integers(2, 240))
def test_up_by_the_day_never_bills_more_than_by_the_entry(worked, increment):
    by_day = sum(billable_day(of(worked), increment, UP).values())
    assert by_day <= sum(billable_minutes(m, increment, UP) for m in worked)
    assert by_day % increment == 0
    assert by_day >= sum(worked)


@given(days, increments, rules, st.randoms())
def test_the_order_of_the_day_does_not_matter(worked, increment, rule, random):
    entries = of(worked)
    shuffled = random.sample(entries, len(entries))
    assert billable_day(entries, increment, rule) == billable_day(
        shuffled, increment, rule
    )


@given(days, increments, rules)
def test_no_work_of_a_day_is_rounded_to_nothing(worked, increment, rule):
    result = billable_day(of(worked), increment, rule)
    if sum(result.values()) >= len(worked):
        assert all(result.values())


@given(st.lists(st.integers(1, 600), min_size=2, max_size=8), st.integers(2, 60))
def test_approving_a_day_piece_by_piece_bills_the_same_day(worked, increment):
    """Settle the entries one after the other: the day is the day."""
    billed = {}
    for count in range(1, len(worked) + 1):
        day = [DayEntry(k, m, billed.get(k)) for k, m in enumerate(worked[:count], 1)]
        billed |= billable_day(day, increment, UP)
    assert sum(billed.values()) == billable_minutes(sum(worked), increment, UP)
