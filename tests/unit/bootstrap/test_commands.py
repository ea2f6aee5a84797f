"""Steps and commands: what a failure says, who waits for whom."""

import os
import subprocess
import sys
import time

import pytest

from local import cli, databases, lock, paths, progress, testing
from local.errors import CommandFailed, Stop


def test_failed_program_is_one_sentence_with_its_last_word():
    with pytest.raises(CommandFailed) as failure:
        progress.run(["sh", "-c", "echo the reason; exit 3"], "Doing it", log="do")
    assert str(failure.value).startswith("Doing it failed: the reason (whole output:")
    assert failure.value.code == 3


def test_interrupted_step_ends_its_program():
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    progress.end(program)
    assert program.returncode is not None


def test_unexpected_error_still_ends_in_one_line(capsys):
    assert cli.explain(RuntimeError("odd")) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == "Stopped: Unexpected RuntimeError: odd"


def test_second_command_waits_for_the_first():
    probe = (
        "import fcntl,sys; stream = open(sys.argv[1], 'a');"
        "fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    )
    command = [sys.executable, "-c", probe, str(paths.LOCK)]
    with lock.exclusive():
        held = subprocess.run(command, capture_output=True, check=False)
    after = subprocess.run(command, capture_output=True, check=False)
    assert (held.returncode != 0, after.returncode) == (True, 0)


@pytest.mark.parametrize("name", ["", "1x", "a b", 'a"b', "x;y", "../x"])
def test_unusable_database_name_is_one_sentence(name):
    with pytest.raises(Stop, match="is no name for a database"):
        databases.check_name(name)


def test_databases_of_killed_test_runs_are_dropped(monkeypatch):
    class Store:
        dropped = []

        def names(self, prefix):
            return ["legal_test_1", "legal_test_1-gw0", "legal_test_999999999"]

        def drop(self, name):
            self.dropped.append(name)

    monkeypatch.setattr(testing, "is_alive", lambda pid: pid == "1")
    testing.drop_leftovers(Store())
    assert Store.dropped == ["legal_test_999999999"]


@pytest.mark.parametrize(
    ("words", "of_glue", "others"),
    [
        ([], ["addons/g"], ["--ignore=addons/g"]),
        (["-k", "x"], ["addons/g", "-k", "x"], ["--ignore=addons/g", "-k", "x"]),
        (["addons/g/tests", "-x"], ["addons/g/tests", "-x"], None),
        (["tests", "-x"], None, ["tests", "--ignore=addons/g", "-x"]),
        (
            ["addons/g", "tests/u.py::test_u"],
            ["addons/g"],
            ["tests/u.py::test_u", "--ignore=addons/g"],
        ),
    ],
)
def test_glue_addons_are_tested_apart(words, of_glue, others, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "addons" / "g" / "tests").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "u.py").touch()
    assert testing.split_words(words, ["addons/g"]) == (of_glue, others)


def test_without_glue_addons_all_tests_run_together():
    assert testing.split_words(["-x"], []) == (None, ["-x"])


@pytest.mark.parametrize(
    ("codes", "code"), [([0, 0], 0), ([5, 0], 0), ([5], 5), ([1, 0], 1), ([0, 2], 2)]
)
def test_one_failed_run_fails_them_all(codes, code):
    assert testing.exit_code(codes) == code


def test_program_ends_with_a_parent_that_is_killed():
    script = (
        "import subprocess, time; from local.progress import end_with_parent as tie;"
        "child = subprocess.Popen(['sleep', '60'], preexec_fn=tie);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": str(paths.ROOT / "docker")}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=env
    ) as parent:
        child = parent.stdout.readline().strip()
        parent.kill()
    for _wait in range(100):
        if not testing.is_alive(child):
            return
        time.sleep(0.05)
    pytest.fail("the child went on without its parent")
