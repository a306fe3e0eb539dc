"""``bin/run``: the demo company in the browser."""

import argparse
import contextlib
import dataclasses
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from . import settings
from .database import Databases
from .postgres import Cluster

SIMULATOR_PORT = 8971
SIMULATORS = settings.TOP / "tests" / "simulators"
DEMO = """
import importlib
for addon in {addons!r}:
    try:
        module = importlib.import_module("odoo.addons." + addon + ".demo.company")
    except ModuleNotFoundError as error:
        if not error.name.startswith("odoo.addons." + addon + ".demo"):
            raise
        continue
    module.build(env)
    env.cr.commit()
"""


def say(text):
    print(f"\033[1m[run]\033[0m {text}", file=sys.stderr, flush=True)


def port_is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def addons_digest():
    """Changes when a file of our addons does, so that a new version is brought into the database by itself."""
    digest = hashlib.sha256()
    for path in sorted(settings.ADDONS_DIR.rglob("*")):
        if path.is_file() and path.suffix in (".py", ".xml", ".csv", ".po", ".js", ".scss", ".json"):
            if "/tests/" not in str(path):
                digest.update(f"{path.relative_to(settings.TOP)}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class Demo:
    def __init__(self, options):
        self.options = options
        self.databases = Databases(Cluster("run"))
        self.name = settings.DEMO_DATABASE
        self.mark = settings.STATE / f"run-{self.name}.digest"
        self.log = settings.STATE / "run-build.log"

    def prepare(self):
        """Makes sure that the database is there, whole and of this version."""
        cluster = self.databases.cluster
        if self.options.reset:
            say("throwing the database away")
            self.databases.drop(self.name)
        if self.name not in cluster.databases():
            self._build()
        elif not self.mark.exists() or self.mark.read_text() != addons_digest():
            say("bringing the database to this version")
            self.databases._odoo_or_exit(
                "updating our addons", "-d", self.name, "-i", ",".join(settings.SUITE), "-u", ",".join(settings.SUITE),
                "--skip-auto-install", "--stop-after-init", "--no-http", log=self.log,
            )  # fmt: skip
        self.mark.write_text(addons_digest())
        # links, QR codes and the styles of printed papers are asked for at this address
        self.databases.cluster.sql(
            f"UPDATE ir_config_parameter SET value = 'http://127.0.0.1:{self.options.port}' WHERE key = 'web.base.url'",
            self.name,
        )

    def _build(self):
        started = time.monotonic()
        making = f"{self.name}_making"
        self.databases.copy(self.databases.base_template(), making)
        say("installing the suite")
        self.databases.install_suite(making, self.log)
        if not self.options.no_demo:
            say("building the demo company")
            self._shell(making, DEMO.format(addons=settings.SUITE))
        # only a finished database gets the name that the next start looks for
        self.databases.cluster.rename(making, self.name)
        self.databases.cluster.sql(
            f"UPDATE finance_connection SET home = '{self.name}' WHERE home = '{making}'", self.name
        )
        store = self.databases.filestore(making)
        if store.exists():
            store.rename(self.databases.filestore(self.name))
        say(f"ready after {time.monotonic() - started:.0f} s")

    def _shell(self, name, script):
        env = dict(os.environ, **self.server_environment())
        command = self.databases.odoo_command("-d", name, "--no-http", subcommand=("shell",))
        done = subprocess.run(command, input=script, text=True, check=False, capture_output=True, env=env)
        self.log.write_text(done.stderr)
        # the shell prints an exception and still ends with 0
        if done.returncode or "Traceback (most recent call last)" in done.stderr:
            sys.stderr.write(done.stderr[-3000:])
            raise SystemExit(f"[run] building the demo company failed; the whole log is {self.log}")

    def server_environment(self):
        """What the bridge may know of the machine it runs on; none of it can be set in the database."""
        key = {"CRM_FINANCE_KEY": self._secret_key_file()}
        if self.options.no_simulators:
            return key
        return {
            **key,
            "CRM_FINANCE_ONPREM_CIDR": "127.0.0.0/8",
            "CRM_SUITE_SIMULATOR_URL": f"http://127.0.0.1:{SIMULATOR_PORT}/k3cloud/",
            "CRM_SUITE_SIMULATOR_ACCOUNT": self._simulator_account(),
        }

    @staticmethod
    def _simulator_account():
        """The simulator's one account as JSON."""
        sys.path.insert(0, str(SIMULATORS))
        from kingdee.auth import Account

        return json.dumps(dataclasses.asdict(Account()))

    def _secret_key_file(self):
        """Key that encrypts the demo's finance password; made once, readable by its owner only."""
        path = settings.STATE / "secret.key"
        if not path.exists():
            from cryptography.fernet import Fernet

            path.touch(mode=0o600)
            path.write_bytes(Fernet.generate_key())
        return str(path)

    def start_simulator(self):
        """The simulated Kingdee beside the demo; its page shows what arrived there."""
        if self.options.no_simulators or not (SIMULATORS / "kingdee").is_dir():
            return None
        if not port_is_free(SIMULATOR_PORT):
            say(f"port {SIMULATOR_PORT} is taken, so the demo does without the simulated finance system")
            # what answers there is somebody else's, with other accounts
            self.options.no_simulators = True
            return None
        env = dict(os.environ, PYTHONPATH=str(SIMULATORS))
        ledger = settings.STATE / "kingdee-demo.sqlite"
        if self.options.reset:
            ledger.unlink(missing_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "kingdee.server", "--port", str(SIMULATOR_PORT), "--ledger", str(ledger)],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    @contextlib.contextmanager
    def running(self):
        """The demo, built if it is not there yet, with its server (a process) and the simulated Kingdee."""
        self.databases.cluster.start()
        simulator = None
        try:
            simulator = self.start_simulator()
            self.prepare()
            with self._server() as server:
                yield server
        finally:
            if simulator:
                simulator.terminate()
                simulator.wait(10)
            self.databases.cluster.stop()

    @contextlib.contextmanager
    def _server(self):
        port = self.options.port
        command = self.databases.odoo_command(
            "-d", self.name, "--db-filter", f"^{self.name}$", "--http-interface", "127.0.0.1", "--http-port", str(port),
            "--max-cron-threads=1",
        )  # fmt: skip
        env = dict(os.environ, **self.server_environment())
        server = subprocess.Popen(command, env=env, start_new_session=True)
        try:
            self._wait(server, port)
            yield server
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                try:
                    server.wait(30)
                except subprocess.TimeoutExpired:
                    server.kill()

    @staticmethod
    def _wait(server, port):
        for _ in range(240):
            if server.poll() is not None:
                raise SystemExit("[run] the server ended by itself; see the lines above")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health", timeout=2) as reply:
                    if reply.status == 200:
                        return
            except OSError:
                time.sleep(0.5)
        raise SystemExit("[run] the server does not answer; see the lines above")


def demo_options(arguments):
    parser = argparse.ArgumentParser(prog="bin/run")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--no-simulators", action="store_true")
    parser.add_argument("--reset", action="store_true")
    return parser.parse_args(arguments)


def main(arguments):
    options = demo_options(arguments)
    if not port_is_free(options.port):
        raise SystemExit(
            f"[run] port {options.port} is taken; stop what uses it or choose another: bin/run --port 8070"
        )
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        with Demo(options).running() as server:
            say(f"http://127.0.0.1:{options.port}   administrator: admin / admin   one user a role: sales_rep / …")
            if not options.no_simulators:
                say(f"simulated Kingdee: http://127.0.0.1:{SIMULATOR_PORT}/")
            try:
                return server.wait()
            except KeyboardInterrupt:
                say("stopping")
                return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
