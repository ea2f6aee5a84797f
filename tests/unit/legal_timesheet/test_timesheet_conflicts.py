"""Parties on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine.conflicts import (
    BOTH_SIDES,
    CLIENT_IS_OPPOSED,
    OPPONENT_IS_CLIENT,
    Party,
    Sides,
    find_conflicts,
)

ALPHA, BETA, GAMMA = Party(1, "Alpha SAS"), Party(2, "Beta"), Party(3, "Gamma")


@pytest.mark.parametrize(
    ("name", "new", "others", "kinds"),
    [
        ("nothing in common", Sides(9, (ALPHA,), (BETA,)), [Sides(1, (GAMMA,))], []),
        ("same client again", Sides(9, (ALPHA,)), [Sides(1, (ALPHA,))], []),
        ("same opponent again", Sides(9, (), (BETA,)), [Sides(1, (), (BETA,))], []),
        (
            "against a client of the firm",
            Sides(9, (ALPHA,), (BETA,)),
            [Sides(1, (BETA,))],
            [OPPONENT_IS_CLIENT],
        ),
        (
            "for somebody the firm acts against",
            Sides(9, (ALPHA,)),
            [Sides(1, (GAMMA,), (ALPHA,))],
            [CLIENT_IS_OPPOSED],
        ),
        ("on both sides", Sides(9, (ALPHA,), (ALPHA,)), [], [BOTH_SIDES]),
        (
            "the same name, form apart",
            Sides(9, (), (Party(8, "SAS ALPHA"),)),
            [Sides(1, (ALPHA,))],
            [OPPONENT_IS_CLIENT],
        ),
        (
            "the same register number",
            Sides(9, (), (Party(8, "Ancien nom", "732829320"),)),
            [Sides(1, (Party(1, "Nouveau nom", "732829320"),))],
            [OPPONENT_IS_CLIENT],
        ),
    ],
)
def test_conflict_table(name, new, others, kinds):
    assert [c.kind for c in find_conflicts(new, others)] == kinds, name


parties = st.builds(Party, st.integers(1, 6), st.sampled_from("ABCDEF"))
sides = st.lists(parties, max_size=3).map(tuple)


@given(sides, sides, sides, sides)
def test_conflict_seen_from_either_matter(clients, opponents, theirs, against):
    one, other = Sides(1, clients, opponents), Sides(2, theirs, against)

    def across(found):
        return any(c.kind != BOTH_SIDES for c in found)

    assert across(find_conflicts(one, [other])) == across(find_conflicts(other, [one]))
