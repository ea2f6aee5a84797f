"""The limits of the assessment before the bâtonnier."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.assessment import (
    Steps,
    Terms,
    compute,
    current,
    paginate,
    warning_due,
)

TERMS = Terms(4, 4, 1, 1, 15)
SEIZED = date(2026, 8, 20)


@pytest.mark.parametrize(
    ("steps", "today", "expected"),
    [
        (Steps(), date(2026, 9, 1), None),
        (Steps(SEIZED), date(2026, 12, 20), ("decision", date(2026, 12, 20))),
        (Steps(SEIZED), date(2026, 12, 21), ("president", date(2027, 1, 20))),
        # missed: it stays the limit to watch, and is late
        (Steps(SEIZED), date(2027, 2, 1), ("president", date(2027, 1, 20))),
        (
            Steps(SEIZED, extension_months=2),
            date(2026, 12, 21),
            ("decision", date(2027, 2, 20)),
        ),
        # no more than the law allows
        (
            Steps(SEIZED, extension_months=9),
            date(2026, 12, 21),
            ("decision", date(2027, 4, 20)),
        ),
        (
            Steps(SEIZED, decided_on=date(2026, 12, 1)),
            date(2026, 12, 2),
            ("notification", date(2026, 12, 16)),
        ),
        (
            Steps(SEIZED, decided_on=date(2026, 12, 1), notified_on=date(2026, 12, 10)),
            date(2026, 12, 12),
            ("appeal", date(2027, 1, 10)),
        ),
        (
            Steps(SEIZED, decided_on=date(2026, 12, 1), notified_on=date(2026, 12, 10)),
            date(2027, 1, 11),
            None,
        ),
        (Steps(SEIZED, president_seized_on=date(2027, 1, 5)), date(2027, 1, 6), None),
        # 31 October + 4 months
        (Steps(date(2026, 10, 31)), date(2027, 1, 1), ("decision", date(2027, 2, 28))),
    ],
)
def test_limit_to_watch(steps, today, expected):
    assert current(steps, compute(steps, TERMS), today) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 1, 4), None),
        (date(2027, 1, 5), 15),
        (date(2027, 1, 13), 7),
        (date(2027, 1, 18), 2),
        (date(2027, 1, 20), 2),
        (date(2027, 1, 21), None),
    ],
)
def test_warnings(today, expected):
    assert warning_due(date(2027, 1, 20), today) == expected


@given(st.integers(1, 20), st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_pages_follow_each_other(first, counts):
    spans = paginate(first, counts)
    assert spans[0][0] == first
    assert spans[-1][1] == first + sum(counts) - 1
    for (_a, before), (after, _b) in pairwise(spans):
        assert after == before + 1
