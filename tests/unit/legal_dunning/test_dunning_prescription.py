"""The prescription clock, against the worked cases and the invariants of the law."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.prescription import (
    BEFORE_START,
    EXPIRED,
    INTERRUPTED,
    MINIMUM,
    NOT_YET,
    RUNNING,
    SUSPENDED,
    TOO_LATE,
    VOID,
    WAIVER,
    Event,
    add_months,
    alert_due,
    alerts,
    earliest_end,
    run,
)

END = date(2024, 9, 30)
TODAY = date(2026, 8, 25)
PAID = Event("payment", date(2025, 11, 15))
SEIZED = Event("bar", date(2026, 8, 20), is_lasting=True)


def mediation(first, last=None, **kw):
    return Event(
        "mediation",
        first,
        is_lasting=True,
        until=last,
        suspends=True,
        minimum_months=6,
        **kw,
    )


@pytest.mark.parametrize(
    ("start", "years", "events", "today", "state", "deadline"),
    [
        # 1: the invoice and the formal notice are no events at all
        (END, 2, [], TODAY, RUNNING, date(2026, 9, 30)),
        # 2: a partial payment starts a whole new period
        (END, 2, [PAID], TODAY, RUNNING, date(2027, 11, 15)),
        # 3: a professional
        (date(2023, 5, 31), 5, [], TODAY, RUNNING, date(2028, 5, 31)),
        # 4: 42 days left, but six months at least after mediation
        (
            date(2024, 3, 15),
            2,
            [mediation(date(2026, 2, 1), date(2026, 5, 15))],
            TODAY,
            RUNNING,
            date(2026, 11, 15),
        ),
        # 5: the bâtonnier was seized in time and has not answered
        (END, 2, [SEIZED], TODAY, INTERRUPTED, None),
        # the proceedings ended: a new period from that day
        (
            END,
            2,
            [Event("bar", date(2026, 8, 20), True, date(2026, 12, 1))],
            date(2027, 1, 5),
            RUNNING,
            date(2028, 12, 1),
        ),
        # they came to nothing (C. civ. 2243)
        (
            END,
            2,
            [Event("bar", date(2026, 8, 20), True, date(2026, 8, 22), is_void=True)],
            TODAY,
            RUNNING,
            date(2026, 9, 30),
        ),
        # one day too late changes nothing, the last day counts
        (
            END,
            2,
            [Event("p", date(2026, 10, 1))],
            date(2026, 11, 1),
            EXPIRED,
            date(2026, 9, 30),
        ),
        (
            END,
            2,
            [Event("p", date(2026, 9, 30))],
            date(2026, 11, 1),
            RUNNING,
            date(2028, 9, 30),
        ),
        # an acknowledgement after the end waives what was gained
        (
            END,
            2,
            [Event("a", date(2026, 10, 5), is_waiver=True)],
            date(2026, 11, 1),
            RUNNING,
            date(2028, 10, 5),
        ),
        # paid before the mandate ended: the clock was not running
        (END, 2, [Event("p", date(2024, 5, 1))], TODAY, RUNNING, date(2026, 9, 30)),
        # long suspension early on: its own days are added
        (
            END,
            2,
            [mediation(date(2025, 1, 1), date(2025, 3, 2))],
            TODAY,
            RUNNING,
            date(2026, 9, 30) + timedelta(60),
        ),
        # still in mediation
        (END, 2, [mediation(date(2026, 8, 1))], TODAY, SUSPENDED, None),
        # mediation after the end is no help
        (
            END,
            2,
            [mediation(date(2026, 10, 3), date(2026, 12, 1))],
            date(2027, 1, 1),
            EXPIRED,
            date(2026, 9, 30),
        ),
        # paid during mediation: a full period once it is over
        (
            END,
            2,
            [
                mediation(date(2025, 1, 1), date(2025, 3, 31)),
                Event("p", date(2025, 2, 10)),
            ],
            TODAY,
            RUNNING,
            date(2027, 2, 10) + (date(2025, 3, 31) - date(2025, 2, 10)),
        ),
        # 29 February
        (date(2024, 2, 29), 2, [], date(2025, 1, 1), RUNNING, date(2026, 2, 28)),
    ],
)
def test_deadlines(start, years, events, today, state, deadline):
    clock = run(start, years, events, today)
    assert (clock.state, clock.deadline) == (state, deadline)


def test_worked_alerts():
    assert alerts(date(2026, 9, 30)) == [
        date(2025, 9, 30),
        date(2026, 3, 30),
        date(2026, 6, 30),
    ]
    assert alert_due(date(2026, 9, 30), date(2026, 10, 9)) == 3


def test_what_stops_the_clock_says_what_it_would_be_without():
    assert run(END, 2, [SEIZED], TODAY).fallback == date(2026, 9, 30)
    both = [mediation(date(2026, 8, 1)), SEIZED]
    assert run(END, 2, both, TODAY).fallback == date(2026, 9, 30)


def test_steps_say_why():
    events = [
        Event("early", date(2024, 5, 1)),
        Event("void", date(2025, 1, 1), is_void=True),
        mediation(date(2026, 8, 1), date(2026, 8, 20)),
        Event("late", date(2027, 4, 1)),
        Event("waiver", date(2027, 5, 1), is_waiver=True),
        Event("future", date(2031, 1, 1)),
    ]
    steps = run(END, 2, events, date(2027, 6, 1)).steps
    assert [step.what for step in steps[1:]] == [
        BEFORE_START,
        VOID,
        MINIMUM,
        TOO_LATE,
        WAIVER,
        NOT_YET,
    ]
    assert steps[0].deadline == date(2026, 9, 30)


def test_earliest_end():
    assert earliest_end({"act": None, "judgment": None}) is None


DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
EVENTS = st.lists(
    st.builds(
        lambda day, length, kind: Event(
            kind,
            day,
            is_lasting=kind in ("bar", "mediation"),
            until=None if length is None else day + timedelta(length),
            suspends=kind == "mediation",
            minimum_months=6 if kind == "mediation" else 0,
            is_void=kind == "void",
            is_waiver=kind == "acknowledgement",
        ),
        DAYS,
        st.none() | st.integers(0, 900),
        st.sampled_from(("payment", "bar", "mediation", "void", "acknowledgement")),
    ),
    max_size=7,
)


@given(DAYS, st.sampled_from((2, 5)), EVENTS, DAYS)
def test_laws_of_the_clock(start, years, events, today):
    clock = run(start, years, events, today)
    stopped = clock.state in (SUSPENDED, INTERRUPTED)
    assert stopped == (clock.deadline is None)
    assert (clock.fallback is not None) == stopped
    # Never less than the period from the end of the mandate.
    plain = add_months(start, 12 * years)
    assert (clock.deadline or clock.fallback) >= plain
    # What has not happened, or came to nothing, changes nothing.
    real = [e for e in events if not e.is_void and e.day <= today]
    again = run(start, years, real, today)
    assert (again.state, again.deadline) == (clock.state, clock.deadline)
    # The order of the list changes nothing; each event has one step.
    assert run(start, years, events[::-1], today).deadline == clock.deadline
    assert len(clock.steps) == len(events) + 1
    if clock.state == EXPIRED:
        assert clock.deadline < today
    if clock.state == RUNNING:
        assert clock.deadline >= today


@given(DAYS, st.sampled_from((2, 5)), st.integers(1, 700), DAYS)
def test_a_payment_in_time_gives_a_whole_period(start, years, after, today):
    day = start + timedelta(after)
    clock = run(start, years, [Event("payment", day)], max(today, day))
    assert clock.deadline == add_months(day, 12 * years)
