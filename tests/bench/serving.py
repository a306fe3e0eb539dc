"""An Odoo server on a database of the bench, for what is measured from outside."""

import contextlib
import subprocess
import time
import urllib.request
from typing import NamedTuple

from house.testing import free_port

from .side import side_options

START_SECONDS = 120


class Server(NamedTuple):
    """``seconds``: from the command line to ``/web/health``."""

    url: str
    seconds: float


@contextlib.contextmanager
def serving(side, *options):
    """Gives a :class:`Server` on the database of ``side``, a scratch copy; ended when the block is left."""
    port = free_port()
    command = side.databases.odoo_command(
        *side_options(side.name), "--db-filter", f"^{side.name}$", "--http-interface", "127.0.0.1",
        "--http-port", str(port), "--log-level=warn", *options,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    side.log.parent.mkdir(parents=True, exist_ok=True)
    with open(side.log, "a") as log:
        process = subprocess.Popen(command, env=side.environment, stdout=log, stderr=log)
    try:
        _wait_for(url + "/web/health", process, side)
        yield Server(url, time.perf_counter() - started)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url, process, side):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not come up, see {side.log}")
