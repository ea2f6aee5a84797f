"""Lets unit tests import each addon's ``engine`` as ``<addon>_engine``.

The engines are pure Python, but they lie inside addons whose ``__init__`` imports
Odoo. Loading a package by its path leaves the addon itself alone, so these tests need
neither Odoo nor a database.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from hypothesis import settings

# How long one example takes says how busy the machine is, not whether it is right.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def load_engine(folder):
    """Import the package in ``folder`` under the name ``<addon>_engine``."""
    name = f"{folder.parent.name}_engine"
    if name not in sys.modules:
        spec = spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


for init in sorted(ADDONS.glob("*/engine/__init__.py")):
    load_engine(init.parent)
