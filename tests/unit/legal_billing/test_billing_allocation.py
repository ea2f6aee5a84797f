"""A payment of several documents: its parts add up, and none is above what is open."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine.allocation import (
    AllocationError,
    NothingToPay,
    Part,
    TooMuch,
    WholeOnly,
    allocate,
    settle,
    take,
)
from legal_billing_engine.transfer import creditor_reference, is_creditor_reference

CENT = Decimal("0.01")
D = Decimal
cents = st.integers(min_value=0, max_value=10**9).map(lambda n: n * CENT)


@st.composite
def choices(draw):
    rows = draw(st.lists(st.tuples(cents, cents, st.booleans()), max_size=8))
    return [
        Part(number, asked, asked + more, is_whole)
        for number, (asked, more, is_whole) in enumerate(rows)
    ]


@given(choices(), cents)
def test_parts_add_up_and_oldest_come_first(parts, amount):
    most = sum((p.asked if p.is_whole else p.most for p in parts), D(0))
    least = sum((p.asked for p in parts if p.is_whole), D(0))
    try:
        shares = allocate(parts, amount)
    except TooMuch:
        assert amount > most
        return
    except WholeOnly:
        assert amount < least
        return
    except NothingToPay:
        assert amount <= 0
        return
    assert sum(shares.values()) == amount
    assert all(share > 0 for share in shares.values())
    loose = [part for part in parts if not part.is_whole]
    for part in parts:
        share = shares.get(part.key, D(0))
        assert share <= max(part.asked, part.most)
        if part.is_whole:
            assert share == part.asked
    # nobody gets anything while an older one lacks what is asked for it
    for index, part in enumerate(loose):
        if shares.get(part.key, D(0)) < part.asked:
            assert not any(shares.get(later.key) for later in loose[index + 1 :])


@given(choices())
def test_all_that_is_asked_is_given_as_asked(parts):
    wanted = {part.key: part.asked for part in parts if part.asked}
    if not wanted:
        with pytest.raises(NothingToPay):
            allocate(parts)
        return
    assert allocate(parts) == wanted


@given(st.dictionaries(st.integers(), cents, max_size=8), st.data())
def test_what_no_longer_fits_is_left_over(shares, data):
    opens = {key: data.draw(cents) for key in shares}
    settled, rest = settle(shares, opens)
    assert sum(settled.values(), rest) == sum(shares.values())
    assert rest >= 0
    for key, amount in settled.items():
        assert 0 < amount <= min(shares[key], opens[key])


@given(st.dictionaries(st.integers(), cents, max_size=8), cents)
def test_part_captured_takes_the_first_shares(shares, amount):
    taken = take(shares, amount)
    assert sum(taken.values()) == min(amount, sum(shares.values()))
    assert all(taken[key] <= shares[key] for key in taken)


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "-Infinity", "sNaN"])
def test_no_amount_is_refused(amount):
    with pytest.raises(AllocationError):
        allocate([Part("a", D(5), D(5))], D(amount))


@pytest.mark.parametrize(
    ("amount", "wanted"),
    [
        ("0.01", {"a": "0.01"}),
        ("100.00", {"a": "100.00"}),
        ("100.01", {"a": "100.00", "b": "0.01"}),
        ("333.33", {"a": "100.00", "b": "200.00", "c": "33.33"}),
        ("350.00", {"a": "100.00", "b": "200.00", "c": "50.00"}),
        ("360.00", {"a": "110.00", "b": "200.00", "c": "50.00"}),
    ],
)
def test_worked_by_hand(amount, wanted):
    parts = [
        Part("a", D("100.00"), D("110.00")),
        Part("b", D("200.00"), D("200.00")),
        Part("c", D("50.00"), D("50.00")),
    ]
    assert allocate(parts, D(amount)) == {k: D(v) for k, v in wanted.items()}


@given(st.from_regex(r"[A-Za-z0-9]{1,21}", fullmatch=True))
def test_reference_proves_itself(text):
    reference = creditor_reference(text)
    assert is_creditor_reference(reference) and len(reference) <= 25


@given(st.integers(min_value=0, max_value=10**12), st.integers(1, 9))
def test_wrong_digit_is_found(number, shift):
    reference = creditor_reference(str(number))
    other = reference[:-1] + str((int(reference[-1]) + shift) % 10)
    assert not is_creditor_reference(other)
