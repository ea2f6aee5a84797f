"""Real key presses in the browser of a test, through the DevTools protocol."""

import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

KEYS = {
    "Enter": 13,
    "Tab": 9,
    "Escape": 27,
    "Delete": 46,
    "Home": 36,
    "End": 35,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
MODIFIERS = {"Control": 2, "Shift": 8}
WAIT = """
new Promise((resolve, reject) => {
    const end = Date.now() + %(timeout)s;
    (function look() {
        if (%(condition)s) { return resolve(true); }
        if (Date.now() > end) { return reject(new Error("timeout")); }
        setTimeout(look, 20);
    })();
})
"""


class Keyboard:
    def __init__(self, case, browser):
        self.case = case
        self.browser = browser
        browser._websocket_request(
            "Emulation.setFocusEmulationEnabled", params={"enabled": True}
        )

    def press(self, *names):
        """Press keys one after the other, e.g. ``"Control+ArrowLeft"``."""
        for name in names:
            *modifiers, key = name.split("+")
            params = {
                "key": key,
                "code": key,
                "windowsVirtualKeyCode": KEYS[key],
                "modifiers": sum(MODIFIERS[modifier] for modifier in modifiers),
            }
            if key == "Enter":
                params["text"] = "\r"
            self._send("keyDown" if "text" in params else "rawKeyDown", params)
            self._send("keyUp", {**params, "text": ""})

    def type(self, text):
        for char in text:
            self._send("keyDown", {"key": char, "text": char})
            self._send("keyUp", {"key": char})

    def wait(self, condition, timeout=15):
        """Wait until a JavaScript expression is true."""
        answer = self._evaluate(
            WAIT % {"condition": condition, "timeout": timeout * 1000}, timeout + 5
        )
        if "exceptionDetails" in answer:
            self.browser.take_screenshot()
            self.case.fail(
                f"never true: {condition}; focus on: "
                + str(self.read("document.activeElement.outerHTML.slice(0, 300)"))
            )

    def read(self, expression):
        return self._evaluate(expression, 15)["result"].get("value")

    def text(self, selector):
        return self.read(f"document.querySelector({json.dumps(selector)}).innerText")

    def click(self, selector):
        self.wait(f"document.querySelector({json.dumps(selector)})")
        self.read(f"document.querySelector({json.dumps(selector)}).click()")

    def _evaluate(self, expression, timeout):
        return self.browser._websocket_request(
            "Runtime.evaluate",
            params={
                "expression": expression,
                "awaitPromise": True,
                "returnByValue": True,
            },
            timeout=timeout,
        )

    def _send(self, kind, params):
        self.browser._websocket_request(
            "Input.dispatchKeyEvent", params={"type": kind, **params}
        )


class KeyboardCase:
    """Mix into an ``HttpCase``: a page, and a keyboard to drive it from Python."""

    pointer = Keyboard

    def drive(self, url, login, ready, story):
        """Open a page, then let ``story(keyboard)`` press keys on it."""
        with self._story(story):
            self.browser_js(
                url, "console.log('test successful')", ready, login=login, timeout=180
            )
        self.env.invalidate_all()

    @contextmanager
    def _story(self, story):
        finish = ChromeBrowser._wait_code_ok

        def play(browser, code, timeout, error_checker=None):
            story(self.pointer(self, browser))
            finish(browser, code, timeout, error_checker=error_checker)

        with patch.object(ChromeBrowser, "_wait_code_ok", play):
            yield
