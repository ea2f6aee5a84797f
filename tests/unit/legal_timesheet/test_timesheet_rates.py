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


# ---------------------------------------------------------------------- currencies
EURO = replace(FULL, currency="EUR")
SWISS = replace(FULL, currency="CHF", currency_strict=True)


def chf(rate_id, **scope):
    return replace(rate(rate_id, **scope), currency="CHF")


@pytest.mark.parametrize(
    ("name", "request_", "card", "winner"),
    [
        ("the card in francs", SWISS, [GRADE_CARD, chf(2, grade=GRADE)], 2),
        ("the card in euros", EURO, [GRADE_CARD, chf(2, grade=GRADE)], 1),
        ("only a card in euros", SWISS, [GRADE_CARD], None),
        ("only a card in francs", EURO, [chf(1, grade=GRADE)], None),
        ("a franc rate that names the matter", EURO, [GRADE_CARD, chf(2, matter=7)], 2),
        (
            "a franc rate that names the client",
            EURO,
            [GRADE_CARD, chf(2, partner=GROUP)],
            2,
        ),
        (
            "in euros first where the matter has both",
            EURO,
            [rate(1, matter=7), chf(2, matter=7)],
            1,
        ),
        (
            "of two foreign ones none was chosen",
            EURO,
            [GRADE_CARD, chf(2, matter=7), replace(chf(3, matter=7), currency="USD")],
            1,
        ),
        (
            "a euro rate of a matter in francs",
            SWISS,
            [rate(1, matter=7), chf(2, grade=GRADE)],
            2,
        ),
    ],
)
def test_currency_table(name, request_, card, winner):
    assert resolve([request_], card)[0].rate_id == winner, name


def test_what_another_currency_would_give_is_told():
    [result] = resolve([SWISS], [GRADE_CARD])
    assert not result.found
    assert result.elsewhere == (1,)


# ------------------------------------------------------- the oracle: look at all
values = {
    "matter": st.sampled_from([None, MATTER, 77]),
    "partner": st.sampled_from([None, CLIENT, GROUP, 77]),
    "employee": st.sampled_from([None, PERSON, 77]),
    "grade": st.sampled_from([None, GRADE, 77]),
    "activity": st.sampled_from([None, ACTIVITY, 77]),
}
cards = st.lists(
    st.tuples(
        st.fixed_dictionaries(values),
        st.sampled_from(["EUR", "CHF"]),
        st.integers(-20, 20),
        st.one_of(st.none(), st.integers(0, 20)),
    ),
    max_size=16,
)


def without_overlaps(drawn):
    card = []
    for rank, (scope, currency, start, length) in enumerate(drawn, 1):
        first = MAR + timedelta(start)
        last = None if length is None else first + timedelta(length)
        new = replace(rate(rank, first, last, **scope), currency=currency)
        if not any(
            rates.overlaps(new, old) and old.currency == currency for old in card
        ):
            card.append(new)
    return card


def naive(request, card):
    """Every rate is looked at, every rule spelled out: slow, plain, and right."""
    fit = []
    for candidate in card:
        if candidate.date_from > request.on:
            continue
        if candidate.date_to is not None and candidate.date_to < request.on:
            continue
        wanted = {
            "matter": [request.matter],
            "partner": list(request.partners),
            "employee": [request.employee],
            "grade": [request.grade],
            "activity": [request.activity],
        }
        if any(
            getattr(candidate, name) is not None
            and getattr(candidate, name) not in allowed
            for name, allowed in wanted.items()
        ):
            continue
        if candidate.currency != request.currency and (
            request.currency_strict
            or (candidate.matter is None and candidate.partner is None)
        ):
            continue
        fit.append(candidate)

    def rank(candidate):
        named = [getattr(candidate, name) is not None for name in rates.SPECIFICITY]
        up = (
            -request.partners.index(candidate.partner)
            if candidate.partner is not None
            else 0
        )
        return (named, up, candidate.currency == request.currency)

    return max(fit, key=rank, default=None)


@given(cards, st.sampled_from([FULL, replace(FULL, grade=None)]), st.booleans())
def test_the_most_specific_valid_rate_always_wins(drawn, asked, in_francs):
    request = replace(
        asked, currency="CHF" if in_francs else "EUR", currency_strict=in_francs
    )
    card = without_overlaps(drawn)
    best = naive(request, card)
    [result] = resolve([request], card)
    assert result.rate_id == (best and best.id)
    assert result.rate_id not in result.beaten
