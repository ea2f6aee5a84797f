"""Pages checked for readers with disabilities, by axe-core in a real browser."""

import importlib.util
import json
from pathlib import Path

from odoo.addons.legal_timesheet.tests.keyboard import KeyboardCase

PACKAGE = "axe_playwright_python"
SEVERE = ("serious", "critical")
RUN = """
axe.run(document, { resultTypes: ["violations"] }).then((found) =>
    found.violations.map((fault) => ({
        id: fault.id,
        impact: fault.impact,
        help: fault.help,
        nodes: fault.nodes.map((node) => node.html.slice(0, 200)).slice(0, 4),
    }))
)
"""
LOADED = """
document.readyState === "complete" && document.querySelector("#wrap, main")
    && location.href !== "about:blank" && !window.axe
"""


def read_axe():
    """Return the source of axe-core, which the tests' requirements bring."""
    spec = importlib.util.find_spec(PACKAGE)
    if not spec:
        raise FileNotFoundError(
            f"{PACKAGE} is missing: install requirements/test-alone.txt with --no-deps."
        )
    return Path(spec.submodule_search_locations[0], "axe.min.js").read_text()


class AccessibleCase(KeyboardCase):
    """Mix into an ``HttpCase``: pages have no serious or critical fault."""

    def assert_accessible(self, *pages, widths=(390, 1280), login=None):
        """Open pages one after the other, in one browser, at each width.

        :param pages: an address, or ``(address, JavaScript done first)``
        """
        pages = [page if isinstance(page, tuple) else (page, "") for page in pages]
        source = read_axe()

        def story(keyboard):
            for address, prepare in pages:
                keyboard.browser.navigate_to(self.base_url() + address)
                keyboard.wait(LOADED)
                if prepare:
                    keyboard.read(prepare)
                keyboard.read(f"{source}; undefined")
                for width in widths:
                    self._set_width(keyboard.browser, width)
                    with self.subTest(page=address.split("?")[0], width=width):
                        self._check_page(keyboard, width)

        self.drive(pages[0][0], login, "document.readyState === 'complete'", story)

    def _set_width(self, browser, width):
        browser._websocket_request(
            "Emulation.setDeviceMetricsOverride",
            params={
                "width": width,
                "height": 900,
                "deviceScaleFactor": 1,
                "mobile": width < 600,
            },
        )

    def _check_page(self, keyboard, width):
        found = keyboard._evaluate(RUN, 30)
        faults = found["result"].get("value")
        self.assertIsNotNone(faults, found)
        severe = [fault for fault in faults if fault["impact"] in SEVERE]
        self.assertFalse(severe, json.dumps(severe, indent=1, ensure_ascii=False))
        # Nothing is wider than the screen: nobody scrolls sideways to read.
        wide = keyboard.read("document.documentElement.scrollWidth - window.innerWidth")
        self.assertLessEqual(wide, 0, f"{wide} px too wide")
