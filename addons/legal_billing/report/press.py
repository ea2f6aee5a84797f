"""The press: the documents of a batch are laid out by several processes.

Laying out is most of a PDF's time and holds the interpreter, so that more threads
would not help. While this process works out the next document with the database,
helpers lay out those before it. A helper is a program of its own with nothing of
Odoo in it (see ``press_helper``); whatever goes wrong with one, the document is laid
out here, and what is then wrong with it is said as always.

Helpers stay a while after a batch, for the next one, and end by themselves.
"""

import atexit
import logging
import os
import pickle
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import renderer
from .press_helper import ANSWER, DONE, HEADER

_logger = logging.getLogger(__name__)

#: below this, starting a helper costs more than it spares
MIN_DOCUMENTS = 6
#: more helpers than this help no more: the database's side is the rest
MAX_HELPERS = 8
#: seconds after which a helper without work ends
IDLE_SECONDS = 60
#: processor seconds that a helper may use before the system ends it
HELPER_SECONDS = 1800
#: images that a helper keeps for the documents to come
KEPT_IMAGES = 50

_guard = threading.Lock()
_idle = []  # helpers without work, the last used at the end
_owner = os.getpid()
_timer = None


class HelperLost(Exception):
    """A helper ended or answered with something else than a file."""


class Helper:
    """One helper process."""

    def __init__(self):
        if not sys.executable:
            raise OSError("This server does not know its Python.")
        # Its messages join the server's own. Of a session of its own, it hears no
        # interruption of the terminal: it ends when its input does.
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("press_helper.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        settings = {
            "path": sys.path,
            "roots": _get_roots(),
            "seconds": HELPER_SECONDS,
            "images": KEPT_IMAGES,
        }
        pickle.dump(settings, self._process.stdin)
        self._process.stdin.flush()

    def lay_out(self, html, xml):
        """Return the file of one document.

        :raise HelperLost: there is none from here
        """
        page, einvoice = html.encode(), xml or b""
        try:
            self._process.stdin.write(
                HEADER.pack(len(page), len(einvoice), xml is not None) + page + einvoice
            )
            self._process.stdin.flush()
            code, size = ANSWER.unpack(self._read(ANSWER.size))
            content = self._read(size)
        except OSError as error:
            raise HelperLost(str(error)) from error
        if code != DONE:
            raise HelperLost(content.decode(errors="replace"))
        return content

    def _read(self, size):
        content = self._process.stdout.read(size)
        if len(content) < size:
            raise HelperLost("The helper process ended.")
        return content

    @property
    def is_alive(self):
        return self._process.poll() is None

    def end(self):
        """Let it go: without input it ends by itself."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                pipe.close()
            except OSError:
                pass
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _get_roots():
    import odoo.addons

    return list(odoo.addons.__path__)


def count_helpers(documents, wanted=None):
    """Return how many helpers a batch is given.

    :param int documents: how many are printed
    :param int wanted: what the server's administrator says, None for one a core
    """
    if documents < MIN_DOCUMENTS:
        return 0
    limit = (os.cpu_count() or 1) if wanted is None else max(wanted, 0)
    return min(limit, MAX_HELPERS, documents // (MIN_DOCUMENTS // 2))


class Batch:
    """The documents of one call, laid out in the order in which they are handed over.

    :param int helpers: processes that lay out; 0 lays out here, at once
    :ivar dict cache: images shared by the documents that are laid out here
    """

    def __init__(self, helpers=0):
        self.cache = {}
        self._helpers = _take(helpers) if helpers else []
        self._free = queue.SimpleQueue()
        for helper in self._helpers:
            self._free.put(helper)
        self._threads = (
            ThreadPoolExecutor(len(self._helpers), "press") if self._helpers else None
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
            _give_back(self._helpers)

    def lay_out(self, html, xml=None):
        """Start a document; return what gives its bytes when called."""
        if not self._threads:
            content = self._lay_out_here(html, xml)
            return lambda: content
        asked = self._threads.submit(self._ask, html, xml)

        def get():
            try:
                return asked.result()
            except HelperLost as error:
                _logger.warning("A document is laid out here instead: %s", error)
                return self._lay_out_here(html, xml)

        return get

    def _lay_out_here(self, html, xml):
        return renderer.lay_out(html, self.cache).write(xml=xml)

    def _ask(self, html, xml):
        helper = self._free.get()
        try:
            return helper.lay_out(html, xml)
        finally:
            self._free.put(helper)


def _take(count):
    """Return helpers, those that wait first; fewer when no more can be started."""
    with _guard:
        _forget_others()
        taken = [_idle.pop() for _rank in range(min(count, len(_idle)))]
    taken = [helper for helper in taken if helper.is_alive]
    while len(taken) < count:
        try:
            taken.append(Helper())
        except OSError as error:
            _logger.warning("No helper can be started: %s", error)
            break
    return taken


def _give_back(helpers):
    global _timer
    with _guard:
        _idle.extend(helper for helper in helpers if helper.is_alive)
        surplus = [_idle.pop(0) for _rank in range(max(len(_idle) - MAX_HELPERS, 0))]
        if _timer:
            _timer.cancel()
        _timer = threading.Timer(IDLE_SECONDS, end_helpers)
        _timer.daemon = True
        _timer.start()
    for helper in surplus:
        helper.end()


def _forget_others():
    """Leave the helpers of the process that this one was forked from to it."""
    global _owner
    if _owner != os.getpid():
        _idle.clear()
        _owner = os.getpid()


@atexit.register
def end_helpers():
    """End the helpers that have no work."""
    with _guard:
        _forget_others()
        ended = _idle[:]
        _idle.clear()
    for helper in ended:
        helper.end()
