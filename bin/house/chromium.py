"""A headless Chromium driven over its DevTools protocol: what ``bin/screenshots`` needs of it and no more."""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
    "--disable-background-networking", "--disable-breakpad", "--disable-crash-reporter", "--disable-default-apps",
    "--disable-translate", "--no-first-run", "--no-default-browser-check", "--mute-audio", "--hide-scrollbars",
    "--lang=zh-CN", "--font-render-hinting=none", "--remote-debugging-port=0",
)  # fmt: skip
# requests that a page is waited for; those of workers and open connections end elsewhere or never
AWAITED = ("Document", "Stylesheet", "Image", "Font", "Script", "XHR", "Fetch")
WORKER = "websocket_worker"


class PageError(Exception):
    """The browser could not do what it was asked to do."""


class Chromium:
    """One browser process; a context manager."""

    def __enter__(self):
        path = next(filter(None, map(shutil.which, NAMES)), None)
        if not path:
            raise SystemExit("Chromium is missing: run bin/setup --test")
        self.profile = tempfile.mkdtemp(prefix="crm-suite-chromium-")
        self.process = subprocess.Popen(
            [path, *SWITCHES, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.socket = websocket.create_connection(self._address(), timeout=60, suppress_origin=True)
        self.numbers = itertools.count(1)
        self.events = deque()
        return self

    def __exit__(self, *exception):
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _address(self):
        """Where it listens; it chooses a free port and writes it into its profile."""
        told = Path(self.profile) / "DevToolsActivePort"
        for _ in range(200):
            lines = told.read_text().split() if told.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.1)
        raise SystemExit("Chromium did not start")

    def send(self, method, session=None, **params):
        """Result of one command."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        self.socket.settimeout(60)
        self.socket.send(json.dumps({**message, "sessionId": session} if session else message))
        while True:
            reply = json.loads(self.socket.recv())
            if reply.get("id") == number:
                if "error" in reply:
                    raise PageError(f"{method}: {reply['error'].get('message')}")
                return reply["result"]
            if "id" not in reply:
                self.events.append(reply)

    def listen(self, seconds):
        """Takes in the events of the next moments."""
        self.socket.settimeout(seconds)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                reply = json.loads(self.socket.recv())
            except websocket.WebSocketTimeoutException:
                return
            if "id" not in reply:
                self.events.append(reply)

    def page(self, width, height, phone):
        """A tab of its own cookies."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, context, width, height, phone)


class Page:
    """A tab: goes somewhere, waits until nothing moves, clicks, takes its picture."""

    def __init__(self, browser, session, context, width, height, phone):
        self.browser, self.session, self.context = browser, session, context
        self.pending, self.complaints = {}, []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.send("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.send("Emulation.setLocaleOverride", locale="zh-CN")
        self.send("Emulation.setTimezoneOverride", timezoneId="Asia/Shanghai")
        self.send("Network.setExtraHTTPHeaders", headers={"Accept-Language": "zh-CN,zh"})

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def close(self):
        self.browser.send("Target.disposeBrowserContext", browserContextId=self.context)

    def evaluate(self, expression):
        """Value of a JavaScript expression (promises are awaited)."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description") or details.get("text"))
        return result["result"].get("value")

    def go(self, url):
        """Loads ``url`` anew, also when only its hash differs from where the page is."""
        self.send("Page.navigate", url="about:blank")
        self.pending.clear()
        self.send("Page.navigate", url=url)

    def settle(self, ready, seconds=60, quiet=0.6):
        """Waits until no request is on its way, the page is ready and nothing has changed for a moment.

        :param ready: JavaScript expression, true when the page has what it should have
        """
        end = time.monotonic() + seconds
        still = None
        while time.monotonic() < end:
            self.browser.listen(0.1)
            self._take_events()
            if self.pending or not self._is(f"document.readyState === 'complete' && !!({ready})"):
                still = None
                continue
            still = still or time.monotonic()
            if time.monotonic() - still >= quiet:
                self.evaluate("document.fonts.ready.then(() => new Promise(done => "
                              "requestAnimationFrame(() => requestAnimationFrame(done))))")  # fmt: skip
                return
        raise PageError(f"not settled after {seconds} s; on its way: {list(self.pending.values())[:3]}")

    def _is(self, expression):
        try:
            return self.evaluate(expression) is True
        except PageError:
            # between two documents there is nothing to ask
            return False

    def _take_events(self):
        others = deque()
        while self.browser.events:
            event = self.browser.events.popleft()
            if event.get("sessionId") != self.session:
                others.append(event)
                continue
            self._take(event["method"], event["params"])
        self.browser.events = others

    def _take(self, method, params):
        if method == "Network.requestWillBeSent":
            if params.get("type") in AWAITED and WORKER not in params["request"]["url"]:
                self.pending[params["requestId"]] = params["request"]["url"]
        elif method in ("Network.loadingFinished", "Network.loadingFailed"):
            self.pending.pop(params["requestId"], None)
        elif method == "Page.frameNavigated" and "parentId" not in params["frame"]:
            # what the old document still asked for is given up without notice
            self.pending.clear()
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            texts = [str(part.get("value", part.get("description", ""))) for part in params["args"]]
            self.complaints.append(" ".join(texts)[:500])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append((details.get("exception", {}).get("description") or details["text"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}"[:500])

    def click(self, selector, text=""):
        """Clicks the first visible element of ``selector`` that holds ``text``."""
        place = self.evaluate(
            f"""(() => {{
                const found = [...document.querySelectorAll({json.dumps(selector)})].find(
                    (node) => node.textContent.includes({json.dumps(text)}) && node.getClientRects().length);
                if (!found) return null;
                found.scrollIntoView({{block: "center"}});
                const box = found.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"""
        )
        if not place:
            raise PageError(f"nothing to click: {selector} {text}")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)
        # out of the way, or the picture shows what hovers there
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)

    def picture(self):
        """PNG of what is visible."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
