"""Risk, recovery, promises and prediction, by hand-worked rows."""

from datetime import date
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legal_dunning_engine import prediction, promises, recovery, risk

TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("facts", "score", "codes"),
    [
        (risk.Facts(), 0, []),
        (risk.Facts(oldest_days=120), 43, ["oldest", "unknown"]),
        (risk.Facts(habit_days=-3, paid_count=8, oldest_days=12), 4, ["oldest"]),
        (risk.Facts(habit_days=60, paid_count=3), 25, ["habit"]),
        (
            risk.Facts(
                habit_days=90,
                paid_count=3,
                oldest_days=400,
                overdue=Decimal(50000),
                usual=Decimal(1000),
                broken=5,
                disputes=1,
            ),
            100,
            ["oldest", "habit", "broken", "amount", "dispute"],
        ),
        (risk.Facts(habit_days=12, paid_count=9, kept=1), 0, ["habit", "kept"]),
    ],
)
def test_risk_has_its_reasons(facts, score, codes):
    found = risk.assess(facts)
    assert found.score == score
    assert [reason.code for reason in found.reasons] == codes


@given(
    st.builds(
        risk.Facts,
        habit_days=st.none() | st.integers(-100, 1000),
        oldest_days=st.integers(0, 5000),
        overdue=st.decimals(0, 10**7, places=2),
        usual=st.decimals(0, 10**6, places=2),
        broken=st.integers(0, 50),
        kept=st.integers(0, 50),
        disputes=st.integers(0, 5),
    )
)
def test_risk_stays_within_bounds_and_a_broken_promise_never_lowers_it(facts):
    found = risk.assess(facts)
    assert 0 <= found.score <= 100
    worse = risk.Facts(**{**vars(facts), "broken": facts.broken + 1})
    assert risk.assess(worse).score >= found.score


@given(st.integers(0, 100), st.integers(0, 99))
def test_recovery_falls_with_risk_and_effort(score, lower):
    amount = Decimal(1000)
    calm, tense = sorted((score, lower))
    at_calm = recovery.expect(amount, calm, recovery.CALL)
    at_tense = recovery.expect(amount, tense, recovery.CALL)
    assert at_calm.value >= at_tense.value
    assert at_calm.value >= recovery.expect(amount, calm, recovery.DISPUTE).value


def test_nothing_to_ask_brings_nothing():
    assert recovery.expect(Decimal(-5), 10, recovery.CALL).value == 0


@pytest.mark.parametrize(
    ("received", "left", "today", "state"),
    [
        ([], 500, date(2026, 6, 10), "open"),
        ([], 500, date(2026, 6, 12), "open"),
        ([], 500, date(2026, 6, 13), "broken"),
        ([(date(2026, 6, 5), 499)], 1, date(2026, 6, 13), "broken"),
        ([(date(2026, 6, 5), 200), (date(2026, 6, 12), 300)], 0, TODAY, "kept"),
        ([(date(2026, 5, 31), 500)], 100, TODAY, "broken"),
        ([(date(2026, 6, 1), 500)], 100, date(2026, 6, 2), "kept"),
        ([], 0, date(2026, 6, 5), "kept"),
        ([], 0, TODAY, "broken"),
    ],
)
def test_promise_is_judged_by_the_ledger(received, left, today, state):
    promise = promises.Promise(
        Decimal(500), date(2026, 6, 1), date(2026, 6, 10), grace_days=2
    )
    received = [(day, Decimal(amount)) for day, amount in received]
    assert promises.judge(promise, received, Decimal(left), today) == state


def paid(payer, *delays, size=0, practice="A"):
    return [prediction.Paid(payer, size, practice, delay) for delay in delays]


def test_no_history_gives_no_forecast():
    history = prediction.History([])
    assert history.predict("x", 0, "A") is None
    assert history.measure_error() == (0, None)


def test_a_payers_own_record_prevails_with_its_length():
    firm = paid("others", *[0] * 20)
    short = prediction.History(firm + paid("slow", 30))
    long = prediction.History(firm + paid("slow", *[30] * 40))
    few, many = short.predict("slow", 0, "A"), long.predict("slow", 0, "A")
    assert few.days == 6  # 30 × 1/5
    assert many.days > 25
    assert few.get_step("payer").count == 1
    assert few.get_step("firm").count == 21


def test_an_unknown_payer_follows_the_practice_and_the_amount():
    history = prediction.History(
        paid("a", *[0] * 30)
        + paid("b", *[40] * 30, size=2, practice="B")
        + paid("c", *[2] * 30)
    )
    assert history.predict("new", 0, "A").days < 10
    assert history.predict("new", 2, "B").days > 20
    assert history.get_habit("b") == (30, 40)
    assert history.get_habit("new") == (0, None)


@given(st.lists(st.integers(-30, 200), min_size=2, max_size=30), st.data())
def test_leaving_one_out_is_the_median_of_the_others(delays, data):
    delays.sort()
    index = data.draw(st.integers(0, len(delays) - 1))
    others = delays[:index] + delays[index + 1 :]
    assert prediction._median(delays, delays[index]) == (len(others), median(others))


def test_error_is_measured_on_others_than_the_invoice_itself():
    history = prediction.History(paid("a", 10, 10, 10, 10, 10) + paid("b", 60))
    count, error = history.measure_error()
    assert count == 6
    assert error == 0  # five of six are exactly foretold; the sixth is not
