"""``make test``: all tests, on a copy of the template, two processes at a time.

Each pytest process works on its own copy of the test database, with its own port
and browser, so they share nothing that one of them could spoil.
"""

import os
import subprocess

from local import paths, progress, venv
from local.environment import ready

PREFIX = "legal_test_"


def is_alive(pid):
    """Tell whether a process with this number exists."""
    return os.path.exists(f"/proc/{pid}")


def drop_leftovers(store):
    """Remove the databases of test runs that were killed."""
    for name in store.names(PREFIX):
        pid = name.removeprefix(PREFIX).split("-")[0]
        if not (pid.isdecimal() and is_alive(pid)):
            store.drop(name)


def pytest_command(database, words, processes):
    """Return the command line of pytest."""
    command = [venv.PYTHON, "-m", "pytest", "--no-skip"]
    command += [f"--odoo-config={paths.CONFIG}", f"--odoo-database={database}"]
    command += ["--odoo-http", "--odoo-log-level=error"]
    if processes > 1:
        command += ["-n", processes, "--dist", "loadscope"]
    return [str(word) for word in (*command, *words)]


def command(words=()):
    """Run ``make test``; ``words`` go to pytest, by default it takes all tests."""
    database = f"{PREFIX}{os.getpid()}"
    with ready(tests=True) as env:
        template = env.templates.addons(glue=True)
        stock = env.templates.stock()
        drop_leftovers(env.store)
        env.store.create(database, template)
    processes = int(os.environ.get("PROCESSES") or min(2, os.cpu_count() or 1))
    more = {
        "LEGAL_STOCK_TEMPLATE": stock,
        "LEGAL_ADDONS_TEMPLATE": template,
        "LEGAL_PG_PROGRAMS": str(env.server.programs),
        "LEGAL_STATE": str(paths.STATE),
    }
    progress.say(f"Testing on a copy of {template}, in {processes} process(es)")
    tests = subprocess.Popen(
        pytest_command(database, words, processes),
        cwd=paths.ROOT,
        env=env.odoo.environment(**more),
        stdin=subprocess.DEVNULL,
    )
    try:
        return tests.wait()
    finally:
        progress.end(tests)
        for name in env.store.names(database):
            env.store.drop(name)
