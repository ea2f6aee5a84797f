"""A real mouse in the browser of a test: lines are dragged as a person drags them."""

import json
import queue

CENTRE = """
(() => {
    const el = document.querySelector(%s);
    el.scrollIntoView({ block: "nearest" });
    const box = el.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
})()
"""


class Mouse:
    def __init__(self, keys):
        self.keys = keys
        self.browser = keys.browser
        self.grabbed = queue.Queue()
        self.browser._handlers["Input.dragIntercepted"] = self._on_drag
        self._request("Input.setInterceptDrags", enabled=True)

    def drag(self, grip, target, ready=None):
        """Drag from one place and drop on another, once what is to appear is there."""
        x, y, data = self._grab(grip)
        self._send("Input.dispatchDragEvent", "dragEnter", x, y, data=data)
        if ready:
            self.keys.wait(ready)
        x, y = self._find(target)
        for kind in ("dragEnter", "dragOver"):
            self._send("Input.dispatchDragEvent", kind, x, y, data=data)
        self.keys.wait(f"document.querySelector({json.dumps(target + '.o_over')})")
        self._send("Input.dispatchDragEvent", "drop", x, y, data=data)
        self._send("Input.dispatchMouseEvent", "mouseReleased", x, y, button="left")

    def _grab(self, grip):
        """Press on a grip and pull, once more should the page have moved meanwhile."""
        button = {"button": "left", "buttons": 1, "clickCount": 1}
        for _attempt in range(3):
            x, y = self._find(grip)
            self._send("Input.dispatchMouseEvent", "mouseMoved", x, y)
            self._send("Input.dispatchMouseEvent", "mousePressed", x, y, **button)
            for step in (4, 12):
                self._send(
                    "Input.dispatchMouseEvent", "mouseMoved", x + step, y, **button
                )
            try:
                return x, y, self.grabbed.get(timeout=4)
            except queue.Empty:
                self._send("Input.dispatchMouseEvent", "mouseReleased", x, y)
        self.keys.case.fail(f"nothing was grabbed at {grip}")

    def _find(self, selector):
        """Return the middle of an element that has stopped moving."""
        found = json.dumps(selector)
        box = self.keys.read(CENTRE % found)
        while (again := self.keys.read(CENTRE % found)) != box:
            box = again
        return box["x"], box["y"]

    def _on_drag(self, data, **_kw):
        self.grabbed.put(data)

    def _send(self, method, kind, x, y, **params):
        self._request(method, type=kind, x=x, y=y, **params)

    def _request(self, method, **params):
        self.browser._websocket_request(method, params=params)
