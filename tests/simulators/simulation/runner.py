"""Python handle of a simulator that runs as a process of its own."""

import http.client
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class SimulatorProcess:
    """Context manager: starts the server on a free port of 127.0.0.1, stops it at the end.

    :param ledger: path of the books; without it a temporary file that goes at the end.
    :param port: 0 takes a free one; it stays the same over :meth:`restart`.

    ``base_url`` is what a client is configured with, ``credentials`` the keyword arguments of a
    login, ``allow`` the networks a client must be told to accept. ``package`` names the product.
    """

    package = ""
    allow = ("127.0.0.0/8",)

    def __init__(self, ledger=None, port=0):
        self._folder = None if ledger else tempfile.TemporaryDirectory(prefix=f"{self.package}-")
        self.ledger_path = Path(ledger) if ledger else Path(self._folder.name) / "ledger.db"
        self.port = port
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *details):
        self.kill()
        if self._folder:
            self._folder.cleanup()

    # ------------------------------------------------------------------ process

    def start(self, timeout=60.0):
        """Start the server and wait until it listens."""
        root = Path(__file__).resolve().parent.parent
        inherited = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([str(root), inherited] if inherited else [str(root)])
        command = [sys.executable, "-m", f"{self.package}.server", "--port", str(self.port)]
        command += ["--ledger", str(self.ledger_path)]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        ready, _, _ = select.select([self._process.stdout], [], [], timeout)
        line = self._process.stdout.readline() if ready else ""
        if not line.startswith("READY "):
            self.kill()
            raise RuntimeError("the simulator did not start")
        self.port = int(line.split()[1])

    @property
    def alive(self):
        """False after :meth:`kill`."""
        return self._process is not None

    def kill(self):
        """End it at once (SIGKILL): what was not committed is lost, as in a crash."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process.stdout.close()
            self._process = None

    def restart(self):
        """Kill and start again on the same port with the same books; sessions are gone."""
        self.kill()
        self.start()

    # ------------------------------------------------------------------ control

    def ledger(self):
        """All documents: form id -> list of documents with number, status, body."""
        return self._ask("GET", "/_sim/ledger")

    def count(self, number, form=None):
        """How many documents stand in the books under a number, or name it as their reference."""
        return sum(
            number in (document["number"], *document.get("references", ()))
            for name, documents in self.ledger().items()
            if form in (None, name)
            for document in documents
        )

    def calls(self, operation=None, form=None):
        """The call log, oldest first: operation, form, number, outcome, committed."""
        return [
            call
            for call in self._ask("GET", "/_sim/calls")
            if operation in (None, call["operation"]) and (form is None or form.lower() == call["form"].lower())
        ]

    def inject(self, kind, **spec):
        """Arm one fault; see :mod:`.faults` for the kinds."""
        self._ask("POST", "/_sim/faults", [{"kind": kind, **spec}])

    def clear_faults(self):
        """Disarm all faults."""
        self._ask("POST", "/_sim/faults", {"clear": True})

    def settings(self, **values):
        """Change switches of the product; the others stay as they are."""
        self._ask("POST", "/_sim/settings", values)

    def reset(self):
        """Empty books, call log and faults."""
        self._ask("POST", "/_sim/reset", {})

    def wait_for(self, condition, timeout=5.0):
        """Poll until ``condition()`` is true (for late commits); returns its last value."""
        end = time.monotonic() + timeout
        while not (value := condition()) and time.monotonic() < end:
            time.sleep(0.01)
        return value

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            data = json.dumps(body).encode() if body is not None else None
            headers = {"Content-Type": "application/json"} if data else {}
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"simulator: {response.status} {text}")
        return json.loads(text)
