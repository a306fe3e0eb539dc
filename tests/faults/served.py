"""A whole Odoo on the database of an experiment, as a process group of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request

from house import settings
from house.testing import free_port

START_SECONDS = 120


class Served:
    """Odoo with its own jobs and web workers; ``url`` is its address if it has any of those."""

    def __init__(self, *options, workers=0, crons=1):
        given = [option for option in sys.argv[1:] if option != "--no-http"]
        name = given[given.index("-d") + 1]
        web = ["--no-http"]
        self.url = None
        if workers:
            port = free_port()
            self.url = f"http://127.0.0.1:{port}"
            web = ["--db-filter", f"^{name}$", "--http-interface", "127.0.0.1", "--http-port", str(port)]
            web += ["--gevent-port", str(free_port())]
        more = [*web, f"--workers={workers}", f"--max-cron-threads={crons}", *options]
        with open(settings.STATE / "bench" / "faults-server.log", "a") as log:
            self._process = subprocess.Popen(
                [*settings.odoo_script(), *given, *more],
                env=dict(os.environ), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        if self.url:
            self._wait()

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.stop()

    def stop(self):
        """As a service manager ends it."""
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """As a power cut ends it, with all its workers."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(60)

    def _wait(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/web/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise RuntimeError("the server did not come up")
