"""Success fees, instalments, complements and pace: each case worked by hand."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import complement, pace, schedule
from legal_billing_engine.success import Tier, TierMissing, get_base, success_fee

CENT = D("0.01")
TIERS = [Tier(D(0), D(8)), Tier(D(50000), D(6))]


def fee(base, **limits):
    return success_fee(D(base), TIERS, CENT, **limits)


def test_result_over_two_tiers():
    """50 000 × 8 % = 4 000; 13 450 × 6 % = 807; 4 807."""
    assert fee("63450").amount == D("4807.00")


def test_result_within_the_first_tier():
    """12 345,67 × 8 % = 987,6536 → 987,65."""
    assert fee("12345.67").amount == D("987.65")


def test_result_at_the_edge_of_a_tier():
    """50 000 × 8 % = 4 000, one slice."""
    assert len(fee("50000").slices) == 1


def test_three_tiers():
    """10 % to 20 000, 8 % to 100 000, 5 % above, of 150 000:
    2 000 + 6 400 + 2 500 = 10 900."""
    tiers = [Tier(D(0), D(10)), Tier(D(20000), D(8)), Tier(D(100000), D(5))]
    assert success_fee(D(150000), tiers, CENT).amount == D(10900)


def test_nothing_won_owes_nothing_even_with_a_floor():
    """0 obtained: no slice, no fee, no floor."""
    assert fee("0", floor=D(500)).amount == 0


def test_floor():
    """1 000 × 8 % = 80, floor 500: 500."""
    result = fee("1000", floor=D(500))
    assert (result.amount, result.limit) == (D(500), "floor")


def test_ceiling():
    """4 807, ceiling 4 500: 4 500."""
    result = fee("63450", ceiling=D(4500))
    assert (result.amount, result.limit) == (D(4500), "ceiling")


def test_share_of_what_was_saved():
    """Claimed 80 000, paid 16 550: 63 450 saved; 4 807."""
    base = get_base("saved", D(16550), D(80000), D(0), True)
    assert fee(base).amount == D("4807.00")


def test_art_700_left_out_of_the_base():
    """Obtained 65 450, 2 000 of it for art. 700: 63 450; 4 807."""
    base = get_base("gained", D(65450), D(0), D(2000), False)
    assert fee(base).amount == D("4807.00")


def test_share_without_first_tier_is_refused():
    with pytest.raises(TierMissing):
        success_fee(D(100), [Tier(D(10), D(5))], CENT)


def test_thirds_leave_the_cent_to_the_last_instalment():
    """2 500 in thirds: 33,33 % = 833,25 twice, the last 33,34 % = 833,50."""
    parts = schedule.from_percentages(
        D(2500), [D("33.33"), D("33.33"), D("33.34")], CENT
    )
    assert parts == [D("833.25"), D("833.25"), D("833.50")]


def test_last_instalment_takes_the_rounding():
    """100,01 in halves: 50,005 → 50,01, then 50,00."""
    assert schedule.from_percentages(D("100.01"), [D(50)] * 2, CENT)[-1] == D("50.00")


def test_percentages_that_are_not_the_fee_are_refused():
    """40 + 40 = 80."""
    with pytest.raises(schedule.PercentNotHundred) as caught:
        schedule.from_percentages(D(100), [D(40), D(40)], CENT)
    assert caught.value.percent == D(80)


def test_minimum_fee_complement():
    """1 500 at least, 1 120 billed: 380 more."""
    assert complement.minimum_complement(D(1500), D(1120)) == D(380)


def test_expenses_in_percent_of_fees():
    """4 % of 1 234,50 = 49,38."""
    assert complement.percent_expense(D("1234.50"), D(4), CENT) == D("49.38")


def test_pace_of_a_package():
    """13,5 of 15 h in 59 days (1 Jan – 28 Feb): 90 %; 1,5 / (13,5 / 59) = 6,55 →
    7 days: 7 March."""
    state = pace.measure(D(15), D("13.5"), date(2026, 1, 1), date(2026, 2, 28))
    assert state.percent == D(90)
    assert state.used_up_on == date(2026, 3, 7)


def test_pace_of_an_overrun_package():
    """17,7 of 15 h: 118 %, 2,7 over, nothing left today."""
    today = date(2026, 3, 10)
    state = pace.measure(D(15), D("17.7"), date(2026, 1, 1), today)
    assert (state.percent, state.over, state.used_up_on) == (D(118), D("2.7"), today)


def test_pace_of_an_unused_package_tells_no_day():
    assert pace.measure(D(15), D(0), DAY, DAY).used_up_on is None


def test_almost_full_is_not_full():
    """14,995 of 15 = 99,966 %: 99,9."""
    assert pace.get_percent(D(15), D("14.995")) == D("99.9")


def test_thresholds_crossed_at_once():
    """From 40 % to 90 %: 50 and 80; then 80 is not told again."""
    assert pace.crossed(D(100), D(40), D(90), [50, 80, 100]) == [50, 80]
    assert pace.crossed(D(100), D(80), D(90), [50, 80, 100]) == []


DAY = date(2026, 4, 1)
money = st.decimals(min_value="0", max_value="999999", places=2)


@given(money, money)
def test_a_larger_result_never_gives_less(one, other):
    low, high = sorted((one, other))
    assert fee(low).amount <= fee(high).amount


@given(money)
def test_slices_add_up_to_the_result(base):
    assert sum((part.base for part in fee(base).slices), D(0)) == base


@given(money, st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_instalments_add_up_to_the_fee(amount, weights):
    whole = sum(weights)
    percents = [(D(100 * w) / whole).quantize(CENT) for w in weights]
    percents[-1] += 100 - sum(percents)
    assert sum(schedule.from_percentages(amount, percents, CENT)) == amount


@given(money, money)
def test_complement_reaches_the_minimum(minimum, fees):
    assert fees + complement.minimum_complement(minimum, fees) == max(minimum, fees)


@given(money, money, money)
def test_each_threshold_is_crossed_once(size, one, other):
    levels = [50, 80, 100]
    low, high = sorted((one, other))
    steps = pace.crossed(size, D(0), low, levels) + pace.crossed(
        size, low, high, levels
    )
    assert steps == pace.crossed(size, D(0), high, levels)
