"""``make test``: all tests, on a copy of the template, two processes at a time.

Each pytest process works on its own copy of the test database, with its own port
and browser, so they share nothing that one of them could spoil.

Glue addons bring what they join, which most firms go without: their tests have a
database of their own and run beside the others, for which no glue is installed. What
they say is kept and shown before the others' closing lines.
"""

import os
import subprocess
import sys
import tempfile

from local import addons, paths, progress, venv
from local.environment import ready
from local.lock import exclusive
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
        # In the order of collection: whole programs first, small screens last, so
        # that no process ends alone with a long one.
        command += ["-n", processes, "--dist", "loadscope", "--no-loadscope-reorder"]
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
    of_glue, others = split_words(list(words), glue_folders())
    with ready(tests=True) as env:
        templates = {
            "STOCK": env.templates.stock(),
            "ADDONS": env.templates.addons(),
        }
        firm = others and env.templates.firm()
        drop_leftovers(env.store)
    more = {
        **{f"LEGAL_{kind}_TEMPLATE": name for kind, name in templates.items()},
        "LEGAL_PG_PROGRAMS": str(env.server.programs),
        "LEGAL_STATE": str(paths.STATE),
    }
    processes = int(os.environ.get("PROCESSES") or min(2, os.cpu_count() or 1))
    runs = []
    try:
        if others:
            main = Run(env, firm, others, processes, more)
            runs.append(main)
            main.start()
        if of_glue:
            # The others run while the glue's template is made, which keeps one
            # processor busy for a minute; what the glue's tests say waits for theirs.
            progress.Screen.is_shared = bool(others)
            with exclusive():
                firm = env.templates.firm(glue=True)
            glue = Run(env, firm, of_glue, 1, more, "-glue")
            runs.insert(0, glue)
            glue.start(quiet=bool(others))
        # The glue's first: the others' closing line is the last that is read.
        return exit_code([run.wait() for run in runs])
    finally:
        for run in runs:
            run.end()


class Run:
    """One pytest on a copy of a template."""

    def __init__(self, env, template, words, processes, more, suffix=""):
        self._env, self._template = env, template
        self._words, self._processes, self._more = words, processes, more
        self._database = f"{PREFIX}{os.getpid()}{suffix}"
        self._tests = self._said = None

    def start(self, quiet=False):
        """Begin, and go on; what a quiet one says is shown at its end."""
        self._env.store.create(self._database, self._template)
        count = self._processes
        progress.say(f"Testing on a copy of {self._template}, in {count} process(es)")
        # Left open: it is what pytest writes into until it ends.
        self._said = tempfile.TemporaryFile() if quiet else None  # noqa: SIM115
        self._tests = subprocess.Popen(
            pytest_command(self._database, self._words, count),
            cwd=paths.ROOT,
            env=self._env.odoo.environment(**self._more),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT if quiet else None,
            preexec_fn=progress.end_with_parent,
        )

    def wait(self):
        """Return pytest's exit code, after showing what was held back."""
        code = self._tests.wait()
        if self._said:
            self._said.seek(0)
            sys.stdout.write(self._said.read().decode("utf-8", "replace"))
            sys.stdout.flush()
        return code

    def end(self):
        """Stop what still runs, and remove the databases."""
        if self._tests:
            progress.end(self._tests)
        if self._said:
            self._said.close()
        _drop(self._env.store, self._database)
