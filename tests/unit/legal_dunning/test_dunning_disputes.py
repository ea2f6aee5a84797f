from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.disputes import (
    ACTS,
    CLOSED,
    OPEN,
    acts,
    step,
    suspended,
    within,
)

D = Decimal
amounts = st.lists(st.decimals(0, 9999, places=2), max_size=6)


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_closed_dispute_stays_closed(act):
    assert step(CLOSED, act) is None


@pytest.mark.parametrize("state", OPEN)
def test_every_open_state_can_be_left_for_good(state):
    ends = [act for act in acts(state) if step(state, act).state == CLOSED]
    assert {"maintain", "rebate", "withdraw"} <= set(ends)
    assert all(step(state, act).outcome for act in ends)


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        ("open", "answer", "answered"),
        ("answered", "persist", "open"),
        ("answered", "accept", CLOSED),
        ("open", "persist", None),
        ("mediation", "answer", None),
        ("mediation", "refer", "bar"),
        ("bar", "mediate", None),
        ("open", "mediated", None),
        ("bar", "decided", CLOSED),
        ("mediation", "plan", CLOSED),
    ],
)
def test_table(state, act, after):
    found = step(state, act)
    assert (found.state if found else None) == after


def test_a_question_is_only_talked_about():
    assert acts("open", True) == ("answer", "accept", "withdraw")


@given(amounts, st.decimals(0, 9999, places=2))
def test_suspension_lies_between_nothing_and_what_is_owed(parts, residual):
    found = suspended(parts, residual)
    assert 0 <= found <= residual
    assert found == min(sum(parts, D(0)), residual)
    assert sum(within(parts, residual), D(0)) == found
    assert all(0 <= a <= b for a, b in zip(within(parts, residual), parts, strict=True))
