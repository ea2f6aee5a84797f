"""Which traces are one piece of work, and how long it took."""

from datetime import datetime, timedelta

import pytest
from legal_timesheet_engine.pieces import (
    Trace,
    group_traces,
    span_minutes,
    sum_minutes,
)

NINE = datetime(2026, 3, 3, 9)
TASK = ("project.task", 1)
NOTE = ("project.task", 2)


def trace(number, kind="message", at=0, minutes=6, matter=5, record=None, lasts=None):
    start = None if at is None else NINE + timedelta(minutes=at)
    stop = start + timedelta(minutes=lasts) if lasts else None
    return Trace(number, kind, minutes, matter, record, start, stop)


#: situation, traces, ids of each piece
CASES = [
    ("nothing", [], []),
    ("one", [trace(1)], [[1]]),
    ("close in time", [trace(1), trace(2, at=15)], [[1, 2]]),
    (
        "a chain of close ones",
        [trace(1), trace(2, at=15), trace(3, at=30)],
        [[1, 2, 3]],
    ),
    ("far in time", [trace(1), trace(2, at=300)], [[1], [2]]),
    (
        "far in time, same record",
        [trace(1, record=TASK), trace(2, at=300, record=TASK)],
        [[1, 2]],
    ),
    (
        "close in time, other record, same matter",
        [trace(1, record=TASK), trace(2, at=5, record=NOTE)],
        [[1, 2]],
    ),
    ("other matter", [trace(1), trace(2, at=5, matter=6)], [[1], [2]]),
    ("no matter", [trace(1, matter=None), trace(2, matter=None)], [[1], [2]]),
    (
        "two meetings",
        [trace(1, "meeting", lasts=60), trace(2, "meeting", at=5, lasts=60)],
        [[1], [2]],
    ),
    (
        "during the meeting",
        [trace(2, at=30), trace(1, "meeting", lasts=60)],
        [[1, 2]],
    ),
    (
        "during a meeting of another matter",
        [trace(2, at=30, matter=6), trace(1, "meeting", lasts=60)],
        [[1], [2]],
    ),
    ("a call stands alone", [trace(1, "call"), trace(2, at=5)], [[1], [2]]),
    ("no hour known", [trace(1, at=None), trace(2, at=None)], [[1], [2]]),
]


@pytest.mark.parametrize(
    ("traces", "pieces"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_pieces(traces, pieces):
    found = [[t.id for t in piece] for piece in group_traces(traces)]
    assert found == pieces
    backwards = [sorted(t.id for t in p) for p in group_traces(traces[::-1])]
    assert sorted(backwards) == sorted(sorted(piece) for piece in pieces)


def test_sum_counts_a_meeting_and_what_was_written_in_it_once():
    meeting = trace(1, "meeting", minutes=60, lasts=60)
    assert sum_minutes([meeting, trace(2, at=30), trace(3, at=90)]) == 66


def test_span_goes_from_the_first_sign_to_the_last():
    assert span_minutes([trace(1), trace(2, at=54)]) == 60
    meeting = trace(3, "meeting", minutes=60, lasts=60)
    assert span_minutes([meeting, trace(4, at=90)]) == 90


def test_span_of_what_has_no_hour_is_the_sum():
    assert span_minutes([trace(1, at=None), trace(2, at=None)]) == 12
