"""A freshly made database of the suite, a server with two workers on it, and people who call it over JSON-2."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
for folder in (TOP / "bin", TOP / "tests" / "simulators"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from cryptography.fernet import Fernet
from house import settings
from house.database import Databases
from house.postgres import Cluster
from house.testing import allowed, complaint_of, free_port

PREPARE = """
import datetime, json
from odoo.addons.crm_merchant.demo.roles import build_roles
users = build_roles(env)
{script}
keys = {{}}
expiry = datetime.datetime.now() + datetime.timedelta(days=1)
for role, user in users.items():
    keys[role] = env(user=user)["res.users.apikeys"]._generate(None, "e2e", expiry)
env.cr.commit()
print("KEYS " + json.dumps(keys))
"""


class ApiError(Exception):
    """The server refused; ``name`` is the exception's class there, the text is its sentence."""

    def __init__(self, status, name, message):
        super().__init__(f"{status} {name}: {message}")
        self.status = status
        self.name = name
        self.message = message


class Person:
    """One user over JSON-2: ``person.call("crm.lead", "search_read", domain=[])``."""

    def __init__(self, server, role, key):
        self.server, self.role, self.key = server, role, key

    def call(self, model, method, ids=None, **arguments):
        # people work in Chinese; the browser sends that along as well
        body = {"context": {"lang": "zh_CN", "tz": "Asia/Shanghai"}, **arguments}
        if ids is not None:
            body["ids"] = ids
        request = urllib.request.Request(
            f"{self.server.url}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"bearer {self.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                details = json.loads(text)
            except ValueError:
                details = {}
            raise ApiError(error.code, details.get("name", ""), details.get("message", text[:300])) from None

    def read(self, model, ids, *fields):
        ids = [ids] if isinstance(ids, int) else ids
        return self.call(model, "read", ids, fields=list(fields))

    def search(self, model, domain, *fields, **options):
        return self.call(model, "search_read", domain=domain, fields=list(fields), **options)

    def create(self, model, vals):
        return self.call(model, "create", vals_list=[vals])[0]


class Browser:
    """A customer's browser: pages, forms and the calls that pages make, with a session of its own."""

    def __init__(self, server, login):
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.post("/web/login", login=login, password=login)

    def get(self, path):
        """Text of the page behind all redirects."""
        with self.opener.open(self.server.url + path, timeout=60) as reply:
            return reply.read().decode()

    def post(self, path, **form):
        """Sends a form with the token that pages of this session carry; text of the page it leads to."""
        token = re.search(r'csrf_token: "([^"]+)"', self.get("/web/login" if path == "/web/login" else "/my"))[1]
        data = urllib.parse.urlencode({**form, "csrf_token": token}).encode()
        with self.opener.open(self.server.url + path, data=data, timeout=60) as reply:
            return reply.read().decode()

    def rpc(self, path, **params):
        """Result of a JSON call.

        :raises ApiError: when the server refuses it
        """
        request = urllib.request.Request(
            self.server.url + path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=60) as reply:
            answer = json.load(reply)
        if "error" in answer:
            raise ApiError(200, answer["error"]["data"]["name"], answer["error"]["data"]["message"])
        return answer["result"]


class SuiteServer:
    """Odoo in prefork mode with two workers and one cron worker, as a process group of its own."""

    def __init__(self, name, environment=None):
        self.databases = Databases(Cluster("test"))
        self.databases.cluster.start()
        self.name = name
        self.log = settings.STATE / f"e2e-{name}.log"
        self.port, self.evented_port = free_port(), free_port()
        self.environment = {
            "CRM_FINANCE_ONPREM_CIDR": "127.0.0.0/8",
            "CRM_FINANCE_KEY": Fernet.generate_key().decode(),
            **(environment or {}),
        }
        self.process = None
        self.people = {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def build(self, script=""):
        """Makes the database: template, our addons, role users with API keys, then ``script`` in Odoo's shell."""
        # the log tells of this run only
        self.log.unlink(missing_ok=True)
        self.databases.copy(self.databases.base_template(), self.name)
        self.databases.install_suite(self.name, settings.STATE / f"e2e-{self.name}-install.log")
        output = self.shell(PREPARE.format(script=script))
        line = next(line for line in output.splitlines() if line.startswith("KEYS "))
        self.people = {role: Person(self, role, key) for role, key in json.loads(line[5:]).items()}

    def shell(self, script):
        """Output of a script in Odoo's shell on this database."""
        return self.databases.shell(self.name, script, self.environment)

    def start(self, *options, environment=None):
        command = self.databases.odoo_command(
            "-d", self.name, "--db-filter", f"^{self.name}$", "--http-interface", "127.0.0.1", "--http-port",
            str(self.port), "--gevent-port", str(self.evented_port), "--workers=2", "--max-cron-threads=1", *options,
        )  # fmt: skip
        env = dict(os.environ, **self.environment, **(environment or {}))
        with open(self.log, "ab") as stream:
            self.process = subprocess.Popen(command, env=env, stdout=stream, stderr=stream, start_new_session=True)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended by itself; see {self.log}")
            try:
                with urllib.request.urlopen(f"{self.url}/web/health", timeout=2) as reply:
                    if reply.status == 200:
                        return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the server does not answer; see {self.log}")

    def kill(self):
        """Ends the whole process group at once, as a power cut would."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self.process = None

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None

    def close(self):
        self.kill()
        self.databases.drop(self.name)
        self.databases.cluster.stop()

    def complaints(self):
        """Warnings and errors of the log that are not on the list of allowed ones."""
        excused = allowed("allowed_log_lines")
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return [complaint for line in lines if (complaint := complaint_of(line, excused))]


def wait_for(check, timeout=60, interval=0.2):
    """Value of ``check()`` as soon as it is true.

    :raises AssertionError: after ``timeout`` seconds
    """
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = check()
        if value:
            return value
        time.sleep(interval)
    raise AssertionError(f"not within {timeout} s: {check}")
