"""What tests across addons share: databases of their own, and calls of Odoo.

``make test`` sets the names of the template databases. Tests that install, upgrade or
uninstall addons, or that need two servers, work on copies of a template: a copy takes
a second, and belongs to one test.
"""

import importlib.util
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from local import filestore, paths, ports, progress
from local.databases import Databases
from local.server import Server


class Instance:
    """One database of a test, and Odoo's programs on it."""

    def __init__(self, store, name):
        self.store, self.name = store, name

    def odoo(self, *words, stdin=None, timeout=900):
        """Run an Odoo program; return the finished process with its output.

        :raise AssertionError: it failed; the message carries the end of its log
        """
        config = ("-c", paths.CONFIG, "-d", self.name)
        command = [sys.executable, "-m", "odoo", *words, *config]
        done = subprocess.run(
            [str(word) for word in command],
            cwd=paths.RUN,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done

    def install(self, *addons):
        """Install addons; return the log."""
        return self._change("-i", addons)

    def upgrade(self, *addons):
        """Upgrade addons; return the log."""
        return self._change("-u", addons)

    def _change(self, option, addons):
        words = (option, ",".join(addons), "--stop-after-init", "--no-http")
        return self.odoo(*words, "--log-level=warn").stderr

    def shell(self, script):
        """Run a script inside ``odoo shell``; return what it printed.

        Nothing is kept unless the script calls ``env.cr.commit()``.
        """
        words = ("shell", "--no-http", "--log-level=warn")
        return self.odoo(*words, stdin=script).stdout

    def query(self, statement):
        """Return the rows of an SQL statement, as lists of texts."""
        return self.store.server.query(statement, self.name)

    def serve(self, *words):
        """Start a server; return its process and its address. End it with ``end``."""
        port = ports.any_free()
        config = ("-c", paths.CONFIG, "-d", self.name, f"--http-port={port}")
        command = [sys.executable, "-m", "odoo", *config, *words]
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=paths.RUN,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return process, f"http://127.0.0.1:{port}"

    end = staticmethod(progress.end)


@pytest.fixture(scope="session")
def store():
    """The databases of the server that ``make test`` uses."""
    programs = Path(os.environ["LEGAL_PG_PROGRAMS"])
    environment = {k: v for k, v in os.environ.items() if k.startswith("PG")}
    return Databases(Server(environment, programs, embedded=True))


@pytest.fixture
def new_instance(store):
    """Return a function that copies a template: ``new_instance("stock")``."""
    made = []

    def copy(template):
        source = os.environ[f"LEGAL_{template.upper()}_TEMPLATE"]
        name = f"legal_test_{os.getpid()}-{uuid.uuid4().hex[:8]}"
        made.append(name)
        store.create(name, source)
        return Instance(store, name)

    yield copy
    for name in made:
        store.drop(name)
        filestore.remove(name)


@pytest.fixture
def stock_instance(new_instance):
    """A database with the stock addons ours build on, none of ours."""
    return new_instance("stock")


@pytest.fixture
def addons_instance(new_instance):
    """A database with all our addons, no demo firm."""
    return new_instance("addons")


@pytest.fixture(scope="session")
def checker():
    """The e-invoice checker, loaded by its path: it needs no Odoo."""
    path = paths.ROOT / "addons" / "legal_billing" / "tests" / "facturx_checker.py"
    spec = importlib.util.spec_from_file_location("facturx_checker", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
