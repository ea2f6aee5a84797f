"""The examples in the docstrings of the engine are true."""

import doctest
import importlib
import pkgutil

import legal_timesheet_engine
import pytest

MODULES = [m.name for m in pkgutil.iter_modules(legal_timesheet_engine.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_doctests_hold(name):
    module = importlib.import_module(f"legal_timesheet_engine.{name}")
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
