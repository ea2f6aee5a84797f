"""Rules for every test of the repository."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import freezegun.api
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


def _number_of_names(module):
    """Tell one state of a module from another, for freezegun's memory of modules.

    Its own hash of all names of thousands of modules, each time the clock stops, was
    most of what stopping it costs.
    """
    return f"{id(module)}-{len(getattr(module, '__dict__', ()))}"


def pytest_configure(config):
    plugin = config.pluginmanager.get_plugin("odoo")
    if plugin:  # tests of pure functions may do without it
        plugin._shared_filestore = _own_filestore
        freezegun.api._get_module_attributes_hash = _number_of_names


#: tables that a class of tests fills and takes back
FILLED = (
    "account_move account_move_line account_payment account_partial_reconcile"
    " account_analytic_line mail_message legal_prebill legal_prebill_line"
)


@pytest.fixture(scope="class", autouse=True)
def _clear_what_the_last_class_left(request):
    """Give back the space of rows that were rolled back.

    PostgreSQL's own cleaning waits a minute; until then statements that join the
    ledger with itself read the rows of every class before.
    """
    if not request.config.pluginmanager.get_plugin("odoo"):
        return
    request.getfixturevalue("load_registry")
    import psycopg2

    from odoo.sql_db import connection_info_for
    from odoo.tests.common import get_db_name

    connection = psycopg2.connect(**connection_info_for(get_db_name())[1])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in FILLED.split():
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"VACUUM {table}")
    connection.close()
