"""Jobs of the lifecycle tests: run inside another process, answered as values."""

import json
import re
from pathlib import Path

import pytest

JOBS = Path(__file__).with_name("jobs.py").read_text()
ANSWER = "answer: "
LEVELS = re.compile(r" (WARNING|ERROR|CRITICAL) ")
# Stock notices on a PostgreSQL that comes without contrib extensions.
KNOWN = ("pg_trgm",)


@pytest.fixture
def work():
    """Return a function that does jobs of ``jobs.py`` in one process on a database.

    A job is its name, or its name and its values; each is kept. It returns the
    answer of the last one; with ``every`` the answers of all, in a list.
    """

    def run(instance, *jobs, every=False):
        calls = [job if isinstance(job, tuple) else (job,) for job in jobs]
        lines = [JOBS, "found = []"]
        for name, *values in calls:
            arguments = ", ".join(["env", *map(repr, values)])
            lines += [f"found.append({name}({arguments}))", "env.cr.commit()"]
        lines += ["import json", f"print({ANSWER!r} + json.dumps(found, default=str))"]
        printed = instance.shell("\n".join(lines) + "\n").splitlines()
        answers = [line for line in printed if line.startswith(ANSWER)]
        found = json.loads(answers[-1].removeprefix(ANSWER))
        return found if every else found[-1]

    return run


@pytest.fixture
def complaints():
    """Return a function that picks what a log complains of."""

    def pick(log):
        lines = [line for line in log.splitlines() if LEVELS.search(line)]
        return [line for line in lines if not any(known in line for known in KNOWN)]

    return pick
