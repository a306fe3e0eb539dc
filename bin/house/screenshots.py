"""``bin/screenshots``: each role's main screens as pictures."""

import argparse
import io
import json
import signal
import sys
from pathlib import Path

from PIL import Image

from . import settings
from .chromium import Chromium, PageError
from .run import Demo, demo_options
from .testing import free_port

SIZES = {"desktop": (1400, 900), "phone": (390, 844)}
SCREENS = Path(__file__).with_name("screens.json")
DOCS = settings.TOP / "docs" / "pictures"
# true when the page shows what it was opened for: a client action that has loaded, or a page of the portal
READY = """
    (!document.querySelector('.o_web_client') ||
     document.querySelector('.o_action_manager .o_action, .o_home_menu, .modal, .o_action_manager > div')) &&
    !document.querySelector('.o_loading_indicator, .o_blockUI, .o-mail-Thread-loading, .o_spinner, .fa-spin')
"""
WRONG = """
    [...document.querySelectorAll('.o_error_dialog, .o_notification .bg-danger, .o_notification_bar.bg-danger, ' +
                                  'main .o_error_detail, .o_dialog .modal-content.o_error_dialog')]
        .map((node) => node.textContent.trim().slice(0, 300))
"""


def parse(arguments):
    parser = argparse.ArgumentParser(prog="bin/screenshots")
    parser.add_argument("roles", nargs="*")
    parser.add_argument("--desktop", action="store_true")
    parser.add_argument("--phone", action="store_true")
    parser.add_argument("--out", type=Path, default=settings.STATE / "screenshots")
    parser.add_argument("--url")
    parser.add_argument("--docs", action="store_true")
    options = parser.parse_args(arguments)
    options.sizes = [name for name in SIZES if getattr(options, name)] or list(SIZES)
    options.screens = json.loads(SCREENS.read_text())
    unknown = set(options.roles) - options.screens.keys()
    if unknown:
        parser.error(f"no such role: {', '.join(sorted(unknown))}; there are {', '.join(options.screens)}")
    return options


class Photographer:
    """Walks through the screens of roles with one browser."""

    def __init__(self, browser, url, options):
        self.browser, self.url, self.options = browser, url.rstrip("/"), options
        self.wrong = 0

    def role(self, role, size):
        """Photographs the screens of one role at one size."""
        screens = [
            screen
            for screen in self.options.screens[role]
            if size in screen.get("sizes", SIZES) and (not self.options.docs or screen.get("docs", {}).get(size))
        ]
        if not screens:
            return
        page = self.browser.page(*SIZES[size], size == "phone")
        try:
            self.log_in(page, role)
            for screen in screens:
                self.take(page, role, size, screen)
        finally:
            page.close()

    def log_in(self, page, role):
        page.go(f"{self.url}/web/login")
        page.settle("document.querySelector('input[name=password]')")
        page.evaluate(
            f"""(() => {{
                document.querySelector("input[name=login]").value = {json.dumps(role)};
                document.querySelector("input[name=password]").value = {json.dumps(role)};
                document.querySelector("form.oe_login_form").submit();
            }})()"""
        )
        page.settle("!document.querySelector('input[name=password]') && " + READY)

    def take(self, page, role, size, screen):
        """One picture; what is wrong with the page is said and counted."""
        page.complaints.clear()
        name = f"{role}-{screen['name']}-{size}"
        trouble = []
        try:
            page.go(self.url + screen["path"])
            page.settle(READY)
            for step in screen.get("click", ()):
                selector, _sep, text = step.partition(" >> ")
                page.click(selector, text)
                page.settle(READY)
        except PageError as error:
            trouble.append(str(error))
        trouble += page.evaluate(WRONG) + page.complaints
        self.store(page.picture(), name, screen.get("docs", {}).get(size))
        print(f"{'FAIL' if trouble else 'ok  '} {name}", flush=True)
        for line in trouble:
            print(f"     {line}")
        self.wrong += bool(trouble)

    def store(self, png, name, docs_name):
        if not self.options.docs:
            self.options.out.mkdir(parents=True, exist_ok=True)
            (self.options.out / f"{name}.png").write_bytes(png)
            return
        DOCS.mkdir(parents=True, exist_ok=True)
        image = Image.open(io.BytesIO(png)).convert("RGB").quantize(200, method=Image.Quantize.MEDIANCUT, dither=0)
        image.save(DOCS / f"{docs_name}.png", optimize=True)


def photograph(url, options):
    with Chromium() as browser:
        photographer = Photographer(browser, url, options)
        for role in options.roles or options.screens:
            for size in options.sizes:
                photographer.role(role, size)
    print(f"screenshots: {photographer.wrong} wrong" if photographer.wrong else "screenshots: fine")
    return 1 if photographer.wrong else 0


def main(arguments):
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    if options.url:
        return photograph(options.url, options)
    port = free_port()
    with Demo(demo_options(["--port", str(port)])).running():
        return photograph(f"http://127.0.0.1:{port}", options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
