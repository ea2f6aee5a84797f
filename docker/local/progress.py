"""What a person sees while long steps run."""

import ctypes
import os
import signal
import subprocess
import sys
import time

from local import paths
from local.errors import CommandFailed

TICK_SECONDS = 0.5


class Screen:
    """Where progress goes: aside, when a command's own output is meant for a pipe."""

    stream = None  # the standard output of the moment
    is_shared = False  # with a program that prints, too: nothing is rewritten

    @classmethod
    def current(cls):
        return cls.stream or sys.stdout


def say(text=""):
    """Print one line at once."""
    print(text, file=Screen.current(), flush=True)


class Ticker:
    """One line for a running step: rewritten on a terminal, plain elsewhere."""

    def __init__(self, title, measure=None, live=True):
        self.title, self.measure = title, measure
        self.started = time.monotonic()
        alone = live and not Screen.is_shared
        self.live = alone and Screen.current().isatty()
        if not self.live:
            say(f"{title} …")

    def _line(self, extra=""):
        seconds = time.monotonic() - self.started
        measured = f"{self.measure()}, " if self.measure else ""
        return f"{self.title} … {extra or measured}{seconds:.0f} s"

    @staticmethod
    def _rewrite(line):
        print(f"\r\033[K{line}", end="", file=Screen.current(), flush=True)

    def tick(self):
        if self.live:
            self._rewrite(self._line())

    def close(self, outcome):
        if self.live:
            self._rewrite("")
            say(self._line(f"{outcome}, "))
        elif time.monotonic() - self.started > 5 or outcome != "done":
            say(self._line(f"{outcome}, "))


def run(command, title, *, log, measure=None, live=True, **popen):
    """Run ``command`` with its output in a log, showing ``title`` meanwhile.

    :param log: name of the log file, without suffix
    :param measure: function returning a few words on how far the step is
    :param live: rewrite the line each moment; not for a command that prints itself
    :raise CommandFailed: the command ended with another code than 0
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    file = paths.LOGS / f"{log}.log"
    ticker, outcome = Ticker(title, measure, live), "failed"
    popen.setdefault("stdin", subprocess.DEVNULL)
    popen.setdefault("preexec_fn", end_with_parent)
    with file.open("w") as stream:
        popen.setdefault("stdout", stream)
        process = subprocess.Popen(
            [str(word) for word in command], stderr=stream, **popen
        )
        try:
            wait(process, ticker.tick)
            outcome = "done" if process.returncode == 0 else "failed"
        finally:
            end(process)
            ticker.close(outcome)
    if process.returncode:
        raise CommandFailed(title, process.returncode, paths.shown(file), tail(file))
    return file


def end_with_parent():
    """Have the kernel end this child when its parent dies, even of a hard kill.

    Else an orphan would go on working beside the next run that repairs its result.
    """
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def wait(process, tick=lambda: None):
    """Wait for a process, calling ``tick`` twice a second."""
    while True:
        try:
            return process.wait(TICK_SECONDS)
        except subprocess.TimeoutExpired:
            tick()


def end(process, grace_seconds=10):
    """End a process if it still runs: politely first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def tail(file):
    """Return the line of a log that most likely says why: its last of substance."""
    noise = ("WARNING: Location", "[notice]", "Running as user 'root'", "HINT:")
    with open(file, errors="replace") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 20_000))
        lines = [line.strip() for line in stream.read().splitlines()]
    lines = [line for line in lines if line and not line.startswith(noise)]
    return lines[-1][:400] if lines else ""
