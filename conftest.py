"""Rules for every test of the repository."""

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
