"""Subscriptions: each case worked by hand above it, then what always holds."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import subscription as sub
from legal_billing_engine.fees import Work

CENT = D("0.01")


def periods(start, until, unit="month", end=None, is_calendar=True):
    anchor = sub.get_anchor(start, unit, is_calendar)
    return sub.get_periods(start, end, until, unit, anchor)


def test_first_month_cut_by_the_start():
    """From 10 April: 21 of 30 days; 450 × 21 / 30 = 315."""
    [april] = periods(date(2026, 4, 10), date(2026, 4, 30))
    assert sub.pro_rata(D(450), april, CENT) == D("315.00")


def test_last_month_cut_by_the_end():
    """Until 12 June: 12 of 30 days; 450 × 12 / 30 = 180."""
    june = periods(date(2026, 4, 1), date(2026, 7, 1), end=date(2026, 6, 12))[-1]
    assert sub.pro_rata(D(450), june, CENT) == D("180.00")


def test_month_cut_on_both_sides():
    """From 10 to 19 April: 10 of 30 days; 450 × 10 / 30 = 150."""
    [april] = periods(date(2026, 4, 10), date(2026, 5, 1), end=date(2026, 4, 19))
    assert sub.pro_rata(D(450), april, CENT) == D("150.00")


def test_february_counts_its_own_days():
    """From 15 February 2026: 14 of 28 days; 450 × 14 / 28 = 225."""
    [month] = periods(date(2026, 2, 15), date(2026, 2, 28))
    assert sub.pro_rata(D(450), month, CENT) == D("225.00")


def test_leap_february():
    """From 15 February 2028: 15 of 29 days; 450 × 15 / 29 = 232,7586 → 232,76."""
    [month] = periods(date(2028, 2, 15), date(2028, 2, 28))
    assert sub.pro_rata(D(450), month, CENT) == D("232.76")


def test_quarter_cut_by_the_start():
    """From 10 May: 22 + 30 = 52 of 91 days; 1 350 × 52 / 91 = 771,4286 → 771,43."""
    [quarter] = periods(date(2026, 5, 10), date(2026, 6, 30), "quarter")
    assert (quarter.days, quarter.whole_days) == (52, 91)
    assert sub.pro_rata(D(1350), quarter, CENT) == D("771.43")


def test_year_by_anniversary_is_whole():
    """From 10 April 2026 to 9 April 2027: one whole year, whole amount."""
    [year] = periods(date(2026, 4, 10), date(2027, 4, 9), "year", is_calendar=False)
    assert year.date_to == date(2027, 4, 9)
    assert sub.pro_rata(D(5400), year, CENT) == D(5400)


def test_periods_from_the_31st_come_back_to_it():
    """31 January, 28 February, 31 March: the anchor is not worn by February."""
    found = periods(date(2026, 1, 31), date(2026, 4, 1), is_calendar=False)
    assert [p.date_from.day for p in found] == [31, 28, 31]


def test_period_that_begins_on_the_asked_day_counts():
    """Asked on 1 May: April and May have begun."""
    assert len(periods(date(2026, 4, 10), date(2026, 5, 1))) == 2


def test_included_hours_are_cut_too():
    """2,5 h × 21 / 30 = 1,75 h."""
    [april] = periods(date(2026, 4, 10), date(2026, 4, 30))
    assert sub.pro_rata(D("2.5"), april, sub.HOUR_STEP) == D("1.75")


def test_overage_at_the_agreed_rate():
    """4,1 h used, 2,5 included: 1,6 × 190 = 304."""
    works = [Work(1, D("2.1"), D(220)), Work(2, D("2.0"), D(220))]
    charges = sub.draw_hours(works, D("2.5"), D(190), CENT)
    assert [c.amount for c in charges] == [D(0), D("304.00")]


def test_overage_at_own_rates():
    """2,5 included; 2 h at 280, 1 h at 180: half an hour at 180 = 90."""
    works = [Work(1, D(2), D(280)), Work(2, D(1), D(180))]
    charges = sub.draw_hours(works, D("2.5"), None, CENT)
    assert sum(c.amount for c in charges) == D("90.00")


def test_included_amount():
    """500 included; 2 h at 200 = 400 inside, then 1 h at 200: 100 in, 100 over."""
    works = [Work(1, D(2), D(200)), Work(2, D(1), D(200))]
    charges = sub.draw_amount(works, D(500), None, CENT)
    assert [c.amount for c in charges] == [D(0), D("100.00")]


def test_included_amount_then_an_agreed_rate():
    """300 included; 2 h at 200 are 400: 100 over is half an hour, at 150: 75."""
    [one] = sub.draw_amount([Work(1, D(2), D(200))], D(300), D(150), CENT)
    assert one.amount == D("75.00")


def test_nothing_carried_over():
    """2,5 h, 1 used: the 1,5 left are lost; next month 3 h used: 0,5 over."""
    first, second = sub.roll_forward([D("2.5")] * 2, [D(1), D(3)], D(0))
    assert (first.carried_out, second.over) == (D(0), D("0.5"))


def test_carry_over_within_a_limit():
    """Three idle months of 2,5 h, at most 4 carried: 2,5 then 4 then 4."""
    rolls = sub.roll_forward([D("2.5")] * 3, [D(0)] * 3, D(4))
    assert [r.carried_out for r in rolls] == [D("2.5"), D(4), D(4)]


def test_carry_over_without_limit():
    """Three idle months of 2,5 h: 7,5 h wait for the fourth, 9 used: 1 left."""
    rolls = sub.roll_forward([D("2.5")] * 4, [D(0), D(0), D(0), D(9)], None)
    assert rolls[-1].available == D(10)
    assert rolls[-1].carried_out == D(1)


def test_overage_is_not_paid_back_by_the_next_month():
    """4 h used of 2,5: 1,5 over is billed; the next month has its 2,5 h."""
    rolls = sub.roll_forward([D("2.5")] * 2, [D(4), D(0)], None)
    assert rolls[1].available == D("2.5")


def test_indexed_amount():
    """450 × 120,4 / 117,2 = 462,2867 → 462,29."""
    assert sub.indexed(D(450), D("120.4"), D("117.2"), CENT) == D("462.29")


def test_index_may_go_down():
    """450 × 115 / 117,2 = 441,5529 → 441,55."""
    assert sub.indexed(D(450), D(115), D("117.2"), CENT) == D("441.55")


def test_indexed_then_cut():
    """450 × 120 / 100 = 540; 540 × 21 / 30 = 378."""
    [april] = periods(date(2026, 4, 10), date(2026, 4, 30))
    amount = sub.indexed(D(450), D(120), D(100), CENT)
    assert sub.pro_rata(amount, april, CENT) == D("378.00")


def test_index_missing_is_not_the_last_known():
    values = [(date(2026, 1, 1), date(2026, 3, 31), D(117))]
    with pytest.raises(sub.IndexMissing) as caught:
        sub.find_index(values, date(2026, 4, 1))
    assert caught.value.on == date(2026, 4, 1)


def test_price_revised_each_year_holds_until_the_anniversary():
    base = date(2025, 4, 10)
    assert sub.revision_day(base, date(2026, 4, 9), True) == base
    assert sub.revision_day(base, date(2026, 4, 10), True) == date(2026, 4, 10)


# -- whatever the figures ------------------------------------------------------

days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
units = st.sampled_from(["month", "quarter", "year"])
money = st.decimals(min_value="0", max_value="9999", places=2)
hours = st.decimals(min_value="0", max_value="40", places=2)


@given(days, st.integers(0, 900), units, st.booleans())
def test_periods_follow_each_other_without_gap(start, length, unit, is_calendar):
    end = start + timedelta(days=length)
    found = periods(start, date(2040, 1, 1), unit, end, is_calendar)
    assert found[0].date_from == start
    assert found[-1].date_to == end
    for one, other in zip(found, found[1:], strict=False):
        assert other.date_from == one.date_to + timedelta(days=1)
    assert all(p.is_whole for p in found[1:-1])


@given(days, units, money)
def test_a_whole_period_costs_its_amount(start, unit, amount):
    [period, *_rest] = periods(start, start, unit, is_calendar=False)
    assert period.is_whole
    assert sub.pro_rata(amount, period, CENT) == amount


@given(days, units, money)
def test_a_cut_period_costs_no_more_than_a_whole_one(start, unit, amount):
    [period, *_rest] = periods(start, start, unit)
    assert D(0) <= sub.pro_rata(amount, period, CENT) <= amount


@given(money, st.decimals(min_value="1", max_value="300", places=2))
def test_index_of_its_base_gives_the_amount(amount, index):
    assert sub.indexed(amount, index, index, CENT) == amount


@given(
    st.lists(st.tuples(hours, hours), max_size=12),
    st.none() | hours,
)
def test_carry_over_neither_loses_nor_makes_hours(months, limit):
    included = [m[0] for m in months]
    rolls = sub.roll_forward(included, [m[1] for m in months], limit)
    for roll in rolls:
        assert roll.inside + roll.over == roll.used
        assert roll.inside <= roll.available
        assert limit is None or roll.carried_out <= limit
    inside = sum((roll.inside for roll in rolls), D(0))
    assert inside <= sum(included, D(0))


@given(
    st.lists(st.tuples(hours, money), max_size=15),
    hours,
    st.none() | money,
)
def test_draw_down_never_exceeds_the_package(found, available, rate):
    works = [Work(key, h, r) for key, (h, r) in enumerate(found)]
    charges = sub.draw_hours(works, available, rate, CENT)
    assert sum((c.hours_package for c in charges), D(0)) <= available
    assert sum((c.hours for c in charges), D(0)) == sum((w.hours for w in works), D(0))
