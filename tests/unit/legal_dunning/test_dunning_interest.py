"""Penalties between professionals, and the figures they were worked out with."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.exceptions import RateGapError
from legal_dunning_engine.interest import Rate, simple_interest

CENT = D("0.01")
LATE = [
    Rate(D("12.15"), date(2025, 7, 1), date(2025, 12, 31)),
    Rate(D("12.15"), date(2026, 1, 1), date(2026, 6, 30)),
    Rate(D("12.40"), date(2026, 7, 1), date(2026, 12, 31)),
]
LEGAL = [
    Rate(D("2.76"), date(2025, 7, 1), date(2025, 12, 31)),
    Rate(D("2.62"), date(2026, 1, 1), date(2026, 6, 30)),
]


def test_two_half_years():
    result = simple_interest(
        D(6180), [], LATE, date(2026, 5, 15), date(2026, 9, 10), CENT
    )
    assert result.amount == D("245.79")
    assert [step.days for step in result.steps] == [46, 72]
    assert result.percents == (D("12.15"), D("12.40"))


def test_partial_payment():
    result = simple_interest(
        D(6180),
        [(date(2026, 7, 20), D(2000))],
        LATE,
        date(2026, 5, 15),
        date(2026, 9, 10),
        CENT,
    )
    assert result.amount == D("210.46")
    assert [(s.balance, s.days) for s in result.steps] == [
        (D(6180), 46),
        (D(6180), 20),
        (D(4180), 52),
    ]


@pytest.mark.parametrize(
    ("notice", "until", "amount"),
    [
        (date(2026, 6, 1), date(2026, 6, 30), D("3.40")),
        (date(2025, 11, 10), date(2026, 3, 31), D("16.86")),
    ],
)
def test_legal_interest_from_a_notice(notice, until, amount):
    assert (
        simple_interest(D("1634.40"), [], LEGAL, notice, until, CENT).amount == amount
    )


def test_a_missing_rate_names_the_day():
    with pytest.raises(RateGapError) as caught:
        simple_interest(D(100), [], LATE, date(2026, 12, 20), date(2027, 1, 5), CENT)
    assert caught.value.day == date(2027, 1, 1)


def test_nothing_before_the_due_date_is_past():
    result = simple_interest(
        D(100), [], LATE, date(2026, 5, 15), date(2026, 5, 15), CENT
    )
    assert (result.amount, result.steps) == (D("0.00"), ())


def test_payment_before_the_due_date_never_bore_interest():
    paid = simple_interest(
        D(100),
        [(date(2026, 5, 10), D(40))],
        LATE,
        date(2026, 5, 15),
        date(2026, 6, 15),
        CENT,
    )
    less = simple_interest(D(60), [], LATE, date(2026, 5, 15), date(2026, 6, 15), CENT)
    assert paid.amount == less.amount


def test_paid_in_full_stops_the_clock():
    paid = simple_interest(
        D(100),
        [(date(2026, 6, 1), D(100))],
        LATE,
        date(2026, 5, 15),
        date(2028, 6, 15),
        CENT,
    )
    assert paid.steps[-1].last_day == date(2026, 6, 1)


@given(
    st.decimals(1, 100_000, places=2),
    st.integers(1, 300),
    st.integers(0, 300),
)
def test_adjacent_periods_add_up(principal, first, second):
    rates = [Rate(D("12.15"), date(2020, 1, 1))]
    start = date(2026, 1, 1)
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=second)

    def exact(due, until):
        steps = simple_interest(principal, [], rates, due, until, CENT).steps
        return sum((s.balance * s.percent * s.days for s in steps), D(0))

    assert exact(start, middle) + exact(middle, end) == exact(start, end)
