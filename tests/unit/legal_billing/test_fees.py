"""Fee arithmetic: hand-worked figures, then what must hold for any figures."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine import fees

CENT = D("0.01")
hours = st.decimals(min_value="0", max_value="24", places=2)
rates = st.decimals(min_value="0", max_value="900", places=2)
works = st.lists(st.tuples(hours, rates), max_size=30).map(
    lambda rows: [fees.Work(key, h, r) for key, (h, r) in enumerate(rows)]
)


@pytest.mark.parametrize(
    ("name", "rows", "total"),
    [
        # 6,5 × 280 = 1 820; 9,2 × 220 = 2 024; 8,4 × 180 = 1 512
        ("three grades", [("6.5", "280"), ("9.2", "220"), ("8.4", "180")], "5356"),
        ("half a cent goes up, entry by entry", [("0.1", "222.25")] * 2, "44.46"),
        ("nothing worked", [], "0"),
    ],
)
def test_hourly_charges_each_entry_at_its_rate(name, rows, total):
    works = [fees.Work(key, D(h), D(r)) for key, (h, r) in enumerate(rows)]
    assert sum(c.amount for c in fees.charge_hourly(works, CENT)) == D(total), name


@pytest.mark.parametrize(
    ("name", "before", "entries", "amounts"),
    [
        ("all inside", "0", ["6", "7.5"], ["0", "0"]),
        # 6,0 + 7,5 + 4,2 = 17,7 h; 2,7 h beyond 15 at 200 = 540
        ("the crossing entry is split", "0", ["6", "7.5", "4.2"], ["0", "0", "540"]),
        ("the package was used before", "15", ["1"], ["200"]),
        ("earlier bills went beyond it already", "16", ["0.5"], ["100"]),
        ("exactly used up", "13.5", ["1.5", "0.1"], ["0", "20"]),
    ],
)
def test_package_is_drawn_in_order_then_charged(name, before, entries, amounts):
    works = [fees.Work(key, D(h), D(180)) for key, h in enumerate(entries)]
    charges = fees.draw_down(works, D(15), D(before), D(200), CENT)
    assert [c.amount for c in charges] == [D(a) for a in amounts], name


def test_package_without_limit_charges_nothing():
    works = [fees.Work(1, D(400), D(280))]
    assert fees.draw_down(works, None, D(0), None, CENT)[0].amount == 0


def test_hours_beyond_a_package_without_rate_are_refused():
    works = [fees.Work(1, D("16.2"), D(180))]
    with pytest.raises(fees.OverrunRateMissing) as caught:
        fees.draw_down(works, D(15), D(0), None, CENT)
    assert caught.value.hours_over == D("1.2")


@pytest.mark.parametrize(
    ("cap", "before", "amount", "excess"),
    [
        ("5000", "0", "5356", "356"),
        ("5000", "0", "5000", "0"),
        ("5000", "4900", "356", "256"),
        ("5000", "5000", "10", "10"),
        ("5000", "5400", "10", "10"),  # a cap lowered later takes nothing back
    ],
)
def test_cap_takes_off_what_is_above_it(cap, before, amount, excess):
    assert fees.cap_excess(D(cap), D(before), D(amount)) == D(excess)


@given(works, hours.map(lambda h: h * 3), hours, rates)
def test_package_never_gives_more_hours_than_it_has(works, included, before, rate):
    charges = fees.draw_down(works, included, before, rate, CENT)
    inside = sum((c.hours_package for c in charges), D(0))
    assert inside <= max(included - before, D(0))
    assert all(D(0) <= c.hours_package <= c.hours for c in charges)
    assert sum((c.hours for c in charges), D(0)) == sum((w.hours for w in works), D(0))


@given(works, hours.map(lambda h: h * 3), rates)
def test_order_of_entries_does_not_change_the_hours_charged(works, included, rate):
    def beyond(rows):
        charges = fees.draw_down(rows, included, D(0), rate, CENT)
        return sum((c.hours - c.hours_package for c in charges), D(0))

    assert beyond(works) == beyond(works[::-1])


@given(
    st.decimals(min_value="0", max_value="100000", places=2),
    st.lists(st.decimals(min_value="0", max_value="9999", places=2), max_size=12),
)
def test_bills_under_a_cap_never_add_up_to_more(cap, amounts):
    billed = D(0)
    for amount in amounts:
        billed += amount - fees.cap_excess(cap, billed, amount)
    assert billed == min(cap, sum(amounts, D(0)))
