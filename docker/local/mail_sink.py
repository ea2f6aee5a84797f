"""A mail server for the demo: it keeps what it is given as .eml files.

The demo sends for real, by SMTP, but nothing must leave the machine: the messages
of a fictional firm end in a folder where they can be read as they left.

Run as a program (inside the virtual environment), it serves until it is stopped::

    python mail_sink.py PORT FOLDER
"""

import contextlib
import re
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 20


class EmlFolder:
    """Handler that writes each message to a file named by its order and subject."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def file_name(self, message):
        """Return the next file name, readable and safe on any file system."""
        words = re.sub(r"\W+", "-", str(message["Subject"] or "")).strip("-")[:60]
        count = len(list(self.folder.glob("*.eml"))) + 1
        return f"{count:03d}-{words or 'message'}.eml"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (its API)
        message = message_from_bytes(envelope.content, policy=policy.default)
        (self.folder / self.file_name(message)).write_bytes(envelope.content)
        return "250 Kept"


@contextlib.contextmanager
def running(python, port, folder):
    """Serve in a process of its own while the body runs; yield Odoo's options."""
    words = [str(python), str(Path(__file__).resolve()), str(port), str(folder)]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
    try:
        wait_until_open(port)
        yield ("--smtp", HOST, "--smtp-port", str(port))
    finally:
        process.terminate()
        process.wait()


def wait_until_open(port):
    """Return once somebody listens on the port, or after a while."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)


def main(port, folder):
    """Serve until the process is stopped."""
    from aiosmtpd.controller import Controller  # only in the environment

    controller = Controller(EmlFolder(folder), hostname=HOST, port=int(port))
    controller.start()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
    finally:
        controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
