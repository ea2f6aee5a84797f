"""Shares of a bill and prices by the unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import costs

CENT = Decimal("0.01")
amounts = st.decimals("-9999", "9999", places=2)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=6)


@given(amounts, weights)
def test_shares_of_a_whole_add_up_to_it(amount, numbers):
    left = 10_000
    percents = []
    for number in numbers:
        part = min(number, left)
        left -= part
        percents.append(Decimal(part) / 100)
    percents.append(Decimal(left) / 100)
    parts = costs.share_out(amount, percents, CENT)
    assert sum(parts) == amount


@given(amounts, weights)
def test_a_share_is_never_a_cent_away_from_its_percentage(amount, numbers):
    percents = [Decimal(number) / 1000 for number in numbers]
    for part, percent in zip(
        costs.share_out(amount, percents, CENT), percents, strict=True
    ):
        assert abs(part - amount * percent / 100) <= CENT


@pytest.mark.parametrize(
    ("quantity", "rate", "expected"),
    [
        ("120", "0.603", "72.36"),
        ("12.5", "0.6665", "8.33"),
        ("250", "0.92121212", "230.30"),
    ],
    ids=["car", "half up, once", "dollars"],
)
def test_quantity_by_rate_is_rounded_once(quantity, rate, expected):
    assert costs.multiply(Decimal(quantity), Decimal(rate), CENT) == Decimal(expected)
