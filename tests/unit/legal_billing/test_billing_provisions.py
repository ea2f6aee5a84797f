"""How provisions are used up: never more than they hold, nor than is billed."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import provisions
from legal_billing_engine.provisions import Claim

CENT = D("0.01")
money = st.decimals("0", "5000", places=2)
taxes = st.sampled_from([0, 20])
claims = st.lists(
    st.tuples(taxes, money, st.none() | money),
    max_size=6,
).map(lambda rows: [Claim(rank, *row) for rank, row in enumerate(rows)])
bills = st.dictionaries(taxes, st.decimals("-50", "9000", places=2))


@given(claims, bills)
def test_never_more_than_it_holds_nor_than_was_chosen(rows, billed):
    parts = provisions.allocate(rows, billed)
    for claim in rows:
        assert 0 <= parts[claim.key] <= claim.available
        if claim.wanted is not None:
            assert parts[claim.key] <= claim.wanted


@given(claims, bills)
def test_never_more_than_is_billed_under_its_tax(rows, billed):
    parts = provisions.allocate(rows, billed)
    for tax in (0, 20):
        used = sum(parts[claim.key] for claim in rows if claim.tax == tax)
        assert used <= max(billed.get(tax, D(0)), D(0))


@given(claims, bills)
def test_nothing_is_kept_back_while_something_is_billed(rows, billed):
    rows = [Claim(c.key, c.tax, c.available) for c in rows]
    parts = provisions.allocate(rows, billed)
    for tax in (0, 20):
        held = sum((c.available for c in rows if c.tax == tax), D(0))
        used = sum((parts[c.key] for c in rows if c.tax == tax), D(0))
        assert used == min(held, max(billed.get(tax, D(0)), D(0)))


@pytest.mark.parametrize(
    ("case", "received", "expected"),
    [
        ("nothing", "0", "0"),
        ("a third, down to the cent", "600", "500"),
        ("500 of 1 800", "500", "416.66"),
        ("all", "1800", "1500"),
        ("more than asked", "1900", "1500"),
    ],
)
def test_what_a_payment_brought_in(case, received, expected):
    found = provisions.received_untaxed(D(1500), D(1800), D(received), CENT)
    assert found == D(expected), case


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("300", "1700"), ("499.99", "1500.01"), ("500", "0"), ("0", "2000")],
)
def test_request_brings_the_balance_back_to_its_level(balance, expected):
    assert provisions.to_request(D(balance), D(500), D(2000)) == D(expected)
