"""Which traces of a day are one piece of work, and how long it may have taken.

Three messages and a document on one task are one piece of work: the person is asked
once. A meeting or a call stands alone, but takes in what was written during it.
Nothing is merged across matters, or without one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: What has a beginning and an end of its own, and is never merged with its like.
ANCHORS = ("meeting", "call")
#: Traces closer than this belong together, in minutes.
CLOSE = 20
#: Proposed when the source does not say how long it took, in minutes.
MINUTES = {"call": 12, "activity": 12, "message": 6, "task": 6, "document": 12}


@dataclass(frozen=True)
class Trace:
    """One suggestion: ``record`` is what it was done on, ``None`` if nothing."""

    id: int
    kind: str
    minutes: int
    matter: int | None = None
    record: tuple | None = None
    start: datetime | None = None
    stop: datetime | None = None


def group_traces(traces):
    """Return the traces of one day as tuples, each one piece of work, in order.

    >>> nine = datetime(2026, 3, 3, 9)
    >>> meeting = Trace(1, "meeting", 60, 5, None, nine, nine + timedelta(hours=1))
    >>> during = Trace(2, "message", 6, 5, None, nine + timedelta(minutes=30))
    >>> evening = Trace(3, "message", 6, 5, None, nine + timedelta(hours=9))
    >>> [[t.id for t in piece] for piece in group_traces([during, evening, meeting])]
    [[1, 2], [3]]
    """
    ordered = sorted(traces, key=_order)
    pieces = [[t] for t in ordered if t.kind in ANCHORS]
    anchors = list(pieces)
    for trace in (t for t in ordered if t.kind not in ANCHORS):
        home = _find_home(trace, anchors, pieces)
        if home is None:
            pieces.append([trace])
        else:
            home.append(trace)
    pieces.sort(key=lambda piece: min(map(_order, piece)))
    return [tuple(piece) for piece in pieces]


def _order(trace):
    return (trace.start or datetime.max, trace.id)


def _find_home(trace, anchors, pieces):
    if trace.matter is None:
        return None
    for piece in anchors:
        if piece[0].matter == trace.matter and is_during(trace, piece[0]):
            return piece
    for piece in pieces:
        if piece[0].kind in ANCHORS or piece[0].matter != trace.matter:
            continue
        if any(_same_work(trace, other) for other in piece):
            return piece
    return None


def is_during(trace, anchor):
    """Tell whether a trace was left while a meeting or a call was going on."""
    if not (trace.start and anchor.start and anchor.stop):
        return False
    return anchor.start <= trace.start <= anchor.stop


def _same_work(trace, other):
    if trace.record and trace.record == other.record:
        return True
    if not (trace.start and other.start):
        return False
    return abs(trace.start - other.start) <= timedelta(minutes=CLOSE)


def sum_minutes(traces):
    """Return the minutes of a piece; what was done during a meeting counts once.

    >>> nine = datetime(2026, 3, 3, 9)
    >>> meeting = Trace(1, "meeting", 60, 5, None, nine, nine + timedelta(hours=1))
    >>> sum_minutes([meeting, Trace(2, "message", 6, 5, None, nine)])
    60
    >>> sum_minutes([Trace(2, "message", 6, 5), Trace(3, "document", 12, 5)])
    18
    """
    anchors = [trace for trace in traces if trace.kind in ANCHORS]
    return sum(
        trace.minutes
        for trace in traces
        if trace in anchors or not any(is_during(trace, a) for a in anchors)
    )


def span_minutes(traces):
    """Return the minutes from the first sign of work to the last.

    A trace without an end has its own minutes behind it: who sent a message at
    10:06 began to write it before.

    >>> nine = datetime(2026, 3, 3, 9)
    >>> first = Trace(1, "message", 6, 5, None, nine)
    >>> span_minutes([first, Trace(2, "message", 6, 5, None, nine.replace(hour=10))])
    66
    """
    starts = [_beginning(trace) for trace in traces if trace.start]
    if not starts:
        return sum_minutes(traces)
    stops = [trace.stop or trace.start for trace in traces if trace.start]
    return round((max(stops) - min(starts)).total_seconds() / 60)


def _beginning(trace):
    if trace.stop:
        return trace.start
    return trace.start - timedelta(minutes=trace.minutes)
