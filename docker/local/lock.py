"""One command at a time may build the environment."""

import fcntl
import os
import sys
from contextlib import contextmanager

from local import paths
from local.progress import say


@contextmanager
def exclusive():
    """Hold the state folder's lock; wait, saying for whom, while another has it.

    The kernel frees the lock when its holder dies, so no stale lock can remain.
    """
    paths.prepare()
    with open(paths.LOCK, "a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            say(f"Waiting for another command to finish: {stream.read().strip()}")
            fcntl.flock(stream, fcntl.LOCK_EX)
        stream.truncate(0)
        stream.write(f"{' '.join(sys.argv[1:])} (process {os.getpid()})\n")
        stream.flush()
        yield
