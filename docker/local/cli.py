"""Commands, and the one place where failures become one sentence."""

import argparse
import os
import signal
import sys
import traceback

from local import (
    bench,
    checks,
    cleaning,
    demo,
    paths,
    postgres,
    progress,
    shell,
    system,
    testing,
    translations,
)
from local.errors import Stop
from local.progress import say


def _no(name):
    """Tell whether an on/off variable of make is off."""
    return os.environ.get(name, "").strip().lower() in ("0", "no", "false", "off")


def _variable(name, default=""):
    return os.environ.get(name, "").strip() or default


COMMANDS = {
    "demo": lambda words: demo.command(not _no("SERVE"), _variable("PORT")),
    "test": lambda words: testing.command(words),
    "bench": lambda words: bench.command(words),
    "check": lambda words: checks.command(words),
    "translations": lambda words: translations.update(),
    "shell": lambda words: shell.open_shell(_variable("DB", demo.NAME)),
    "db": lambda words: shell.new_database(_variable("NAME"), not _no("DEMO")),
    "dropdb": lambda words: shell.drop_database(_variable("NAME")),
    "serve": lambda words: shell.serve(_variable("DB", demo.NAME), _variable("PORT")),
    "stop": lambda words: postgres.stop(),
    "env": lambda words: shell.print_environment(),
    "clean": lambda words: cleaning.command(),
    "distclean": lambda words: cleaning.command(caches=True),
}

# Their output is for another program: progress goes beside it.
PIPED = ("env", "shell")


def _interrupt(signum, frame):
    """Let a polite kill unwind like Ctrl-C, so that children end with us."""
    raise KeyboardInterrupt


def main(argv=None):
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    asked, words = parser.parse_known_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    if asked.command in PIPED:
        progress.Screen.stream = sys.stderr
    try:
        return COMMANDS[asked.command](words) or 0
    except KeyboardInterrupt:
        say("\nInterrupted; the same command goes on from here.")
        return 130
    except Exception as error:
        return explain(error)


def explain(error):
    """Print what happened and how to mend it; return the exit code."""
    if system.is_out_of_room(error):
        free = system.free_megabytes(paths.STATE)
        text = (
            f"The disk of {paths.STATE} is full ({free} MB left): free some room, or "
            f"name a folder elsewhere in LEGAL_STATE, then repeat the command."
        )
    elif isinstance(error, Stop):
        text = str(error)
    else:
        traceback.print_exception(error)
        text = f"Unexpected {type(error).__name__}: {error}"
    print(f"Stopped: {text}", file=sys.stderr, flush=True)
    return 1
