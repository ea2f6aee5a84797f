"""Adjusting totals: cases worked by hand, then what always holds."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import adjust
from legal_billing_engine.adjust import Line

CENT = D("0.01")
amounts = st.integers(0, 500_000).map(lambda cents: D(cents) * CENT)
bills = st.lists(
    st.tuples(amounts, st.sampled_from(["anne", "hugo", "nadia"])),
    min_size=1,
    max_size=12,
).map(lambda rows: [Line(key, amount, who) for key, (amount, who) in enumerate(rows)])


def total(bill):
    return sum((line.amount for line in bill), D(0))


@given(bills, amounts, st.sampled_from([adjust.PROPORTIONAL, adjust.BY_PERSON]))
def test_lines_add_up_to_the_target_and_are_never_negative(bill, target, rule):
    if not total(bill) and target:
        with pytest.raises(adjust.NothingToAdjust):
            adjust.spread(bill, target, rule, CENT)
        return
    found = adjust.spread(bill, target, rule, CENT)
    assert sum(found.values()) == target
    assert all(amount >= 0 for amount in found.values())
    assert set(found) == {line.key for line in bill}


@given(bills, amounts)
def test_proportional_is_within_a_cent(bill, target):
    if not total(bill):
        return
    found = adjust.spread(bill, target, adjust.PROPORTIONAL, CENT)
    for line in bill:
        exact = target * line.amount / total(bill)
        assert abs(found[line.key] - exact) < CENT


@given(bills, amounts)
def test_nobody_gets_more_from_a_reduction(bill, target):
    if not total(bill) or target > total(bill):
        return
    for rule in (adjust.PROPORTIONAL, adjust.BY_PERSON):
        found = adjust.spread(bill, target, rule, CENT)
        assert all(found[line.key] <= line.amount for line in bill)


@given(bills, amounts)
def test_people_bear_the_same_within_a_cent(bill, target):
    if not total(bill) or target > total(bill):
        return
    found = adjust.spread(bill, target, adjust.BY_PERSON, CENT)
    given_up, left = {}, {}
    for line in bill:
        gone = line.amount - found[line.key]
        given_up[line.person] = given_up.get(line.person, D(0)) + gone
        left[line.person] = left.get(line.person, D(0)) + found[line.key]
    full = max(given_up.values())
    for person, gone in given_up.items():
        assert not left[person] or full - gone <= CENT


@given(st.lists(amounts, min_size=1, max_size=10), st.integers(0, 100))
def test_cut_takes_off_exactly_what_was_said(values, percent):
    off = adjust.percent_of(sum(values), D(percent), CENT)
    left = adjust.cut(values, off, CENT)
    assert sum(values) - sum(left) == off
    assert all(D(0) <= one <= before for one, before in zip(left, values, strict=True))


@given(
    st.lists(st.integers(1, 600), min_size=1, max_size=6),
    st.lists(amounts, min_size=1, max_size=3),
)
def test_parts_of_an_entry_are_the_whole(minutes, sums):
    parts = [D(one) / 60 for one in minutes]
    found = adjust.divide(sum(parts), sums, parts, CENT)
    assert [hours for hours, _amounts in found] == parts
    for rank, amount in enumerate(sums):
        assert sum(own[rank] for _hours, own in found) == amount
        assert all(own[rank] >= 0 for _hours, own in found)


def test_one_person_who_has_little_gives_all_and_the_others_the_rest():
    """2 000 down by 900: 300 each, but Nadia has 100: 100, then 400 and 400."""
    bill = [
        Line(1, D(1000), "anne"),
        Line(2, D(900), "hugo"),
        Line(3, D(100), "nadia"),
    ]
    found = adjust.spread(bill, D(1100), adjust.BY_PERSON, CENT)
    assert found == {1: D(600), 2: D(500), 3: D(0)}


def test_raising_gives_each_person_the_same():
    """1 000 up to 1 100 by two people: 50 each, by lines in proportion."""
    bill = [Line(1, D(300), "a"), Line(2, D(300), "a"), Line(3, D(400), "b")]
    found = adjust.spread(bill, D(1100), adjust.BY_PERSON, CENT)
    assert found == {1: D(325), 2: D(325), 3: D(450)}


@pytest.mark.parametrize(
    ("target", "error"),
    [(D("-0.01"), adjust.NegativeTarget), (D(5), adjust.NothingToAdjust)],
)
def test_what_cannot_be_reached_is_refused(target, error):
    with pytest.raises(error):
        adjust.spread([Line(1, D(0))], target)


@pytest.mark.parametrize("parts", [["0.5", "0.6"], ["1", "0"], ["1.5", "-0.5"]])
def test_parts_that_are_not_the_whole_are_refused(parts):
    with pytest.raises(adjust.PartsDiffer):
        adjust.divide(D(1), [D(100)], [D(part) for part in parts])


def test_no_more_is_cut_than_there_is():
    with pytest.raises(adjust.AdjustError):
        adjust.cut([D(10)], D("10.01"))
    with pytest.raises(adjust.AdjustError):
        adjust.level(D(5), [D(1)], CENT)
