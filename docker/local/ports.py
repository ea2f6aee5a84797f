"""Ports on this host."""

import socket

from local.errors import Stop

USUAL = 8069


def is_free(port, host="127.0.0.1"):
    """Tell whether a server could listen on ``port`` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free(host="127.0.0.1"):
    """Return a port the kernel picks."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def choose(asked=""):
    """Return the port asked for, else the usual one, else any free one.

    :raise Stop: the port asked for is no port, or is taken
    """
    if not asked:
        return USUAL if is_free(USUAL) else any_free()
    if not str(asked).isdecimal() or not 1024 <= int(asked) <= 65535:
        raise Stop(f"PORT={asked} is no usable port: give a number from 1024 to 65535.")
    if not is_free(int(asked)):
        raise Stop(
            f"Port {asked} of 127.0.0.1 is taken by another program: "
            f"give another PORT=, or none to have a free one chosen."
        )
    return int(asked)
