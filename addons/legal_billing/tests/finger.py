"""A finger on a telephone: real taps, counted, from one page to the next."""

import base64
import json
import time

from odoo.addons.legal_timesheet.tests.keyboard import Keyboard

PLACE = """
(() => {
    const el = document.querySelector(%s);
    if (!el || el.disabled) { return null; }
    el.scrollIntoView({ block: "center", behavior: "instant" });
    const box = el.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const top = document.elementFromPoint(x, y);
    return top && (el.contains(top) || top.contains(el)) ? { x, y } : null;
})()
"""


class Finger(Keyboard):
    """Taps where the eye sees something, and counts the taps."""

    def __init__(self, case, browser):
        super().__init__(case, browser)
        self.taps = 0

    def open_mail(self, body):
        """Open what an e-mail says as a telephone shows it."""
        head = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        page = base64.b64encode(f"<!doctype html>{head}{body}".encode()).decode()
        url = f"data:text/html;charset=utf-8;base64,{page}"
        self.browser.navigate_to(url, wait_stop=True)

    def tap(self, selector):
        """Tap the middle of what is in sight, enabled, covered by nothing."""
        place = PLACE % json.dumps(selector)
        spot, again = None, self.until(place)
        while spot != again:  # once the page has stopped moving
            spot, again = again, self.until(place)
        point = [{"x": spot["x"], "y": spot["y"]}]
        self._touch("touchStart", point)
        self._touch("touchEnd", [])
        self.taps += 1

    def until(self, expression, timeout=30):
        """Return what an expression is once it is something, over pages' bounds."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                found = self.read(expression)
            except Exception:  # noqa: BLE001  the page was left meanwhile
                found = None
            if found:
                return found
            time.sleep(0.05)
        self.browser.take_screenshot()
        words = self.read("document.body.innerText.slice(0, 600)")
        return self.case.fail(f"never true: {expression}; the page says: {words}")

    def assert_fits(self):
        """Nothing is wider than the telephone."""
        width = self.read("document.documentElement.scrollWidth")
        self.case.assertLessEqual(width, 390)

    def _touch(self, kind, points):
        self.browser._websocket_request(
            "Input.dispatchTouchEvent", params={"type": kind, "touchPoints": points}
        )
