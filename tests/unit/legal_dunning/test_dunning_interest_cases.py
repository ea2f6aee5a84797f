"""Interest worked out by hand, over half-years and leap years.

Each row gives its arithmetic: (balance, rate, days, days of the year) of each stretch.
The sum of these products, rounded once, is the amount written beside it; the engine
must find both. A to D are the examples of the texts the product was written from.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from legal_dunning_engine.interest import Rate, simple_interest

CENT = D("0.01")


def day(text):
    return datetime.strptime(text, "%d/%m/%y").date()


def rates(*rows):
    return [Rate(D(p), day(a), day(b) if b else None) for p, a, b in rows]


LATE = rates(
    ("14.50", "01/01/24", "30/06/24"),
    ("14.25", "01/07/24", "31/12/24"),
    ("13.15", "01/01/25", "30/06/25"),
    ("12.15", "01/07/25", "31/12/25"),
    ("12.15", "01/01/26", "30/06/26"),
    ("12.40", "01/07/26", "31/12/26"),
    ("10", "01/01/27", None),
)
LEGAL = rates(
    ("3.71", "01/01/25", "30/06/25"),
    ("2.76", "01/07/25", "31/12/25"),
    ("2.62", "01/01/26", "30/06/26"),
)
FIRST = {"imputation": "interest"}
LEAP = {"day_count": "actual"}

# what, sum, payments, rates, due or notified, until, options, arithmetic, amount
CASES = [
    (
        "A",
        "6180",
        [],
        LATE,
        "15/05/26",
        "10/09/26",
        {},
        [("6180", "12.15", 46), ("6180", "12.40", 72)],
        "245.79",
    ),
    (
        "B: 2 000 paid on 20 July",
        "6180",
        [("20/07/26", "2000")],
        LATE,
        "15/05/26",
        "10/09/26",
        {},
        [("6180", "12.15", 46), ("6180", "12.40", 20), ("4180", "12.40", 52)],
        "210.46",
    ),
    (
        "C",
        "1634.40",
        [],
        LEGAL,
        "01/06/26",
        "30/06/26",
        {},
        [("1634.40", "2.62", 29)],
        "3.40",
    ),
    (
        "D",
        "1634.40",
        [],
        LEGAL,
        "10/11/25",
        "31/03/26",
        {},
        [("1634.40", "2.76", 51), ("1634.40", "2.62", 90)],
        "16.86",
    ),
    (
        "second half of 2025",
        "1000",
        [],
        LATE,
        "30/06/25",
        "31/12/25",
        {},
        [("1000", "12.15", 184)],
        "61.25",
    ),
    (
        "first half of 2025",
        "1000",
        [],
        LATE,
        "31/12/24",
        "30/06/25",
        {},
        [("1000", "13.15", 181)],
        "65.21",
    ),
    (
        "May to August 2025",
        "1000",
        [],
        LATE,
        "30/04/25",
        "31/08/25",
        {},
        [("1000", "13.15", 61), ("1000", "12.15", 62)],
        "42.62",
    ),
    (
        "over New Year, same rate",
        "2500",
        [],
        LATE,
        "15/12/25",
        "15/01/26",
        {},
        [("2500", "12.15", 16), ("2500", "12.15", 15)],
        "25.80",
    ),
    (
        "one day",
        "480",
        [],
        LATE,
        "30/06/26",
        "01/07/26",
        {},
        [("480", "12.40", 1)],
        "0.16",
    ),
    (
        "less than a cent, rounded up",
        "10",
        [],
        LATE,
        "30/06/26",
        "02/07/26",
        {},
        [("10", "12.40", 2)],
        "0.01",
    ),
    (
        "the year 2025",
        "1200",
        [],
        LATE,
        "31/12/24",
        "31/12/25",
        {},
        [("1200", "13.15", 181), ("1200", "12.15", 184)],
        "151.75",
    ),
    (
        "365 days at one rate",
        "1200",
        [],
        LATE,
        "30/06/25",
        "30/06/26",
        {},
        [("1200", "12.15", 184), ("1200", "12.15", 181)],
        "145.80",
    ),
    (
        "paid on the last day of the half-year",
        "1000",
        [("30/06/26", "400")],
        LATE,
        "31/05/26",
        "31/07/26",
        {},
        [("1000", "12.15", 30), ("600", "12.40", 31)],
        "16.31",
    ),
    (
        "paid on the first day of the half-year",
        "1000",
        [("01/07/26", "400")],
        LATE,
        "31/05/26",
        "31/07/26",
        {},
        [("1000", "12.15", 30), ("1000", "12.40", 1), ("600", "12.40", 30)],
        "16.44",
    ),
    (
        "paid in part before the due date",
        "1000",
        [("01/05/26", "300")],
        LATE,
        "15/05/26",
        "14/06/26",
        {},
        [("700", "12.15", 30)],
        "6.99",
    ),
    (
        "paid in part on the due date",
        "1000",
        [("15/05/26", "500")],
        LATE,
        "15/05/26",
        "25/05/26",
        {},
        [("500", "12.15", 10)],
        "1.66",
    ),
    (
        "three payments",
        "3000",
        [("30/04/26", "1000"), ("31/05/26", "1000"), ("30/06/26", "1000")],
        LATE,
        "31/03/26",
        "31/12/26",
        {},
        [("3000", "12.15", 30), ("2000", "12.15", 31), ("1000", "12.15", 30)],
        "60.58",
    ),
    (
        "two payments on a day",
        "1000",
        [("20/05/26", "200"), ("20/05/26", "300")],
        LATE,
        "15/05/26",
        "30/05/26",
        {},
        [("1000", "12.15", 5), ("500", "12.15", 10)],
        "3.33",
    ),
    (
        "paid too much",
        "1000",
        [("25/05/26", "1200")],
        LATE,
        "15/05/26",
        "30/06/26",
        {},
        [("1000", "12.15", 10)],
        "3.33",
    ),
    (
        "private individual, over 1 July",
        "5000",
        [],
        LEGAL,
        "15/06/25",
        "15/07/25",
        {},
        [("5000", "3.71", 15), ("5000", "2.76", 15)],
        "13.29",
    ),
    (
        "private individual, over New Year",
        "820.50",
        [],
        LEGAL,
        "30/09/25",
        "28/02/26",
        {},
        [("820.50", "2.76", 92), ("820.50", "2.62", 59)],
        "9.18",
    ),
    (
        "29 February, 366 days",
        "1000",
        [],
        LATE,
        "31/01/24",
        "31/03/24",
        LEAP,
        [("1000", "14.50", 60, 366)],
        "23.77",
    ),
    (
        "29 February, 365 days",
        "1000",
        [],
        LATE,
        "31/01/24",
        "31/03/24",
        {},
        [("1000", "14.50", 60)],
        "23.84",
    ),
    (
        "out of a leap year",
        "1000",
        [],
        LATE,
        "30/11/24",
        "31/01/25",
        LEAP,
        [("1000", "14.25", 31, 366), ("1000", "13.15", 31)],
        "23.24",
    ),
    (
        "into a leap year, at a rate without end",
        "1000",
        [],
        LATE,
        "30/11/27",
        "29/02/28",
        LEAP,
        [("1000", "10", 31), ("1000", "10", 60, 366)],
        "24.89",
    ),
    (
        "B, the interest first",
        "6180",
        [("20/07/26", "2000")],
        LATE,
        "15/05/26",
        "10/09/26",
        FIRST,
        # 94,6302 + 41,9901 = 136,6203 are paid first, 1 863,3797 of the principal then
        [("6180", "12.15", 46), ("6180", "12.40", 20), ("4316.6203", "12.40", 52)],
        "212.88",
    ),
    (
        "a payment below the interest",
        "10000",
        [("30/06/25", "100")],
        LATE,
        "31/12/24",
        "31/07/25",
        FIRST,
        [("10000", "13.15", 181), ("10000", "12.15", 31)],
        "755.29",
    ),
    ("on the due date", "1000", [], LATE, "15/05/26", "15/05/26", {}, [], "0.00"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_interest(case):
    _what, principal, payments, table, due, until, options, arithmetic, amount = case
    result = simple_interest(
        D(principal),
        [(day(on), D(paid)) for on, paid in payments],
        table,
        day(due),
        day(until),
        CENT,
        **options,
    )
    steps = [
        (step.balance.quantize(D("0.0001")), step.percent, step.days, step.year_days)
        for step in result.steps
    ]
    rows = [(*row, 365) if len(row) == 3 else row for row in arithmetic]
    assert steps == [
        (D(balance).quantize(D("0.0001")), D(percent), count, year)
        for balance, percent, count, year in rows
    ]
    by_hand = sum(
        (D(b) * D(p) * count / (100 * year) for b, p, count, year in rows), D(0)
    )
    assert by_hand.quantize(CENT, ROUND_HALF_UP) == D(amount)
    assert result.amount == D(amount)


def test_there_are_twenty_more():
    assert len(CASES) >= 24
    assert CASES[0][3][0].date_from == date(2024, 1, 1)
