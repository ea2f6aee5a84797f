"""What may be asked, and one message a payer."""

from collections import Counter
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.claims import Claim, settle
from legal_dunning_engine.messages import Item, gather

DUE = date(2026, 5, 15)


def claim(due=100, residual=None, disputed=0, key="A", payer=1, currency="EUR", on=DUE):
    residual = due if residual is None else residual
    return Claim(key, payer, currency, on, D(due), D(residual), D(disputed))


CASES = [
    ("plain", claim(100), {}, 100, None),
    ("part disputed", claim(100, disputed=40), {}, 60, None),
    ("all disputed", claim(100, disputed=100), {}, 0, "disputed"),
    ("more disputed than left", claim(50, disputed=80), {}, 0, "disputed"),
    ("dispute bears on what is not due first", claim(50, 100, 50), {}, 50, None),
    ("dispute reaches what is due", claim(50, 100, 70), {}, 30, None),
    ("credit in part", claim(100), {(1, "EUR"): D(30)}, 70, None),
    ("credit covers all", claim(100), {(1, "EUR"): D(100)}, 0, "covered"),
    ("credit above", claim(100), {(1, "EUR"): D(500)}, 0, "covered"),
    ("credit of another payer", claim(100), {(2, "EUR"): D(500)}, 100, None),
    ("credit in another currency", claim(100), {(1, "USD"): D(500)}, 100, None),
    ("dispute and credit", claim(100, disputed=40), {(1, "EUR"): D(60)}, 0, "covered"),
    ("nothing due", claim(0), {}, 0, "nothing_due"),
    ("a cent", claim(D("0.01")), {}, D("0.01"), None),
]


@pytest.mark.parametrize(
    ("one", "credits", "asked", "held"),
    [row[1:] for row in CASES],
    ids=[row[0] for row in CASES],
)
def test_claim(one, credits, asked, held):
    (result,) = settle([one], credits)
    assert (result.asked, result.held) == (D(asked), held)


def test_credit_covers_the_oldest_first_and_order_is_kept():
    young = claim(100, key="young", on=date(2026, 6, 1))
    old = claim(80, key="old", on=date(2026, 4, 1))
    first, second = settle([young, old], {(1, "EUR"): D(100)})
    assert (first.key, first.asked) == ("young", D(80))
    assert (second.key, second.held) == ("old", "covered")


amounts = st.decimals(0, 10_000, places=2)


@given(
    st.lists(st.tuples(amounts, amounts, amounts, st.sampled_from("EU")), max_size=8),
    amounts,
)
def test_never_more_than_is_owed(rows, credit):
    claims = [
        claim(min(due, residual), residual, disputed, key=n, currency=currency)
        for n, (due, residual, disputed, currency) in enumerate(rows)
    ]
    credits = {(1, "E"): credit}
    results = settle(claims, credits)
    assert credits == {(1, "E"): credit}  # left as it was
    for before, after in zip(claims, results, strict=True):
        assert (
            0
            <= after.asked
            <= max(min(before.due, before.residual - before.disputed), 0)
        )
        assert (after.asked > 0) == (after.held is None)
    undisputed = sum(
        max(min(c.due, c.residual - c.disputed), D(0))
        for c in claims
        if c.currency == "E"
    )
    asked = sum(r.asked for r in results if r.currency == "E")
    assert asked == max(undisputed - credit, 0)


def item(key, payer="P", kind="professional", rank=1, on=DUE):
    return Item(key, payer, kind, f"N{rank}", rank, on, D(100), date(2026, 6, 5))


def test_one_message_at_the_highest_level_lists_all():
    (message,) = gather([item(1, rank=1), item(2, rank=2), item(3, rank=0)])
    assert message.level == "N2" and message.main.key == 2
    assert [i.key for i in message.items] == [2, 1, 3]


def test_same_level_speaks_of_the_oldest():
    (message,) = gather([item(1, on=date(2026, 5, 20)), item(2, on=date(2026, 5, 1))])
    assert message.main.key == 2


def test_consumer_and_professional_never_share_a_message():
    (message,) = gather([item(1, kind="consumer", rank=1), item(2, rank=2)])
    assert [i.key for i in message.items] == [2]
    (message,) = gather([item(1, kind="consumer", rank=2), item(2, rank=2)])
    assert [i.key for i in message.items] == [1]


def test_payer_already_written_to_waits():
    assert gather([item(1), item(2, payer="Q")], busy_payers={"P"})[0].payer == "Q"
    assert gather([item(1)], busy_payers={"P"}) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABC"),
            st.sampled_from(["consumer", "professional"]),
            st.integers(0, 3),
        ),
        max_size=15,
    )
)
def test_at_most_one_message_a_payer_and_one_line_an_invoice(rows):
    items = [item(n, p, k, r) for n, (p, k, r) in enumerate(rows)]
    found = gather(items)
    assert max(Counter(m.payer for m in found).values(), default=0) <= 1
    assert max(Counter(i.key for m in found for i in m.items).values(), default=0) <= 1
    assert {m.payer for m in found} == {i.payer for i in items}
    for message in found:
        assert {i.kind for i in message.items} == {message.kind}
        assert message.main.rank == max(
            i.rank for i in items if i.payer == message.payer
        )
