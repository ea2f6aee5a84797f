from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from legal_dunning_engine import interest
from legal_dunning_engine.instalments import (
    Instalment,
    PlanError,
    check,
    dates,
    divide,
    equal,
    follow,
    freeze,
)

D = Decimal
CENT = D("0.01")
money = st.decimals(D("0.01"), D("999999.99"), places=2)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def schedules():
    return st.builds(
        lambda total, count, first: (total, count, first),
        st.decimals(D("10.00"), D("99999.99"), places=2),
        st.integers(1, 36),
        days,
    )


@pytest.mark.parametrize(
    ("total", "count", "parts"),
    [
        ("1634.40", 5, ["326.88"] * 5),
        ("100.00", 3, ["33.33", "33.33", "33.34"]),
        ("200.00", 3, ["66.67", "66.67", "66.66"]),
        ("0.03", 2, ["0.02", "0.01"]),
        ("500.00", 1, ["500.00"]),
    ],
)
def test_worked_cases(total, count, parts):
    assert divide(D(total), count, CENT) == [D(part) for part in parts]


@pytest.mark.parametrize(
    ("total", "count", "reason"),
    [("100", 0, "few"), ("0.05", 10, "small"), ("0.01", 3, "small"), ("0", 2, "small")],
)
def test_impossible_divisions_are_refused(total, count, reason):
    with pytest.raises(PlanError) as caught:
        divide(D(total), count, CENT)
    assert caught.value.reason == reason


@given(money, st.integers(1, 60))
def test_parts_make_the_sum_and_differ_on_the_last_alone(total, count):
    assume(total >= count * D("0.51"))
    parts = divide(total, count, CENT)
    assert sum(parts) == total
    assert all(part == parts[0] > 0 for part in parts[:-1])
    assert abs(parts[-1] - parts[0]) <= count * D("0.005")


@given(days, st.integers(1, 48), st.sampled_from(["month", "fortnight", "week"]))
def test_days_climb_and_keep_the_day_of_the_month(first, count, rhythm):
    found = dates(first, count, rhythm)
    assert found[0] == first
    assert all(a < b for a, b in zip(found, found[1:], strict=False))
    if rhythm == "month":
        assert all(
            day.day == first.day or (day + timedelta(1)).day == 1 for day in found
        )


@given(schedules())
def test_equal_schedules_pass_their_own_check(case):
    total, count, first = case
    check(equal(total, count, first, CENT), total)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "few"),
        ([(1, "50.00"), (1, "50.00")], "order"),
        ([(2, "50.00"), (1, "50.00")], "order"),
        ([(1, "100.00"), (2, "0.00")], "small"),
        ([(1, "50.00"), (2, "50.01")], "sum"),
    ],
)
def test_bad_schedules_are_refused(rows, reason):
    schedule = [Instalment(date(2026, 1, day), D(amount)) for day, amount in rows]
    with pytest.raises(PlanError) as caught:
        check(schedule, D("100.00"))
    assert caught.value.reason == reason


@given(schedules(), money, money, days, st.integers(0, 15))
def test_following_never_asks_too_much_nor_loses_a_cent(case, paid, credited, today, n):
    total, count, first = case
    schedule = equal(total, count, first, CENT)
    rows = follow(schedule, paid, credited, today, n)
    owed = max(total - credited, D(0))
    assert sum(row.amount for row in rows) == owed
    assert sum(row.paid for row in rows) == min(paid, owed)
    assert all(D(0) <= row.paid <= row.amount for row in rows)
    lefts = [row.left > 0 for row in rows if row.amount]
    assert lefts == sorted(lefts)  # what is paid is paid from the first on
    for row in rows:
        late = row.due_on + timedelta(days=n) < today
        assert row.is_missed == (late and row.left > 0)


def test_story_of_a_plan():
    schedule = equal(D("1634.40"), 5, date(2026, 1, 10), CENT)
    rows = follow(schedule, D("500.00"), D("100.00"), date(2026, 3, 15), 3)
    assert [str(row.paid) for row in rows] == ["326.88", "173.12", *["0.00"] * 3]
    assert [row.is_missed for row in rows] == [False, True, True, False, False]
    assert str(rows[-1].amount) == "226.88"


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(0, 200),
    st.dates(date(2026, 1, 1), date(2026, 6, 30)),
)
def test_frozen_days_bear_nothing_and_all_others_what_they_did(first, length, due_on):
    last = min(first + timedelta(days=length), date(2026, 12, 31))
    rates = [
        interest.Rate(D("12.15"), date(2026, 1, 1), date(2026, 6, 30)),
        interest.Rate(D("12.40"), date(2026, 7, 1), date(2026, 12, 31)),
    ]
    until = date(2026, 12, 31)

    def steps(own):
        result = interest.simple_interest(D(1000), [], own, due_on, until, CENT)
        return {
            step.first_day + timedelta(days=n): step.percent
            for step in result.steps
            for n in range(step.days)
        }

    before, after = steps(rates), steps(freeze(rates, [(first, last)]))
    assert before.keys() == after.keys()
    for day, percent in after.items():
        assert percent == (0 if first <= day <= last else before[day])
