"""The driver's end of an Odoo process on one database."""

import functools
import json
import select
import subprocess
import time

from house import settings

from . import peers

# what the bridge needs to keep a password; nothing here is secret, nothing is sent to anybody but our simulators
ENVIRONMENT = {
    "CRM_FINANCE_KEY": "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=",
    "CRM_FINANCE_ONPREM_CIDR": "127.0.0.0/8",
}


class TimeUp(Exception):
    """The group's time is over."""


class SideError(Exception):
    """The function that was called inside raised; the text is its error."""


def side_options(name):
    """Options of Odoo for a database of the bench; the peers are on its path."""
    path = settings.addons_path()
    if peers.FOLDER.exists():
        path += f",{peers.FOLDER / 'odoo' / 'addons'}"
    return ["-d", name, "--addons-path", path, "--max-cron-threads=0"]


class Side:
    """Calls functions of the bench inside Odoo: ``side.call(function, size=50)``."""

    program = "bench.inside"

    def __init__(self, databases, name, may_commit=False, deadline=float("inf")):
        self.databases, self.name, self.may_commit, self.deadline = databases, name, may_commit, deadline
        self.log = settings.STATE / "bench" / f"{name}.log"
        self._process = None

    def call(self, function, **arguments):
        """Result of ``function(env, **arguments)``; the transaction is rolled back unless the function commits.

        :raises SideError: the function raised
        :raises TimeUp: it was still running when the group's time was over
        """
        return self.ask(function.__module__, function.__name__, arguments)

    def ask(self, module, function, arguments):
        """As :meth:`call`, for a function that cannot be imported out here."""
        if not self._process:
            self._start()
        request = {"module": module, "function": function, "arguments": arguments, "may_commit": self.may_commit}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._read())
        if "error" in answer:
            raise SideError(f"{answer['error']} (see {self.log})")
        return answer["result"]

    def later(self, function, **arguments):
        """The same as a callable, for :func:`bench.figures.in_turn`."""
        return functools.partial(self.call, function, **arguments)

    def _start(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = self.databases.odoo_command(*side_options(self.name), "--no-http", "--log-level=warn")
        options = command[len(settings.odoo_script()) :]
        path = f"{settings.TOP / 'tests'}:{settings.TOP / 'bin'}:{peers.LIBRARIES}"
        env = dict(self.databases.cluster.environment(), PYTHONPATH=path, **ENVIRONMENT)
        with open(self.log, "w") as log:
            self._process = subprocess.Popen(
                [str(settings.PYTHON), "-m", self.program, *options],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=env,
            )  # fmt: skip
        self._read()

    def _read(self):
        """Next line of the process, whole: it writes one only when a request is done."""
        left = self.deadline - time.monotonic()
        ready, _, _ = select.select([self._process.stdout], [], [], None if left == float("inf") else max(left, 0))
        if not ready:
            self._process.kill()
            self.close()
            raise TimeUp
        line = self._process.stdout.readline()
        if not line:
            self.close()
            tail = self.log.read_text(errors="replace").strip().splitlines()[-1:]
            raise SideError(f"the process on {self.name} ended: {' '.join(tail)} (see {self.log})")
        return line

    def close(self):
        """Ends the process; the next call starts it again."""
        if self._process:
            process, self._process = self._process, None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    @property
    def environment(self):
        """Environment for a server of one's own on this database."""
        return dict(self.databases.cluster.environment(), **ENVIRONMENT)
