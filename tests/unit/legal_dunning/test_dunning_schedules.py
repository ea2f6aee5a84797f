"""Sixty and more schedules, each day worked out by hand, and what holds for all.

The days of a row are those of the levels in their order: the notice before the due
date (D-3), the first reminder (D+7), the second (D+21, ten days after the first), the
formal notice (D+35, ten days after), the decision (D+60, sixteen days after the notice
was received). A closed day gives way to the next open one.
"""

import importlib.util
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from legal_dunning_engine.escalation import (
    AWAITING,
    DONE,
    DUE,
    History,
    Level,
    next_step,
)
from legal_dunning_engine.sending_days import SUNDAY, SendingCalendar

_PATH = Path(__file__).resolve().parents[3] / "addons/legal_dunning/public_holidays.py"
_spec = importlib.util.spec_from_file_location("legal_dunning_days", _PATH)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

FRANCE = SendingCalendar(_module.french_holidays())
ALSACE = SendingCalendar(_module.french_holidays(alsace_moselle=True))
WEEKDAYS = SendingCalendar(_module.french_holidays(), saturday_open=False)
NOTICE = 3
USUAL = [
    Level(0, -3),
    Level(1, 7, 3),
    Level(2, 21, 10),
    Level(NOTICE, 35, 10),
    Level(4, 60, 16),
]
GENTLE = [Level(0, 15), Level(1, 45, 10)]
CHAIN = [Level(0, 7), Level(1, 14, 0, True), Level(2, 14, 0, True)]
LONG = 500


def day(text):
    return datetime.strptime(text, "%d/%m/%y").date()


def walk(
    due_on,
    calendar,
    levels=USUAL,
    start=None,
    pause=(),
    paid=None,
    skip=(),
    postpone=None,
    post=None,
    receipt=4,
):
    """Live an invoice day by day; yield (day, step, whether it may leave, sent).

    :param pause: pairs of days, both included, on which nothing may be said
    :param skip: ranks that a person drops when they first come up
    :param postpone: {rank: day} put off when they first come up
    :param post: {rank: days} letters that wait to be posted
    :param receipt: days until a formal notice is received, or None
    """
    sent, skipped, held, waits = {}, [], None, None
    left, put_off = set(skip), dict(postpone or {})
    today = start or due_on - timedelta(days=30)
    for _n in range(LONG):
        if paid and today >= paid:
            return
        if waits and waits[1] == today:
            sent[waits[0]] = today
            waits = None
        counted = []
        for rank, on in sent.items():
            arrived = receipt is not None and on + timedelta(days=receipt)
            late = rank == NOTICE and arrived and arrived <= today
            counted.append((rank, arrived if late else on))
        history = History(tuple(counted), tuple(skipped), held, bool(waits))
        step = next_step(levels, due_on, history, today, calendar)
        quiet = any(first <= today <= last for first, last in pause)
        leaves = step.reason == DUE and step.on == today and not quiet
        if leaves and step.level.rank in left:
            left.discard(step.level.rank)
            skipped.append((step.level.rank, today))
            leaves = False
        elif leaves and step.level.rank in put_off:
            held = put_off.pop(step.level.rank)
            leaves = False
        elif leaves:
            days = (post or {}).get(step.level.rank)
            if days:
                waits = (step.level.rank, today + timedelta(days=days))
            else:
                sent[step.level.rank] = today
            held = None
        yield today, step, leaves, sent, quiet
        today += timedelta(days=1)


SCHEDULES = [
    (
        "the day of the texts: 14 July waits for the 15th",
        "15/05/26",
        FRANCE,
        {},
        "12/05/26 22/05/26 05/06/26 19/06/26 15/07/26",
    ),
    (
        "a notice on New Year's Day waits a day",
        "04/01/26",
        FRANCE,
        {},
        "02/01/26 12/01/26 26/01/26 09/02/26 05/03/26",
    ),
    ("due", "31/01/26", FRANCE, {}, "28/01/26 07/02/26 21/02/26 07/03/26 01/04/26"),
    ("due", "28/02/26", FRANCE, {}, "25/02/26 07/03/26 21/03/26 04/04/26 29/04/26"),
    (
        "Good Friday is open in France",
        "27/03/26",
        FRANCE,
        {},
        "24/03/26 03/04/26 17/04/26 02/05/26 26/05/26",
    ),
    ("due", "31/03/26", FRANCE, {}, "28/03/26 07/04/26 21/04/26 05/05/26 30/05/26"),
    (
        "Easter Monday, then Ascension",
        "09/04/26",
        FRANCE,
        {},
        "07/04/26 16/04/26 30/04/26 15/05/26 08/06/26",
    ),
    (
        "1 May and Ascension in the way",
        "24/04/26",
        FRANCE,
        {},
        "21/04/26 02/05/26 15/05/26 29/05/26 23/06/26",
    ),
    ("due", "30/04/26", FRANCE, {}, "27/04/26 07/05/26 21/05/26 04/06/26 29/06/26"),
    (
        "8 May is a holiday",
        "01/05/26",
        FRANCE,
        {},
        "28/04/26 09/05/26 22/05/26 05/06/26 30/06/26",
    ),
    (
        "1 May, then Whit Monday",
        "04/05/26",
        FRANCE,
        {},
        "02/05/26 11/05/26 26/05/26 08/06/26 03/07/26",
    ),
    ("due", "31/05/26", FRANCE, {}, "28/05/26 08/06/26 22/06/26 06/07/26 30/07/26"),
    ("due", "07/06/26", FRANCE, {}, "04/06/26 15/06/26 29/06/26 13/07/26 06/08/26"),
    ("due", "09/06/26", FRANCE, {}, "06/06/26 16/06/26 30/06/26 15/07/26 08/08/26"),
    ("14 July", "07/07/26", FRANCE, {}, "04/07/26 15/07/26 28/07/26 11/08/26 05/09/26"),
    ("due", "17/07/26", FRANCE, {}, "15/07/26 24/07/26 07/08/26 21/08/26 15/09/26"),
    (
        "15 August, a Saturday",
        "08/08/26",
        FRANCE,
        {},
        "05/08/26 17/08/26 29/08/26 12/09/26 07/10/26",
    ),
    ("due", "18/08/26", FRANCE, {}, "17/08/26 25/08/26 08/09/26 22/09/26 17/10/26"),
    ("due", "04/10/26", FRANCE, {}, "01/10/26 12/10/26 26/10/26 09/11/26 03/12/26"),
    ("due", "25/10/26", FRANCE, {}, "22/10/26 02/11/26 16/11/26 30/11/26 24/12/26"),
    (
        "All Saints, Armistice",
        "04/11/26",
        FRANCE,
        {},
        "02/11/26 12/11/26 25/11/26 09/12/26 04/01/27",
    ),
    (
        "Christmas Day",
        "04/12/26",
        FRANCE,
        {},
        "01/12/26 11/12/26 26/12/26 08/01/27 02/02/27",
    ),
    ("due", "18/12/26", FRANCE, {}, "15/12/26 26/12/26 08/01/27 22/01/27 16/02/27"),
    (
        "a notice on 25 December",
        "28/12/26",
        FRANCE,
        {},
        "26/12/26 04/01/27 18/01/27 01/02/27 26/02/27",
    ),
    ("due", "31/12/25", FRANCE, {}, "29/12/25 07/01/26 21/01/26 04/02/26 02/03/26"),
    ("due", "28/02/27", FRANCE, {}, "25/02/27 08/03/27 22/03/27 05/04/27 29/04/27"),
    ("due", "22/03/27", FRANCE, {}, "19/03/27 30/03/27 12/04/27 26/04/27 21/05/27"),
    (
        "leap day",
        "29/02/28",
        FRANCE,
        {},
        "26/02/28 07/03/28 21/03/28 04/04/28 29/04/28",
    ),
    ("due", "30/01/28", FRANCE, {}, "27/01/28 07/02/28 21/02/28 06/03/28 30/03/28"),
    (
        "Alsace-Moselle",
        "27/03/26",
        ALSACE,
        {},
        "24/03/26 04/04/26 17/04/26 02/05/26 26/05/26",
    ),
    (
        "Alsace-Moselle",
        "06/04/26",
        ALSACE,
        {},
        "04/04/26 13/04/26 27/04/26 11/05/26 05/06/26",
    ),
    (
        "Alsace-Moselle",
        "19/12/26",
        ALSACE,
        {},
        "16/12/26 28/12/26 09/01/27 23/01/27 17/02/27",
    ),
    (
        "Alsace-Moselle",
        "29/12/26",
        ALSACE,
        {},
        "28/12/26 05/01/27 19/01/27 02/02/27 27/02/27",
    ),
    (
        "Alsace-Moselle",
        "05/12/25",
        ALSACE,
        {},
        "02/12/25 12/12/25 27/12/25 09/01/26 03/02/26",
    ),
    (
        "no Saturday",
        "15/05/26",
        WEEKDAYS,
        {},
        "12/05/26 22/05/26 05/06/26 19/06/26 15/07/26",
    ),
    (
        "no Saturday",
        "16/05/26",
        WEEKDAYS,
        {},
        "13/05/26 26/05/26 08/06/26 22/06/26 15/07/26",
    ),
    (
        "no Saturday",
        "06/06/26",
        WEEKDAYS,
        {},
        "03/06/26 15/06/26 29/06/26 13/07/26 05/08/26",
    ),
    (
        "no Saturday",
        "04/01/26",
        WEEKDAYS,
        {},
        "02/01/26 12/01/26 26/01/26 09/02/26 05/03/26",
    ),
    (
        "looked at after the due date",
        "15/05/26",
        FRANCE,
        {"start": "16/05/26"},
        "- 22/05/26 05/06/26 19/06/26 15/07/26",
    ),
    (
        "old invoice, no level jumped",
        "15/05/26",
        FRANCE,
        {"start": "10/09/26"},
        "- 10/09/26 21/09/26 01/10/26 21/10/26",
    ),
    (
        "first looked at on Whit Sunday",
        "15/05/26",
        FRANCE,
        {"start": "24/05/26"},
        "- 26/05/26 05/06/26 19/06/26 15/07/26",
    ),
    (
        "promise until the 27th",
        "15/05/26",
        FRANCE,
        {"pause": ["20/05/26 27/05/26"]},
        "12/05/26 28/05/26 08/06/26 19/06/26 15/07/26",
    ),
    (
        "dispute in June, then maintained",
        "15/05/26",
        FRANCE,
        {"pause": ["01/06/26 30/06/26"]},
        "12/05/26 22/05/26 01/07/26 11/07/26 31/07/26",
    ),
    (
        "plan kept to its end",
        "15/05/26",
        FRANCE,
        {"pause": ["23/05/26 31/12/26"], "paid": "31/12/26"},
        "12/05/26 22/05/26 - - -",
    ),
    (
        "plan broken on 30 September",
        "15/05/26",
        FRANCE,
        {"pause": ["23/05/26 30/09/26"]},
        "12/05/26 22/05/26 01/10/26 12/10/26 02/11/26",
    ),
    (
        "paid the day before a reminder",
        "15/05/26",
        FRANCE,
        {"paid": "21/05/26"},
        "12/05/26 - - - -",
    ),
    (
        "paid the very morning",
        "15/05/26",
        FRANCE,
        {"paid": "22/05/26"},
        "12/05/26 - - - -",
    ),
    (
        "paid after the first",
        "15/05/26",
        FRANCE,
        {"paid": "04/06/26"},
        "12/05/26 22/05/26 - - -",
    ),
    (
        "paid on the holiday before the decision",
        "15/05/26",
        FRANCE,
        {"paid": "14/07/26"},
        "12/05/26 22/05/26 05/06/26 19/06/26 -",
    ),
    (
        "paused until the due date: the notice is past",
        "15/05/26",
        FRANCE,
        {"pause": ["10/05/26 15/05/26"]},
        "- 22/05/26 05/06/26 19/06/26 15/07/26",
    ),
    (
        "paused until Ascension: the notice on the due date",
        "15/05/26",
        FRANCE,
        {"pause": ["10/05/26 13/05/26"]},
        "15/05/26 22/05/26 05/06/26 19/06/26 15/07/26",
    ),
    (
        "first reminder skipped by a person",
        "15/05/26",
        FRANCE,
        {"skip": [1]},
        "12/05/26 05/06/26 15/06/26 25/06/26 15/07/26",
    ),
    (
        "postponed to a Sunday",
        "15/05/26",
        FRANCE,
        {"postpone": {1: "31/05/26"}},
        "12/05/26 01/06/26 11/06/26 22/06/26 15/07/26",
    ),
    (
        "letter posted five days later",
        "15/05/26",
        FRANCE,
        {"post": {1: 5}},
        "12/05/26 27/05/26 06/06/26 19/06/26 15/07/26",
    ),
    (
        "letter posted twenty days later",
        "15/05/26",
        FRANCE,
        {"post": {1: 20}},
        "12/05/26 11/06/26 22/06/26 02/07/26 22/07/26",
    ),
    (
        "notice received after twenty days",
        "15/05/26",
        FRANCE,
        {"receipt": 20},
        "12/05/26 22/05/26 05/06/26 19/06/26 25/07/26",
    ),
    (
        "notice never received: from its posting",
        "15/05/26",
        FRANCE,
        {"receipt": None},
        "12/05/26 22/05/26 05/06/26 19/06/26 15/07/26",
    ),
    ("gentle policy", "15/05/26", FRANCE, {"levels": GENTLE}, "30/05/26 29/06/26"),
    (
        "each from the message before",
        "15/05/26",
        FRANCE,
        {"levels": CHAIN},
        "22/05/26 05/06/26 19/06/26",
    ),
    (
        "each from the message before, begun late",
        "15/05/26",
        FRANCE,
        {"levels": CHAIN, "start": "10/09/26"},
        "10/09/26 24/09/26 08/10/26",
    ),
    (
        "each from the message before, posted late",
        "15/05/26",
        FRANCE,
        {"levels": CHAIN, "post": {0: 5}},
        "27/05/26 10/06/26 24/06/26",
    ),
    (
        "two pauses",
        "15/05/26",
        FRANCE,
        {"pause": ["20/05/26 26/05/26", "08/06/26 10/06/26"]},
        "12/05/26 27/05/26 06/06/26 19/06/26 15/07/26",
    ),
    (
        "pause that ends before a closed Saturday",
        "15/05/26",
        WEEKDAYS,
        {"pause": ["18/05/26 29/05/26"]},
        "12/05/26 01/06/26 11/06/26 22/06/26 15/07/26",
    ),
    (
        "friend of the house",
        "15/05/26",
        FRANCE,
        {"pause": ["01/01/26 31/12/27"]},
        "- - - - -",
    ),
]


@pytest.mark.parametrize(
    ("due", "calendar", "facts", "expected"),
    [row[1:] for row in SCHEDULES],
    ids=[f"{row[0]} ({row[1]})" for row in SCHEDULES],
)
def test_schedule(due, calendar, facts, expected):
    facts = dict(facts)
    for name in ("start", "paid"):
        if name in facts:
            facts[name] = day(facts[name])
    facts["pause"] = [
        tuple(day(text) for text in pair.split()) for pair in facts.get("pause", ())
    ]
    facts["postpone"] = {k: day(v) for k, v in facts.get("postpone", {}).items()}
    sent = {}
    for *_rest, found, _quiet in walk(day(due), calendar, **facts):
        sent = found
    levels = facts.get("levels", USUAL)
    text = " ".join(
        f"{sent[level.rank]:%d/%m/%y}" if level.rank in sent else "-"
        for level in levels
    )
    assert text == expected


def test_there_are_sixty():
    assert len(SCHEDULES) >= 60


days = st.dates(date(2025, 1, 1), date(2028, 6, 30))
spans = st.tuples(st.integers(-20, 300), st.integers(0, 90))


@settings(max_examples=60)
@given(
    days,
    st.sampled_from([FRANCE, ALSACE, WEEKDAYS]),
    st.sampled_from([USUAL, GENTLE, CHAIN]),
    st.integers(-30, 200),
    st.lists(spans, max_size=3),
    st.one_of(st.none(), st.integers(0, 300)),
    st.sets(st.integers(0, 4), max_size=2),
    st.dictionaries(st.integers(0, 4), st.integers(1, 60), max_size=2),
    st.one_of(st.none(), st.integers(1, 40)),
)
def test_whatever_happens(
    due, calendar, levels, start, pauses, paid, skip, post, receipt
):
    """At most one message a level, none in a pause, none on a closed day; and while
    something is owed there is a next step or a reason."""
    facts = {
        "levels": levels,
        "start": due + timedelta(days=start),
        "pause": [
            (due + timedelta(days=a), due + timedelta(days=a + length))
            for a, length in pauses
        ],
        "paid": None if paid is None else due + timedelta(days=paid),
        "skip": skip,
        "post": post,
        "receipt": receipt,
    }
    made = []
    for today, step, leaves, _sent, quiet in walk(due, calendar, **facts):
        if leaves:
            made.append(step.level.rank)
            assert not quiet
            assert today.weekday() != SUNDAY
            assert calendar.is_open(today)
            assert facts["paid"] is None or today < facts["paid"]
        if step.reason == DUE:
            assert step.on >= today
            assert calendar.is_open(step.on)
        else:
            assert step.reason in (DONE, AWAITING)
            assert step.level is None
    assert len(made) == len(set(made))
    assert made == sorted(made)
