"""The examples in the engine's documentation are true."""

import doctest
import importlib

import pytest

MODULES = [
    "adjust",
    "allocation",
    "anomalies",
    "complement",
    "ereporting",
    "fees",
    "hourly",
    "pace",
    "schedule",
    "split",
    "subscription",
    "success",
    "transfer",
    "wording",
]


@pytest.mark.parametrize("name", MODULES)
def test_doctests_hold(name):
    module = importlib.import_module(f"legal_billing_engine.{name}")
    options = doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    result = doctest.testmod(module, optionflags=options)
    assert result.attempted and not result.failed
