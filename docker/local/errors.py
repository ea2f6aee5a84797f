"""Errors that are answers to the person at the keyboard."""


class Stop(Exception):
    """Ends a command with one sentence: what, where, how to mend it."""


class CommandFailed(Stop):
    """A program that was called ended badly; its output is in ``log``."""

    def __init__(self, title, code, log, tail):
        self.title, self.code, self.log, self.tail = title, code, log, tail
        reason = tail.strip() or f"exit code {code}"
        super().__init__(f"{title} failed: {reason} (whole output: {log}).")
