"""Rules for every test of the repository."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--no-skip",
        action="store_true",
        help="Count a skipped test, or a skipped test file, as failed.",
    )


def _as_failure(report):
    """Turn a skip into a failure: what is not run proves nothing."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "skipped"
    report.outcome = "failed"
    report.longrepr = f"{reason}: no skip passes here, see --no-skip"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    strict = item.config.getoption("--no-skip")
    if strict and report.skipped and not hasattr(report, "wasxfail"):
        _as_failure(report)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    report = (yield).get_result()
    if collector.config.getoption("--no-skip") and report.skipped:
        _as_failure(report)


@contextmanager
def _own_filestore(original, database):
    """Give this process a file store of its own.

    pytest-odoo lends all processes the file store of the first database, where Odoo
    clears, after each class of tests, the files that its own database does not know:
    those another process is testing with.
    """
    from odoo.tools import config

    stores = Path(config["data_dir"]) / "filestore"
    if original == database:
        yield
        return
    shutil.rmtree(stores / database, ignore_errors=True)
    if (stores / original).exists():
        # A store names its files by content and never changes one: links will do.
        shutil.copytree(stores / original, stores / database, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(stores / database, ignore_errors=True)


def pytest_configure(config):
    plugin = config.pluginmanager.get_plugin("odoo")
    if plugin:  # tests of pure functions may do without it
        plugin._shared_filestore = _own_filestore


@pytest.fixture(scope="session", autouse=True)
def _firm_of_this_process(request):
    """Keep a French company with its chart of accounts, made once, for all classes.

    Loading the chart is most of a class's preparation. Only in databases that
    ``make test`` made; elsewhere each class goes on making its own.
    """
    if not request.config.pluginmanager.get_plugin("odoo"):
        return
    request.getfixturevalue("load_registry")
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    if not get_db_name().startswith("legal_test_"):
        return
    registry = Registry(get_db_name())
    if "legal.prebill" not in registry:
        return
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        country = env.ref("base.fr")
        company = env["res.company"].create(
            {
                "name": "Tested firm",
                "country_id": country.id,
                "currency_id": country.currency_id.id,
            }
        )
        charts = env["account.chart.template"]
        chart = charts._guess_chart_template(country)
        charts.try_loading(chart, company=company, install_demo=False)
        env["ir.config_parameter"].set_param("legal_tests.company", company.id)


#: tables that a class of tests fills and takes back
FILLED = (
    "account_move account_move_line account_payment account_partial_reconcile"
    " account_analytic_line mail_message legal_prebill legal_prebill_line"
)


@pytest.fixture(scope="class", autouse=True)
def _clear_what_the_last_class_left(request, _firm_of_this_process):
    """Give back the space of rows that were rolled back.

    PostgreSQL's own cleaning waits a minute; until then statements that join the
    ledger with itself read the rows of every class before.
    """
    if not request.config.pluginmanager.get_plugin("odoo"):
        return
    import psycopg2

    from odoo.sql_db import connection_info_for
    from odoo.tests.common import get_db_name

    if not get_db_name().startswith("legal_test_"):
        return
    connection = psycopg2.connect(**connection_info_for(get_db_name())[1])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in FILLED.split():
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"VACUUM {table}")
    connection.close()
