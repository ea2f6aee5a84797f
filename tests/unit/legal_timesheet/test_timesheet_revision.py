"""Revised prices: the arithmetic of the wizard, then what holds for any price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.exceptions import RevisionError
from legal_timesheet_engine.revision import (
    METHODS,
    NEAREST,
    UP,
    revise,
    round_to,
)

D = Decimal
prices = st.decimals(0, 2000, places=2)
steps = st.sampled_from([D(0), D(1), D(5), D("0.5"), D(10)])


@pytest.mark.parametrize(
    ("name", "amount", "mode", "value", "step", "method", "revised"),
    [
        # 280 × 1.03 = 288.40, the multiples of 5 beside it are 285 and 290
        ("+3 % to 5 €", 280, "percent", 3, 5, "nearest", "290.00"),
        ("+3 % down to 5 €", 280, "percent", 3, 5, "down", "285.00"),
        # 180 × 1.03 = 185.40 -> 185
        ("+3 % nearest goes down too", 180, "percent", 3, 5, "nearest", "185.00"),
        ("+3 % up", 180, "percent", 3, 5, "up", "190.00"),
        # 333.33 × 1.025 = 341.66325
        ("to the cent", "333.33", "percent", "2.5", 0, "nearest", "341.66"),
        # 250 - 10 % = 225
        ("a fall", 250, "percent", -10, 5, "nearest", "225.00"),
        ("15 € more", 280, "amount", 15, 0, "nearest", "295.00"),
        ("a new price", 280, "fixed", 300, 0, "nearest", "300.00"),
        ("pro bono stays free", 0, "percent", 3, 5, "nearest", "0.00"),
        # a half goes up: 287.50 lies between 285 and 290
        ("a half goes up", "287.5", "amount", 0, 5, "nearest", "290.00"),
    ],
)
def test_revision_table(name, amount, mode, value, step, method, revised):
    result = revise(D(amount), mode, D(str(value)), D(step), method)
    assert result == D(revised), name


def test_yen_have_no_cents():
    assert revise(D(30001), "percent", D("0.5"), quantum="1") == D(30151)


@pytest.mark.parametrize("bad", [("amount", D(-300)), ("fixed", D(-1)), ("half", D(3))])
def test_nonsense_is_refused(bad):
    with pytest.raises(RevisionError):
        revise(D(280), *bad)


@given(prices, st.decimals(-100, 100, places=2), steps, st.sampled_from(METHODS))
def test_result_is_a_multiple_near_the_exact_price(amount, percent, step, method):
    revised = revise(amount, "percent", percent, step, method)
    exact = amount * (1 + percent / 100)
    assert not step or revised % step == 0
    assert abs(revised - exact) <= max(step, D("0.005"))


@given(prices, steps)
def test_nothing_more_changes_nothing_but_the_rounding(amount, step):
    once = revise(amount, "percent", D(0), step)
    assert revise(once, "percent", D(0), step) == once


@given(prices, prices, steps, st.sampled_from(METHODS))
def test_a_dearer_hour_stays_dearer(first, second, step, method):
    low, high = sorted((first, second))
    assert round_to(low, step, method) <= round_to(high, step, method)


@given(prices, steps)
def test_up_is_never_below_and_nearest_is_between(amount, step):
    down, near, up = (round_to(amount, step, m) for m in ("down", NEAREST, UP))
    assert down <= near <= up
    assert down <= amount <= up
