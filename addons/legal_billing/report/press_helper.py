"""A helper process of the press: lays out documents that it is handed ready made.

Started as a program by ``press``. It loads the renderer, not Odoo: it has no
database, no network and no session, only the HTML and XML that come in, and writes
the file back. It ends when its input ends, so that it never outlives who started it.
"""

import importlib
import os
import pickle
import struct
import sys
import types
from pathlib import Path

HEADER = struct.Struct("!IIB")
ANSWER = struct.Struct("!BI")
DONE, FAILED = 0, 1


def main():
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints goes to the log, not between two files.
    os.dup2(2, 1)
    settings = pickle.load(orders)  # noqa: S301  from the process that started us
    _bound(settings["seconds"])
    sys.path[:] = settings["path"]
    renderer = _load(settings["roots"])
    cache = {}
    while header := orders.read(HEADER.size):
        html_size, xml_size, has_xml = HEADER.unpack(header)
        html = orders.read(html_size).decode()
        xml = orders.read(xml_size) if has_xml else None
        try:
            code, content = DONE, renderer.lay_out(html, cache).write(xml=xml)
        except Exception as error:  # noqa: BLE001  told to who asked, who tries himself
            code, content = FAILED, repr(error).encode()
        if len(cache) > settings["images"]:
            cache.clear()
        answers.write(ANSWER.pack(code, len(content)) + content)
        answers.flush()


def _bound(seconds):
    """Let a document that never ends be ended by the system."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    except (ImportError, ValueError, OSError):  # not every system has it
        pass


def _load(roots):
    """Return the renderer, taken from beside this file without its package."""
    folder = Path(__file__).resolve().parent
    package = types.ModuleType("legal_press")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    importlib.import_module("legal_press.places").roots = roots
    return importlib.import_module("legal_press.renderer")


if __name__ == "__main__":
    main()
