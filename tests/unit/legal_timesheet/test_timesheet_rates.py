"""Which rate wins: a table of scopes and day edges, then properties."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_timesheet_engine import rates
from legal_timesheet_engine.exceptions import AmbiguousRateError
from legal_timesheet_engine.rates import Rate, RateRequest, RateStep, resolve

JAN, MAR, DEC = date(2026, 1, 1), date(2026, 3, 3), date(2026, 12, 31)
MATTER, CLIENT, GROUP, PERSON, GRADE, ACTIVITY = 7, 30, 31, 5, 4, 9
FULL = RateRequest(
    key="entry",
    on=MAR,
    matter=MATTER,
    partners=(CLIENT, GROUP),
    employee=PERSON,
    grade=GRADE,
    activity=ACTIVITY,
)


def rate(rate_id, date_from=JAN, date_to=None, **scope):
    return Rate(rate_id, Decimal(100 + rate_id), "EUR", date_from, date_to, **scope)


GRADE_CARD = rate(1, grade=GRADE)


@pytest.mark.parametrize(
    ("name", "card", "winner"),
    [
        ("no rate at all", [], None),
        ("the grade's card", [GRADE_CARD], 1),
        ("of another grade", [rate(1, grade=99)], None),
        ("a rate of everything is the last resort", [rate(1), rate(2, grade=GRADE)], 2),
        ("activity beats everything", [rate(1), rate(2, activity=ACTIVITY)], 2),
        ("grade beats activity", [rate(1, activity=ACTIVITY), rate(2, grade=GRADE)], 2),
        ("person beats grade", [GRADE_CARD, rate(2, employee=PERSON)], 2),
        (
            "person beats grade × activity",
            [rate(1, grade=GRADE, activity=ACTIVITY), rate(2, employee=PERSON)],
            2,
        ),
        ("client beats person", [rate(1, employee=PERSON), rate(2, partner=CLIENT)], 2),
        (
            "matter beats client × person × grade × activity",
            [
                rate(
                    1, partner=CLIENT, employee=PERSON, grade=GRADE, activity=ACTIVITY
                ),
                rate(2, matter=MATTER),
            ],
            2,
        ),
        (
            "matter × grade beats matter",
            [rate(1, matter=MATTER), rate(2, matter=MATTER, grade=GRADE)],
            2,
        ),
        (
            "matter × client beats matter × person",
            [
                rate(1, matter=MATTER, employee=PERSON),
                rate(2, matter=MATTER, partner=CLIENT),
            ],
            2,
        ),
        (
            "matter of another client's rate does not fit",
            [GRADE_CARD, rate(2, matter=MATTER, partner=99)],
            1,
        ),
        (
            "the client's own before his company's",
            [rate(1, partner=GROUP), rate(2, partner=CLIENT)],
            2,
        ),
        ("the company's where the client has none", [rate(1, partner=GROUP)], 1),
        ("on its first day", [rate(1, date_from=MAR, grade=GRADE)], 1),
        (
            "the day before its first",
            [rate(1, date_from=MAR + timedelta(1), grade=GRADE)],
            None,
        ),
        ("on its last day", [rate(1, date_to=MAR, grade=GRADE)], 1),
        (
            "the day after its last",
            [rate(1, date_to=MAR - timedelta(1), grade=GRADE)],
            None,
        ),
        (
            "an ended precise rate gives way to a wider one",
            [GRADE_CARD, rate(2, matter=MATTER, date_to=MAR - timedelta(1))],
            1,
        ),
        (
            "last year's and this year's card",
            [
                rate(
                    1,
                    date_from=date(2025, 1, 1),
                    date_to=MAR - timedelta(1),
                    grade=GRADE,
                ),
                rate(2, date_from=MAR, grade=GRADE),
            ],
            2,
        ),
        (
            "a rate of zero is a rate",
            [Rate(1, Decimal(0), "EUR", JAN, matter=MATTER)],
            1,
        ),
    ],
)
def test_rate_table(name, card, winner):
    [result] = resolve([FULL], card)
    assert result.rate_id == winner, name


def test_result_says_why():
    [result] = resolve([FULL], [GRADE_CARD, rate(2, matter=MATTER, grade=GRADE)])
    assert result.steps == (RateStep("matter", MATTER), RateStep("grade", GRADE))
    assert result.beaten == (1,)
    assert result.since == JAN


def test_a_request_without_grade_takes_no_rate_of_a_grade():
    assert not resolve([replace(FULL, grade=None)], [GRADE_CARD])[0].found


def test_two_rates_of_one_scope_on_one_day_are_refused():
    with pytest.raises(AmbiguousRateError):
        resolve([FULL], [GRADE_CARD, replace(GRADE_CARD, id=2)])


def test_results_come_in_the_order_of_the_requests():
    other = replace(FULL, key="other", on=JAN - timedelta(1))
    assert [r.key for r in resolve([other, FULL], [GRADE_CARD])] == ["other", "entry"]


scopes = st.fixed_dictionaries(
    {
        "matter": st.sampled_from([None, MATTER]),
        "partner": st.sampled_from([None, CLIENT]),
        "employee": st.sampled_from([None, PERSON]),
        "grade": st.sampled_from([None, GRADE]),
        "activity": st.sampled_from([None, ACTIVITY]),
    }
)


@given(
    st.lists(
        scopes, max_size=12, unique_by=lambda s: tuple(map(s.get, rates.SPECIFICITY))
    ),
    st.randoms(),
)
def test_the_winner_is_the_most_specific_whatever_the_order(found, random):
    card = [rate(i, **scope) for i, scope in enumerate(found, 1)]
    random.shuffle(card)
    [result] = resolve([FULL], card)
    best = max(card, key=rates.specificity, default=None)
    assert result.rate_id == (best and best.id)


@given(scopes, st.integers(0, 800), st.integers(0, 800), st.integers(0, 800))
def test_overlap_means_that_one_day_is_covered_twice(scope, start, end, other_start):
    first = rate(1, JAN + timedelta(start), JAN + timedelta(start + end), **scope)
    second = rate(2, JAN + timedelta(other_start), None, **scope)
    days = {first.date_from, first.date_to, second.date_from}
    shared = any(first.covers(day) and second.covers(day) for day in days)
    assert rates.overlaps(first, second) == shared
    assert rates.overlaps(second, first) == shared
