"""Which level comes next, on which day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.escalation import History, Level, next_step
from legal_dunning_engine.sending_days import SendingCalendar

HOLIDAYS = frozenset({date(2026, 5, 25), date(2026, 7, 14), date(2026, 11, 11)})
CALENDAR = SendingCalendar(HOLIDAYS)
N0 = Level(0, -3)
N1 = Level(1, 7, 3)
N2 = Level(2, 21, 10)
N3 = Level(3, 35, 10)
N4 = Level(4, 60, 10)
LEVELS = [N0, N1, N2]
DUE = date(2026, 5, 15)


def d(month, day):
    return date(2026, month, day)


def heard(*sent, **kw):
    return History(sent=sent, **kw)


# what, history, today, level, day
STEPS = [
    ("fresh invoice waits for the courtesy", heard(), d(5, 1), 0, d(5, 12)),
    ("courtesy leaves on its day", heard(), d(5, 12), 0, d(5, 12)),
    ("courtesy late by a day still leaves", heard(), d(5, 13), 0, d(5, 13)),
    ("courtesy may leave on the due date", heard(), d(5, 15), 0, d(5, 15)),
    ("courtesy is past after the due date", heard(), d(5, 16), 1, d(5, 22)),
    (
        "after the courtesy, the first reminder",
        heard((0, d(5, 12))),
        d(5, 13),
        1,
        d(5, 22),
    ),
    ("first reminder on its day", heard((0, d(5, 12))), d(5, 22), 1, d(5, 22)),
    ("a Sunday waits for Monday", heard((0, d(5, 12))), d(5, 24), 1, d(5, 26)),
    ("old invoice begins courteously", heard(), d(9, 10), 1, d(9, 10)),
    (
        "no jump after a late first reminder",
        heard((1, d(9, 10))),
        d(9, 11),
        2,
        d(9, 21),
    ),
    ("grace after a late first reminder", heard((1, d(6, 4))), d(6, 5), 2, d(6, 15)),
    ("second reminder at its offset", heard((1, d(5, 22))), d(5, 23), 2, d(6, 5)),
    ("second reminder late", heard((1, d(5, 22))), d(6, 20), 2, d(6, 20)),
    ("all sent", heard((1, d(5, 22)), (2, d(6, 5))), d(6, 6), None, None),
    (
        "courtesy sent does not count twice",
        heard((0, d(5, 12)), (1, d(5, 22))),
        d(5, 23),
        2,
        d(6, 5),
    ),
    (
        "letter to post holds the ladder",
        heard((0, d(5, 12)), is_awaiting=True),
        d(5, 22),
        None,
        None,
    ),
    (
        "postponed by a person",
        heard((0, d(5, 12)), held_until=d(5, 29)),
        d(5, 22),
        1,
        d(5, 29),
    ),
    ("postponed to a holiday", heard(held_until=d(7, 14)), d(5, 22), 1, d(7, 15)),
    (
        "skipped: same level when the next is due",
        heard((0, d(5, 12)), skipped=((1, d(5, 22)),)),
        d(5, 23),
        1,
        d(6, 5),
    ),
    (
        "skipped twice: a week of rest",
        heard(skipped=((1, d(5, 22)), (1, d(6, 5)))),
        d(6, 6),
        1,
        d(6, 12),
    ),
    (
        "last level skipped comes back",
        heard((1, d(5, 22)), skipped=((2, d(6, 5)),)),
        d(6, 6),
        2,
        d(6, 15),
    ),
    (
        "courtesy skipped: first reminder on time",
        heard(skipped=((0, d(5, 12)),)),
        d(5, 12),
        1,
        d(5, 22),
    ),
    (
        "a higher level sent silences the lower",
        heard((2, d(6, 5))),
        d(6, 6),
        None,
        None,
    ),
    (
        "levels of an older policy count by rank",
        heard((0, d(5, 1)), (1, d(5, 2))),
        d(5, 20),
        2,
        d(6, 5),
    ),
]


@pytest.mark.parametrize(
    ("history", "today", "rank", "on"),
    [row[1:] for row in STEPS],
    ids=[row[0] for row in STEPS],
)
def test_next_step(history, today, rank, on):
    step = next_step(LEVELS, DUE, history, today, CALENDAR)
    assert (step.level and step.level.rank, step.on) == (rank, on)


def test_worked_dates_of_an_invoice_due_on_15_may():
    """Due 15 May 2026: 12 May, 22 May, 5 June, 19 June, 14 July moved to the 15th."""
    levels = [N0, N1, N2, N3, N4]
    history, today, dates = History(), d(5, 1), []
    while True:
        step = next_step(levels, DUE, history, today, CALENDAR)
        if step.level is None:
            break
        dates.append(step.on)
        today = step.on
        history = replace(history, sent=(*history.sent, (step.level.rank, step.on)))
    assert dates == [d(5, 12), d(5, 22), d(6, 5), d(6, 19), d(7, 15)]


def test_reasons_say_why_nothing_is_next():
    awaiting = next_step(LEVELS, DUE, heard(is_awaiting=True), d(5, 22), CALENDAR)
    done = next_step(LEVELS, DUE, heard((2, d(6, 5))), d(6, 6), CALENDAR)
    assert (awaiting.reason, done.reason) == ("awaiting", "done")


def test_empty_policy_sends_nothing():
    assert next_step([], DUE, heard(), d(5, 22), CALENDAR).level is None


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
ladders = st.lists(st.integers(-10, 120), min_size=1, max_size=6, unique=True).map(
    lambda offsets: [
        Level(rank, offset, rank % 3 * 5) for rank, offset in enumerate(sorted(offsets))
    ]
)


def simulate(levels, due, start, length, calendar, runs):
    """Run on the days that ``runs`` says; return what was sent as (rank, day)."""
    history = History()
    for offset in range(length):
        today = start + timedelta(days=offset)
        if not calendar.is_open(today) or not runs[offset % len(runs)]:
            continue
        step = next_step(levels, due, history, today, calendar)
        if step.level is not None and step.on == today:
            history = replace(history, sent=(*history.sent, (step.level.rank, today)))
    return history.sent


@given(
    ladders,
    days,
    st.integers(-30, 200),
    st.lists(st.booleans(), min_size=1, max_size=9),
    st.booleans(),
    st.sets(days, max_size=20),
)
def test_properties_of_any_run(levels, due, start, runs, saturday, holidays):
    calendar = SendingCalendar(frozenset(holidays), saturday)
    sent = simulate(levels, due, due + timedelta(days=start), 250, calendar, runs)
    ranks = [rank for rank, _day in sent]
    # each level once, in order
    assert ranks == sorted(set(ranks))
    # no level after the due date is jumped
    late = [level.rank for level in levels if not level.is_preventive]
    heard_late = [rank for rank in ranks if rank in late]
    assert heard_late == late[: len(heard_late)]
    previous = None
    for rank, day in sent:
        assert calendar.is_open(day)
        assert day >= due + timedelta(days=levels[rank].offset_days)
        if levels[rank].is_preventive:
            assert day <= due
        if previous:
            assert (day - previous).days >= max(levels[rank].grace_days, 0)
        previous = day


@given(ladders, days, days)
def test_step_is_never_in_the_past_nor_on_a_closed_day(levels, due, today):
    step = next_step(levels, due, History(), today, CALENDAR)
    if step.level is not None:
        assert step.on >= today and CALENDAR.is_open(step.on)
