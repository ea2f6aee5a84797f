"""No message on a Sunday, a public holiday or at night."""

import importlib.util
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine.sending_days import SendingCalendar, is_open_hour

_PATH = Path(__file__).resolve().parents[3] / "addons/legal_dunning/public_holidays.py"
_spec = importlib.util.spec_from_file_location("legal_dunning_holidays", _PATH)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
french_holidays = _module.french_holidays

FRANCE = SendingCalendar(french_holidays())
ALSACE = SendingCalendar(french_holidays(alsace_moselle=True))
NO_SATURDAY = SendingCalendar(french_holidays(), saturday_open=False)

NATIONAL_2026 = {
    "New Year's Day": date(2026, 1, 1),
    "Easter Monday": date(2026, 4, 6),
    "Labour Day": date(2026, 5, 1),
    "Victory Day": date(2026, 5, 8),
    "Ascension": date(2026, 5, 14),
    "Whit Monday": date(2026, 5, 25),
    "National Day": date(2026, 7, 14),
    "Assumption": date(2026, 8, 15),
    "All Saints": date(2026, 11, 1),
    "Armistice": date(2026, 11, 11),
    "Christmas": date(2026, 12, 25),
}


@pytest.mark.parametrize("day", NATIONAL_2026.values(), ids=NATIONAL_2026)
def test_national_holiday_is_closed(day):
    assert not FRANCE.is_open(day)
    assert not ALSACE.is_open(day)


def test_there_are_eleven_national_holidays():
    year = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert {day for day in year if day in french_holidays()} == set(
        NATIONAL_2026.values()
    )


@pytest.mark.parametrize(
    ("year", "easter_monday"),
    [
        (2025, date(2025, 4, 21)),
        (2026, date(2026, 4, 6)),
        (2027, date(2027, 3, 29)),
        (2028, date(2028, 4, 17)),
        (2030, date(2030, 4, 22)),
    ],
)
def test_easter_monday_moves_each_year(year, easter_monday):
    assert easter_monday.year == year
    assert not FRANCE.is_open(easter_monday)
    assert FRANCE.on_or_after(easter_monday) == easter_monday + timedelta(days=1)


SHIFTS = [
    ("an open day stays", FRANCE, date(2026, 11, 23), date(2026, 11, 23)),
    ("Sunday to Monday", FRANCE, date(2026, 11, 22), date(2026, 11, 23)),
    ("Saturday is a working day", FRANCE, date(2026, 11, 21), date(2026, 11, 21)),
    ("Saturday closed by setting", NO_SATURDAY, date(2026, 11, 21), date(2026, 11, 23)),
    ("National Day to the 15th", FRANCE, date(2026, 7, 14), date(2026, 7, 15)),
    ("holiday on Saturday, then Sunday", FRANCE, date(2026, 8, 15), date(2026, 8, 17)),
    ("Sunday then Easter Monday", FRANCE, date(2026, 4, 5), date(2026, 4, 7)),
    ("Good Friday is open elsewhere", FRANCE, date(2026, 4, 3), date(2026, 4, 3)),
    ("Good Friday in Alsace", ALSACE, date(2026, 4, 3), date(2026, 4, 4)),
    ("26 December is open elsewhere", FRANCE, date(2026, 12, 26), date(2026, 12, 26)),
    ("Christmas to Monday in Alsace", ALSACE, date(2026, 12, 25), date(2026, 12, 28)),
    ("Christmas 2026 elsewhere", FRANCE, date(2026, 12, 25), date(2026, 12, 26)),
    ("Easter in Alsace, Friday", ALSACE, date(2027, 3, 26), date(2027, 3, 27)),
    ("New Year then Saturday", FRANCE, date(2027, 1, 1), date(2027, 1, 2)),
    ("New Year, no Saturday", NO_SATURDAY, date(2027, 1, 1), date(2027, 1, 4)),
    ("Ascension to Friday", FRANCE, date(2026, 5, 14), date(2026, 5, 15)),
]


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [row[1:] for row in SHIFTS],
    ids=[row[0] for row in SHIFTS],
)
def test_shift_to_the_next_open_day(calendar, day, expected):
    assert calendar.on_or_after(day) == expected


def test_after_is_strictly_later():
    assert FRANCE.after(date(2026, 11, 21)) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (time(8, 59, 59), False),
        (time(9), True),
        (time(18, 59), True),
        (time(19), False),
        (time(0), False),
        (time(23), False),
    ],
)
def test_open_hours(moment, is_open):
    assert is_open_hour(moment) is is_open


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.booleans(), st.booleans())
def test_never_a_forbidden_day(day, alsace, saturday):
    closed = french_holidays(alsace)
    found = SendingCalendar(closed, saturday).on_or_after(day)
    assert found >= day
    assert found.weekday() != 6 and found not in closed
    assert saturday or found.weekday() != 5
    assert (found - day).days <= 5
