"""``make test``: all tests, on a copy of the template, two processes at a time.

Each pytest process works on its own copy of the test database, with its own port
and browser, so they share nothing that one of them could spoil.

Glue addons bring what they join, which most firms go without: their tests have a
database of their own and go first, all others run where no glue is installed.
"""

import os
import subprocess

from local import addons, paths, progress, venv
from local.environment import ready
from local.server import Refused

PREFIX = "legal_test_"
NOTHING_COLLECTED = 5  # pytest's exit code


def is_alive(pid):
    """Tell whether a process with this number exists."""
    return os.path.exists(f"/proc/{pid}")


def drop_leftovers(store):
    """Remove the databases of test runs that were killed."""
    for name in store.names(PREFIX):
        pid = name.removeprefix(PREFIX).split("-")[0]
        if not (pid.isdecimal() and is_alive(pid)):
            store.drop(name)


def _drop(store, database):
    """Remove the databases of this run; what cannot be removed now is later."""
    try:
        for name in store.names(database):
            store.drop(name)
    except Refused as error:
        progress.say(f"The test databases stay until the next run: {error.reason}")


def pytest_command(database, words, processes):
    """Return the command line of pytest."""
    command = [venv.PYTHON, "-m", "pytest", "--no-skip"]
    command += [f"--odoo-config={paths.CONFIG}", f"--odoo-database={database}"]
    command += ["--odoo-http", "--odoo-log-level=error"]
    command += ["--durations=15", "--durations-min=5"]
    if processes > 1:
        command += ["-n", processes, "--dist", "loadscope"]
    return [str(word) for word in (*command, *words)]


def glue_folders():
    """Return the folders of the glue addons, as pytest is told them."""
    found = addons.read_all().values()
    return [paths.shown(addon.folder) for addon in found if addon.is_glue]


def split_words(words, glue):
    """Return what pytest is told (for glue addons, for all others).

    :param words: paths and options; without a path all tests are meant
    :return: two lists of words; None where no test of that kind is asked for
    """
    named = [w for w in words if (paths.ROOT / w.split("::")[0]).exists()]
    options = [w for w in words if w not in named]
    of_glue = [w for w in named if w.startswith(tuple(glue))]
    others = [w for w in named if w not in of_glue]
    if not named:
        of_glue = glue
    return (
        of_glue + options if of_glue else None,
        [*others, *(f"--ignore={folder}" for folder in glue), *options]
        if others or not named
        else None,
    )


def exit_code(codes):
    """Return one exit code for several runs; one that found no test does not count."""
    counted = [code for code in codes if code != NOTHING_COLLECTED]
    return next(filter(None, counted), 0) if counted else NOTHING_COLLECTED


def command(words=()):
    """Run ``make test``; ``words`` go to pytest, by default it takes all tests."""
    with ready(tests=True) as env:
        templates = {
            "STOCK": env.templates.stock(),
            "ADDONS": env.templates.addons(),
            "GLUE": env.templates.addons(glue=True),
        }
        drop_leftovers(env.store)
    more = {
        **{f"LEGAL_{kind}_TEMPLATE": name for kind, name in templates.items()},
        "LEGAL_PG_PROGRAMS": str(env.server.programs),
        "LEGAL_STATE": str(paths.STATE),
    }
    processes = int(os.environ.get("PROCESSES") or min(2, os.cpu_count() or 1))
    of_glue, others = split_words(list(words), glue_folders())
    codes = []
    if of_glue is not None:
        codes.append(run(env, templates["GLUE"], of_glue, 1, more))
    if others is not None:
        codes.append(run(env, templates["ADDONS"], others, processes, more))
    return exit_code(codes)


def run(env, template, words, processes, more):
    """Run pytest on a copy of a template; return its exit code."""
    database = f"{PREFIX}{os.getpid()}"
    env.store.create(database, template)
    progress.say(f"Testing on a copy of {template}, in {processes} process(es)")
    tests = subprocess.Popen(
        pytest_command(database, words, processes),
        cwd=paths.ROOT,
        env=env.odoo.environment(**more),
        stdin=subprocess.DEVNULL,
        preexec_fn=progress.end_with_parent,
    )
    try:
        return tests.wait()
    finally:
        progress.end(tests)
        _drop(env.store, database)
