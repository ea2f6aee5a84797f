"""Each addon on nothing but what it names, and brought up to date in place."""

import os
import uuid

import pytest

from ..conftest import Instance

OURS = ["legal_timesheet", "legal_billing", "legal_dunning"]
# Odoo's own text messages come with its mail, and glue with them.
BESIDE = {"legal_dunning": {"legal_dunning_sms"}}
INSTALLED = "SELECT name FROM ir_module_module WHERE state = 'installed'"


@pytest.fixture
def empty_instance(store):
    """A database with nothing in it, not even a language."""
    name = f"legal_test_{os.getpid()}-{uuid.uuid4().hex[:8]}"
    store.create(name)
    yield Instance(store, name)
    store.drop(name)


def test_addons_install_one_by_one_from_nothing_and_upgrade(empty_instance, complaints):
    for rank, addon in enumerate(OURS, 1):
        assert complaints(empty_instance.install(addon)) == [], addon
        installed = {name for (name,) in empty_instance.query(INSTALLED)}
        wanted = set(OURS[:rank]) | BESIDE.get(addon, set())
        assert {n for n in installed if n.startswith("legal_")} == wanted
    assert complaints(empty_instance.upgrade(*OURS)) == []
