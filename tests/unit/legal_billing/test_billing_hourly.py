"""Hours under discounts, steps and caps: each case worked by hand above it."""

from datetime import date, timedelta
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from legal_billing_engine.hourly import Before, Entry, HourlyTerm, Step, charge

CENT = D("0.01")
DAY = date(2026, 4, 1)


def entries(*rows):
    """Return one entry a day: (hours, rate)."""
    return [
        Entry(key, DAY + timedelta(days=key), D(hours), D(rate))
        for key, (hours, rate) in enumerate(rows)
    ]


def run(rows, before=None, **term):
    return charge(entries(*rows), HourlyTerm(**term), before or Before(), CENT)


def taken(result):
    return [(a.reason, a.amount) for a in result.allowances]


GRADES = [("6.5", "280"), ("9.2", "220"), ("8.4", "180")]


def test_plain_hours():
    """6,5 × 280 = 1 820; 9,2 × 220 = 2 024; 8,4 × 180 = 1 512; Σ 5 356."""
    result = run(GRADES)
    assert result.amount == D("5356.00")
    assert not result.allowances


def test_blended_rate_replaces_each_rate():
    """6,5 + 9,2 + 8,4 = 24,1 h × 230 = 5 543."""
    result = run(GRADES, blended_rate=D(230))
    assert result.amount == D("5543.00")
    assert {c.rate for c in result.charges} == {D(230)}


def test_blended_rate_under_a_cap():
    """24,1 × 230 = 5 543; capped at 5 000: 543 off."""
    result = run(GRADES, blended_rate=D(230), cap_amount=D(5000))
    assert taken(result) == [("cap_amount", D("543.00"))]


def test_discount_is_on_the_sum():
    """10 % of 5 356 = 535,60; left 4 820,40."""
    result = run(GRADES, discount_percent=D(10))
    assert taken(result) == [("percent", D("535.60"))]
    assert result.amount == D("4820.40")


def test_discount_is_rounded_once():
    """3 × 0,1 h × 222,25 = 22,23 each, 66,69; 7,5 % = 5,00175 → 5,00."""
    result = run([("0.1", "222.25")] * 3, discount_percent=D("7.5"))
    assert taken(result) == [("percent", D("5.00"))]


def test_discount_then_cap():
    """5 356 − 10 % = 4 820,40; capped at 4 500: 320,40 more off."""
    result = run(GRADES, discount_percent=D(10), cap_amount=D(4500))
    assert taken(result) == [("percent", D("535.60")), ("cap_amount", D("320.40"))]
    assert result.amount == D(4500)


def test_discount_may_keep_the_fees_under_the_cap():
    """5 356 − 10 % = 4 820,40 is under 5 000: the cap takes nothing."""
    assert len(run(GRADES, discount_percent=D(10), cap_amount=D(5000)).allowances) == 1


def test_volume_step_discounts_only_the_hours_beyond():
    """Beyond 10 h, 20 % off: 6,5 + 3,5 at full price; 5,7 × 220 × 20 % = 250,80;
    8,4 × 180 × 20 % = 302,40; together 553,20."""
    result = run(GRADES, steps=(Step(D(10), D(20)),))
    assert taken(result) == [("volume", D("553.20"))]
    assert result.allowances[0].figures["hours"] == D("14.1")
    assert result.amount == D("4802.80")


def test_volume_step_at_another_rate():
    """Beyond 20 h at 150: 24,1 − 20 = 4,1 h; 4,1 × (180 − 150) = 123."""
    result = run(GRADES, steps=(Step(D(20), rate=D(150)),))
    assert taken(result) == [("volume", D("123.0"))]


def test_volume_step_never_makes_an_hour_dearer():
    """Beyond 20 h at 200, but those hours cost 180: nothing to take off."""
    assert not run(GRADES, steps=(Step(D(20), rate=D(200)),)).allowances


def test_two_volume_steps():
    """Of 30 h at 100: 10 full, 10 at −10 % (100 off), 10 at −20 % (200 off)."""
    result = run([("30", "100")], steps=(Step(D(10), D(10)), Step(D(20), D(20))))
    assert taken(result) == [("volume", D(100)), ("volume", D(200))]
    assert result.amount == D(2700)


def test_volume_counts_hours_of_earlier_bills():
    """8 h billed before, step at 10: 2 h full, 3 h × 100 × 10 % = 30 off."""
    result = run([("5", "100")], Before(hours=D(8)), steps=(Step(D(10), D(10)),))
    assert taken(result) == [("volume", D(30))]


def test_volume_then_discount():
    """30 h at 100, 10 % off beyond 20 h (100); then 5 % of 2 900 = 145."""
    result = run([("30", "100")], steps=(Step(D(20), D(10)),), discount_percent=D(5))
    assert taken(result) == [("volume", D(100)), ("percent", D(145))]
    assert result.amount == D(2755)


def test_cap_in_amount():
    """Worked case 1: 5 356 − 5 000 = 356 off."""
    assert taken(run(GRADES, cap_amount=D(5000))) == [("cap_amount", D("356.00"))]


def test_cap_in_amount_counts_earlier_bills():
    """4 900 billed, cap 5 000: of 5 356 more, 100 stay; 5 256 off."""
    result = run(GRADES, Before(amount=D(4900)), cap_amount=D(5000))
    assert result.amount == D(100)


def test_cap_in_hours_takes_the_last_hours():
    """Cap 20 h: 6,5 + 9,2 + 4,3 charged; 4,1 × 180 = 738 off."""
    result = run(GRADES, cap_hours=D(20))
    assert taken(result) == [("cap_hours", D("738.00"))]


def test_cap_in_hours_counts_earlier_bills():
    """18 h billed, cap 20: 2 × 280 stay; 4,5 × 280 = 1 260 off."""
    result = run([("6.5", "280")], Before(hours=D(18)), cap_hours=D(20))
    assert taken(result) == [("cap_hours", D("1260.00"))]


def test_cap_in_hours_is_on_the_discounted_price():
    """10 h at 200 less 10 %; cap 8 h: 2 × 180 = 360 off; 2 000 − 200 − 360."""
    result = run([("10", "200")], cap_hours=D(8), discount_percent=D(10))
    assert result.amount == D(1440)


def test_reduced_rate_beyond_a_cap_in_hours():
    """Cap 20 h, then 100 an hour: 4,1 × (180 − 100) = 328 off."""
    result = run(GRADES, cap_hours=D(20), at_cap="reduced", reduced_rate=D(100))
    assert taken(result) == [("cap_hours", D("328.00"))]


def test_reduced_rate_beyond_a_cap_in_amount():
    """Cap 5 000: the last 356 are 356 / 180 = 1,97777… h; at 90 an hour they
    cost 178, half: 178 off; 5 178 billed."""
    result = run(GRADES, cap_amount=D(5000), at_cap="reduced", reduced_rate=D(90))
    assert taken(result) == [("cap_amount", D("178.00"))]
    assert result.amount == D("5178.00")


def test_reduced_rate_above_the_price_takes_nothing():
    """Beyond the cap at 300 an hour, but the hours cost 180: nothing off."""
    result = run(GRADES, cap_hours=D(20), at_cap="reduced", reduced_rate=D(300))
    assert not result.allowances


def test_stop_leaves_the_crossing_entry_and_the_later_ones():
    """Cap 4 000: 1 820 + 2 024 = 3 844; + 1 512 would be 5 356: it waits."""
    result = run(GRADES, cap_amount=D(4000), at_cap="stop")
    assert result.waiting == [2]
    assert result.amount == D("3844.00")
    assert not result.allowances


def test_stop_at_hours():
    """Cap 15 h: 6,5 h charged; 6,5 + 9,2 = 15,7 crosses: two entries wait."""
    result = run(GRADES, cap_hours=D(15), at_cap="stop")
    assert result.waiting == [1, 2]


def test_stop_exactly_at_the_cap_charges_all():
    """10 h, cap 10 h: nothing crosses."""
    assert not run([("10", "200")], cap_hours=D(10), at_cap="stop").waiting


def test_stop_counts_the_discount():
    """Cap 1 800: 10 h × 200 less 10 % is 1 800 exactly: nothing waits."""
    result = run(
        [("10", "200")], cap_amount=D(1800), at_cap="stop", discount_percent=D(10)
    )
    assert not result.waiting
    assert result.amount == D(1800)


def test_both_caps_take_off_once():
    """Cap 20 h (738 off, 4 618 left) and 4 500: 118 more; 4 500 billed."""
    result = run(GRADES, cap_hours=D(20), cap_amount=D(4500))
    assert taken(result) == [("cap_hours", D("738.00")), ("cap_amount", D("118.00"))]


def test_amount_chosen_by_a_reviewer_counts():
    """6,5 h written down to 1 000 (not 1 820); 10 % of 1 000 = 100 off."""
    one = Entry(1, DAY, D("6.5"), D(280), amount=D(1000))
    result = charge([one], HourlyTerm(discount_percent=D(10)), Before(), CENT)
    assert result.amount == D(900)


# -- whatever the figures ------------------------------------------------------

hours = st.decimals(min_value="0", max_value="24", places=2)
money = st.decimals(min_value="0", max_value="900", places=2)
percents = st.decimals(min_value="0", max_value="100", places=1)
rows = st.lists(st.tuples(st.integers(0, 40), hours, money), max_size=15).map(
    lambda found: [
        Entry(key, DAY + timedelta(days=day), h, r)
        for key, (day, h, r) in enumerate(found)
    ]
)
terms = st.builds(
    HourlyTerm,
    blended_rate=st.none() | money,
    discount_percent=percents,
    steps=st.lists(st.builds(Step, hours, percents, st.none() | money), max_size=3).map(
        tuple
    ),
    cap_amount=st.none() | money.map(lambda m: m * 10),
    cap_hours=st.none() | hours.map(lambda h: h * 4),
    at_cap=st.sampled_from(["unbilled", "reduced", "stop"]),
    reduced_rate=money,
)
befores = st.builds(Before, hours, money)


@given(rows, terms, befores)
def test_order_of_entries_does_not_change_totals(found, term, before):
    one = charge(found, term, before, CENT)
    other = charge(found[::-1], term, before, CENT)
    assert one.amount == other.amount
    assert one.allowances == other.allowances


@given(rows, terms, befores)
def test_nothing_is_billed_beyond_a_cap_nor_below_zero(found, term, before):
    result = charge(found, term, before, CENT)
    assert result.amount >= 0
    assert all(allowance.amount > 0 for allowance in result.allowances)
    if term.cap_amount is not None and term.at_cap != "reduced":
        assert result.amount <= max(term.cap_amount - before.amount, D(0))


@given(rows, terms, befores)
def test_every_entry_is_charged_or_waits(found, term, before):
    result = charge(found, term, before, CENT)
    keys = [one.key for one in result.charges] + result.waiting
    assert sorted(keys) == sorted(entry.key for entry in found)
    gross = sum((one.amount for one in result.charges), D(0))
    off = sum((allowance.amount for allowance in result.allowances), D(0))
    assert result.amount == gross - off
