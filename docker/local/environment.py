"""The whole environment, in order, under one lock."""

from contextlib import contextmanager
from dataclasses import dataclass

from local import odoo_source, paths, server, system, venv
from local.databases import Databases
from local.lock import exclusive
from local.odoo_run import Odoo, write_config
from local.templates import Templates


@dataclass(frozen=True)
class Environment:
    """Everything a command works with."""

    server: server.Server
    store: Databases
    odoo: Odoo
    templates: Templates


@contextmanager
def ready(tests=False):
    """Yield the environment, built or repaired first; others wait meanwhile.

    Keep long work out of the ``with`` block: the lock is held inside it.

    :param tests: what the tests need too, such as a browser
    """
    venv.check_python()
    system.ensure_room()
    with exclusive():
        system.ensure_packages(system.missing_packages(tests))
        source = odoo_source.choose()
        venv.ensure_main(tests)
        venv.link_framework(source)
        community = venv.ensure_community()
        chosen = server.choose()
        write_config(chosen, (*source.addons_paths, paths.ADDONS, community))
        store, odoo = Databases(chosen), Odoo(chosen)
        yield Environment(chosen, store, odoo, Templates(store, odoo, source))
