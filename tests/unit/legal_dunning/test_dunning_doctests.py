"""The examples in the engine's docstrings hold."""

import doctest
import importlib

import pytest

MODULES = [
    "answers",
    "assessment",
    "bad_debt",
    "prescription",
    "sending_days",
    "escalation",
    "claims",
    "messages",
    "interest",
    "letters",
    "sms",
    "profiles",
]
MODULES += ["risk", "recovery", "promises", "prediction"]
MODULES += ["disputes", "instalments", "amounts"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"legal_dunning_engine.{name}")
    result = doctest.testmod(module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.failed == 0
