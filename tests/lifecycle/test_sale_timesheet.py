"""Beside stock sale_timesheet, whoever comes first: each hour is billed once."""

import base64

GLUE = "legal_billing_sale_timesheet"


def is_installed(instance, name):
    """Tell whether an addon is installed."""
    where = f"name = '{name}' AND state = 'installed'"
    rows = instance.query(f"SELECT count(*) FROM ir_module_module WHERE {where}")
    return rows == [["1"]]


def test_matters_first_then_sales(addons_instance, work, complaints, checker):
    work(addons_instance, "set_up_firm", "price_hours", ("work_on_matter", 2.0))
    assert complaints(addons_instance.install("sale_timesheet")) == []
    assert is_installed(addons_instance, GLUE)
    hours = work(
        addons_instance,
        ("sell_project", "Contrats", 3.0),
        "bill_everything",
        "count_hours",
    )
    assert (hours["worked"], hours["sold"], hours["matters"]) == (5.0, 3.0, 2.0)
    assert hours["billers"] == [[2.0, False, True], [3.0, True, False]]
    # What both sell is sent in one batch, and lawful alike.
    files = work(addons_instance, "send_invoices")
    assert sorted(file["is_legal"] for file in files) == [False, True]
    decode = base64.b64decode
    pairs = [(decode(file["pdf"]), decode(file["xml"])) for file in files]
    assert checker.check_pdfs(pairs) == [[], []]


def test_sales_first_then_matters(stock_instance, work, complaints):
    stock_instance.install("sale_timesheet")
    work(
        stock_instance,
        "set_up_firm",
        ("sell_project", "Contrats", 3.0),
        ("work_more", "Contrats", 2.5, "2026-04-09"),
        ("sell_project", "Audit", 1.0, False),
    )
    assert complaints(stock_instance.install("legal_billing")) == []
    assert is_installed(stock_instance, GLUE)
    hours = work(
        stock_instance,
        "price_hours",
        ("make_matter", "Contrats"),
        ("work_more", "Audit", 0.5, "2026-04-10"),
        "bill_everything",
        "count_hours",
    )
    assert (hours["worked"], hours["sold"], hours["matters"]) == (7.0, 4.5, 2.5)
    assert hours["billers"] == [
        [0.5, True, False],
        [1.0, True, False],
        [2.5, False, True],
        [3.0, True, False],
    ]
