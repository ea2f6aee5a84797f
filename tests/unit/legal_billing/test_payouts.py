"""Which payments a sum on the bank is made of, and what a provider's file says."""

import random
import time
from decimal import Decimal as D

import pytest
from legal_billing_engine import payout_file, payouts
from legal_billing_engine.payouts import FeeRange, Payment, propose

CENT = D("0.01")
CARD = FeeRange(D("1.0"), D("3.0"), D(0), D("0.25"))


def payments(*rows):
    return [Payment(key, day, D(amount)) for key, day, amount in rows]


WAITING = payments(
    ("a", 1, "672.00"),
    ("b", 1, "120.00"),
    ("c", 2, "300.00"),
    ("d", 3, "-72.00"),
    ("e", 3, "500.00"),
)


@pytest.mark.parametrize(
    ("case", "net", "fees", "keys", "how"),
    [
        ("one day, no fee", "792.00", FeeRange(), ("a", "b"), payouts.EXACT),
        ("all days, refund off", "1520.00", FeeRange(), tuple("abcde"), payouts.EXACT),
        ("one day, 1.5 %", "780.12", CARD, ("a", "b"), payouts.DAYS),
        ("two days, 1.5 %", "1075.62", CARD, ("a", "b", "c"), payouts.DAYS),
        ("part of a day", "661.92", CARD, ("a",), payouts.RUN),
        (
            "a sum each",
            "671.75",
            FeeRange(D(0), D(0), D("0.25"), D("0.25")),
            ("a",),
            "run",
        ),
        ("a later day alone", "295.50", CARD, ("c",), payouts.DAYS),
        ("fee too small for the rule", "671.00", CARD, None, None),
        ("fee too large for the rule", "600.00", FeeRange(D(1), D(3)), None, None),
        ("nothing fits", "5000.00", CARD, None, None),
    ],
)
def test_proposals(case, net, fees, keys, how):
    found = propose(D(net), WAITING, fees, CENT)
    assert (found and found.keys) == keys, case
    if keys:
        assert found.how == how
        assert found.gross - found.refunds - found.fee == D(net)


def test_a_payment_held_back_is_left_out():
    day = payments(("a", 1, "672.00"), ("b", 1, "431.00"), ("c", 1, "90.00"))
    found = propose(D("762.00"), day, FeeRange(), CENT)
    assert (found.keys, found.how) == (("a", "c"), payouts.ALL_BUT_ONE)


def test_others_that_fit_are_told():
    twins = payments(("a", 1, "100.00"), ("b", 2, "100.00"))
    found = propose(D("100.00"), twins, FeeRange(), CENT)
    assert (found.keys, found.is_alone) == (("a",), False)


def test_any_run_of_days_is_found_again():
    dice = random.Random(7)
    for _round in range(60):
        own = [
            Payment(number, number // 3, D(dice.randint(5000, 500000)) / 100)
            for number in range(dice.randint(3, 40))
        ]
        last = own[-1].day
        start = dice.randint(0, last)
        end = dice.randint(start, last)
        wanted = {p.key for p in own if start <= p.day <= end}
        net = sum(p.amount for p in own if p.key in wanted)
        assert set(propose(net, own, FeeRange(), CENT).keys) == wanted


def test_four_hundred_payments_take_no_time():
    own = [Payment(n, n // 5, D(100) + D(n) / 7) for n in range(400)]
    begun = time.process_time()
    assert propose(D("98765.43"), own, FeeRange(D(1), D("1.001")), CENT) is None
    assert time.process_time() - begun < 4


# -- files -----------------------------------------------------------------------

MOLLIE = payout_file.Mapping(
    payout="Reference",
    payment="ID",
    gross="Amount",
    day="Date",
    delimiter=";",
    decimal=",",
    day_format="%d/%m/%Y",
)
HEAD = "Date;ID;Amount;Reference\n"


def test_signs_say_what_a_line_is_where_no_column_does():
    rows, faults = payout_file.read(
        "\ufeff" + HEAD + "05/06/2026;tr_1;1 672,00;R1\n06/06/2026;tr_2;-72,00;R1\n"
        '06/06/2026;;"-1.020,50";R1\n\n06/06/2026;;5,00;R1\n',
        MOLLIE,
    )
    assert faults == []
    assert [(row.kind, row.net) for row in rows] == [
        (payout_file.PAYMENT, D("1672.00")),
        (payout_file.REFUND, D("-72.00")),
        (payout_file.FEE, D("-1020.50")),
        (payout_file.OTHER, D("5.00")),
    ]
    assert rows[0].day.isoformat() == "2026-06-05"


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("05/06/2026;tr_1;NaN;R1", "Amount", "number"),
        ("05/06/2026;tr_1;;;R1", "Reference", "empty"),
        ("2026-06-05;tr_1;1,00;R1", "Date", "day"),
        ("05/06/2026;tr_1", "Amount", "short"),
    ],
)
def test_what_cannot_be_read_has_its_line_and_column(line, column, code):
    rows, faults = payout_file.read(HEAD + line + "\n", MOLLIE)
    assert rows == []
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [
        (2, column, code)
    ]


def test_an_empty_file_misses_its_columns():
    _rows, faults = payout_file.read("", MOLLIE)
    assert {fault.code for fault in faults} == {"column"}
