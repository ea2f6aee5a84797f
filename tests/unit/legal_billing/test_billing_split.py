"""Shares: each case worked by hand above it, then what always holds."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import split
from legal_billing_engine.split import Line, Payer

CENT = D("0.01")


def lines(*amounts):
    return [Line(key, D(amount)) for key, amount in enumerate(amounts)]


def share(bill, *payers):
    shares = split.split_lines(
        lines(*bill), [*payers, Payer("rest", "remainder")], CENT
    )
    return {key: found.amount for key, found in shares.items()}


def percent(key, value, keys=None):
    return Payer(key, "percent", D(value), line_keys=keys)


def test_weights_leave_the_odd_cent_to_the_first():
    """100 / 3 = 33,33 each; one cent is left for the first."""
    assert split.by_weights(D(100), [D(1)] * 3, CENT) == [
        D("33.34"),
        D("33.33"),
        D("33.33"),
    ]


def test_weights_give_cents_to_the_largest_fractions():
    """0,05 by 1, 2, 3: 0,8333, 1,6667, 2,5 cents → 1, 2, 2."""
    parts = split.by_weights(D("0.05"), [D(1), D(2), D(3)], CENT)
    assert parts == [D("0.01"), D("0.02"), D("0.02")]


def test_two_thirds_and_the_rest():
    """60 % of 1 000,01 = 600,006 → 600,01; 400,00 left."""
    assert share(["1000.01"], percent("a", 60)) == {"a": D("600.01"), "rest": D(400)}


def test_percentage_is_of_the_whole_not_of_what_is_left():
    """30 % and 30 % of 1 000: 300, 300, and 400 left."""
    found = share(["1000"], percent("a", 30), percent("b", 30))
    assert found == {"a": D(300), "b": D(300), "rest": D(400)}


def test_hundred_percent_leaves_nothing():
    """50 % + 50 % of 0,01: 0,005 → 0,01 for the first; nothing is left."""
    found = share(["0.01"], percent("a", 50), percent("b", 50))
    assert found == {"a": D("0.01"), "b": D(0), "rest": D(0)}


def test_fixed_sum_then_the_rest():
    """500 agreed, 200 already paid: 300 of 1 000; 700 left."""
    found = share(["1000"], Payer("a", "fixed", left=D(300)))
    assert found == {"a": D(300), "rest": D(700)}


def test_fixed_sum_above_the_bill_takes_the_bill():
    """800 left of the agreed sum, a bill of 600: 600, then nothing."""
    found = share(["600"], Payer("a", "fixed", left=D(800)))
    assert found == {"a": D(600), "rest": D(0)}


def test_insurer_pays_its_scale():
    """Scale 350 for the hearing, ceiling 2 000 left: 350 of 1 200; 850 left."""
    found = share(["1200"], Payer("ins", "insurer", left=D(2000), scale=D(350)))
    assert found == {"ins": D(350), "rest": D(850)}


def test_insurer_stops_at_its_ceiling():
    """Scale 350, only 120 left under the ceiling: 120; 1 080 left."""
    found = share(["1200"], Payer("ins", "insurer", left=D(120), scale=D(350)))
    assert found == {"ins": D(120), "rest": D(1080)}


def test_payers_take_in_their_order():
    """Insurer 700 first, then a fixed sum of 500 finds 300; nothing is left."""
    found = share(
        ["1000"],
        Payer("ins", "insurer", left=D(700)),
        Payer("a", "fixed", left=D(500)),
    )
    assert found == {"ins": D(700), "a": D(300), "rest": D(0)}


def test_share_of_one_line_only():
    """Half of the hearing (1 200) is the co-owner's: 600; 684,50 left."""
    found = share(["1200", "84.50"], percent("a", 50, frozenset({0})))
    assert found == {"a": D(600), "rest": D("684.50")}


def test_allowance_is_shared_like_the_rest():
    """5 356 less 356: 40 % of 5 000 = 2 000, 2 142,40 less 142,40 in lines."""
    shares = split.split_lines(
        lines("5356", "-356"), [percent("a", 40), Payer("rest", "remainder")], CENT
    )
    assert shares["a"].by_line == {0: D("2142.40"), 1: D("-142.40")}


def test_credit_note_is_the_bill_upside_down():
    """60 % of −1 000,01 = −600,01."""
    found = share(["-1000.01"], percent("a", 60))
    assert found == {"a": D("-600.01"), "rest": D(-400)}


@pytest.mark.parametrize(
    ("error", "payers"),
    [
        (
            split.SharesOverHundred,
            [percent("a", 60), percent("b", 41), Payer("r", "remainder")],
        ),
        (split.NoRemainderPayer, [percent("a", 100)]),
        (
            split.SeveralRemainderPayers,
            [Payer("a", "remainder"), Payer("b", "remainder")],
        ),
        (split.NegativeShare, [percent("a", -1), Payer("r", "remainder")]),
        (
            split.SharesOverHundred,
            [
                percent("a", 60),
                percent("b", 50, frozenset({0})),
                Payer("r", "remainder"),
            ],
        ),
    ],
)
def test_shares_that_cannot_be_are_refused(error, payers):
    with pytest.raises(error):
        split.split_lines(lines("10"), payers, CENT)


# -- whatever the figures ------------------------------------------------------

money = st.decimals(min_value="0", max_value="99999", places=2)
percents = st.decimals(min_value="0", max_value="33", places=2)
payers = st.lists(
    st.one_of(
        st.tuples(st.just("percent"), percents, st.none(), st.none()),
        st.tuples(st.just("fixed"), st.none(), money, st.none()),
        st.tuples(st.just("insurer"), st.none(), money, st.none() | money),
    ),
    max_size=3,
).map(
    lambda rows: [
        *(
            Payer(key, kind, p, left, scale)
            for key, (kind, p, left, scale) in enumerate(rows)
        ),
        Payer("rest", "remainder"),
    ]
)
bills = st.lists(money, max_size=12).map(lambda rows: lines(*rows))


@given(money, st.lists(money, min_size=1, max_size=9).filter(any))
def test_parts_add_up_to_the_sum(amount, weights):
    assert sum(split.by_weights(amount, weights, CENT)) == amount


@given(bills, payers)
def test_shares_add_up_to_the_bill_line_by_line(bill, found):
    shares = split.split_lines(bill, found, CENT)
    for line in bill:
        parts = [s.by_line.get(line.key, D(0)) for s in shares.values()]
        assert sum(parts) == line.amount
        assert all(D(0) <= part <= line.amount for part in parts)
    for one in shares.values():
        assert sum(one.by_line.values(), D(0)) == one.amount


@given(bills, percents)
def test_a_percentage_is_rounded_once_on_the_whole(bill, value):
    shares = split.split_lines(
        bill, [percent("a", value), Payer("rest", "remainder")], CENT
    )
    total = sum((line.amount for line in bill), D(0))
    assert shares["a"].amount == split.round_money(total * value / 100, CENT)


@given(bills, payers)
def test_a_credit_note_mirrors_its_bill(bill, found):
    back = [Line(line.key, -line.amount) for line in bill]
    one = split.split_lines(bill, found, CENT)
    other = split.split_lines(back, found, CENT)
    for key, mirrored in other.items():
        assert mirrored.amount == -one[key].amount
