"""A private PostgreSQL cluster inside the clone, or the server that the environment names."""

import configparser
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .settings import STATE, TOP

# Data that can be made again need not reach the disk at once; a demo that people work in must, and what the bench times
# stands on the settings of production.
THROW_AWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
# what the fault table kills is processes and never the machine: a commit must be safe from the first only; it asks when
# each commit was made
CRASH_SAFE = ["fsync=off", "full_page_writes=off", "max_connections=300", "track_commit_timestamp=on"]
TUNING = ["shared_buffers=512MB", "work_mem=16MB", "maintenance_work_mem=256MB", "max_connections=120"]


def given_server():
    """(host, port, user, password) of a server named by PGHOST … or by ``db_host`` … in odoo.conf, else ``None``."""
    conf = configparser.ConfigParser(interpolation=None)
    conf.read(TOP / "odoo.conf")
    options = {key: value for key, value in conf["options"].items() if value not in ("", "False")}
    host = os.environ.get("PGHOST") or options.get("db_host")
    if not host:
        return None
    return (
        host,
        os.environ.get("PGPORT") or options.get("db_port"),
        os.environ.get("PGUSER") or options.get("db_user") or "odoo",
        os.environ.get("PGPASSWORD") or options.get("db_password"),
    )


class Cluster:
    """One cluster per purpose (``run``, ``test``, ``bench``, ``faults``): they start and stop without each other."""

    def __init__(self, purpose, own=False):
        """:param own: never the server that the environment names"""
        self.purpose = purpose
        given = None if own else given_server()
        self.external = bool(given)
        if given:
            self.host, self.port, self.user, self.password = given
            return
        self.user = "odoo"
        self.owner = self._owner()
        mark = hashlib.sha256(str(TOP).encode()).hexdigest()[:8]
        # the path of a socket may have 107 bytes at most, so it does not lie in the clone
        self.socket_dir = Path(tempfile.gettempdir()) / f"crm-suite-{mark}-{purpose}"
        self.host = str(self.socket_dir)
        self.data = self._data_dir(mark)

    # -- set-up ---------------------------------------------------------------------------

    @staticmethod
    def _owner():
        """PostgreSQL refuses to run as root: then its own system user owns the cluster."""
        return "postgres" if os.geteuid() == 0 else None

    def _data_dir(self, mark):
        inside = STATE / f"postgres-{self.purpose}"
        if not self.owner:
            return inside
        STATE.mkdir(parents=True, exist_ok=True)
        reachable = (
            subprocess.run(
                ["setpriv", f"--reuid={self.owner}", "--clear-groups", "test", "-x", str(STATE)],
                check=False,
            ).returncode
            == 0
        )
        # a clone below /root cannot be entered by another user
        return inside if reachable else Path("/var/lib/crm-suite") / f"{mark}-{self.purpose}"

    @staticmethod
    def _binary(name):
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4].split(".")[0]))
        if found:
            return str(found[-1])
        found = shutil.which(name)
        if not found:
            raise SystemExit(f"PostgreSQL's {name} is missing: run bin/setup")
        return found

    def _run(self, *command, check=True, quiet=True):
        if self.owner:
            gid = pwd.getpwnam(self.owner).pw_gid
            command = ("setpriv", f"--reuid={self.owner}", f"--regid={gid}", "--clear-groups", *command)
        result = subprocess.run(command, check=False, capture_output=quiet, text=True, cwd="/")
        if check and result.returncode:
            sys.stderr.write((result.stdout or "") + (result.stderr or ""))
            raise SystemExit(f"PostgreSQL: {command[-1]} failed; see the lines above")
        return result

    def _make_dir(self, path):
        path.mkdir(parents=True, exist_ok=True)
        if self.owner:
            user = pwd.getpwnam(self.owner)
            os.chown(path, user.pw_uid, user.pw_gid)
        path.chmod(0o700)

    # -- life -----------------------------------------------------------------------------

    def running(self):
        return self._run(self._binary("pg_ctl"), "-D", str(self.data), "status", check=False).returncode == 0

    def start(self):
        """Creates the cluster when it is not there, starts it when it is not running.

        Whoever uses it holds a shared lock on a file until :meth:`stop`; the last one stops the server.
        """
        if self.external:
            self._check_locale()
            return
        STATE.mkdir(parents=True, exist_ok=True)
        self._users = open(STATE / f"postgres-{self.purpose}.lock", "w")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        if not (self.data / "PG_VERSION").exists():
            print(f"[postgres] creating the {self.purpose} cluster", file=sys.stderr)
            if self.data.exists():
                shutil.rmtree(self.data)
            self._make_dir(self.data)
            self._run(
                self._binary("initdb"), "-D", str(self.data), "-E", "UTF8", "--locale=C.UTF-8",
                "-A", "trust", "-U", self.user, "--no-instructions",
            )  # fmt: skip
        self._make_dir(self.socket_dir)
        if self.running():
            return
        self._start_server()
        self._check_locale()

    def _start_server(self):
        options = ["listen_addresses=", f"unix_socket_directories={self.socket_dir}", *TUNING]
        options += {"test": THROW_AWAY, "faults": CRASH_SAFE}.get(self.purpose, [])
        self._run(
            self._binary("pg_ctl"), "-D", str(self.data), "-w", "-t", "120", "-l", str(self.data / "server.log"),
            "-o", " ".join(f"-c {option}" for option in options), "start",
        )  # fmt: skip

    def stop(self, force=False):
        """Stops the server unless somebody else still uses it; ``force`` stops it all the same."""
        if self.external:
            return
        users = getattr(self, "_users", None) or open(STATE / f"postgres-{self.purpose}.lock", "w")
        fcntl.flock(users, fcntl.LOCK_UN)
        with users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not force:
                    return
            if (self.data / "PG_VERSION").exists() and self.running():
                self._run(self._binary("pg_ctl"), "-D", str(self.data), "-m", "fast", "-w", "stop", check=False)
            if self.socket_dir.is_dir() and not any(self.socket_dir.iterdir()):
                self.socket_dir.rmdir()

    def crash(self):
        """Ends the server at once, as a crash of it would, and starts it again."""
        self._run(self._binary("pg_ctl"), "-D", str(self.data), "-m", "immediate", "-w", "stop")
        self._start_server()

    def _check_locale(self):
        """With ctype C, trigrams of Chinese text are empty and every fuzzy search finds nothing."""
        ctype = self.sql("SELECT datctype FROM pg_database WHERE datname = 'template1'").strip()
        if ctype in ("C", "POSIX"):
            raise SystemExit(
                f"This PostgreSQL server was created with ctype {ctype}: searching Chinese text would find nothing. "
                "Create its cluster with: initdb -E UTF8 --locale=C.UTF-8"
            )

    # -- use ------------------------------------------------------------------------------

    def environment(self):
        """Environment in which PostgreSQL's own programs reach this server."""
        env = dict(os.environ, PGHOST=self.host, PGUSER=self.user)
        if not self.external:
            env.pop("PGPORT", None)
            return env
        more = {"PGPORT": self.port, "PGPASSWORD": self.password}
        env.update({name: value for name, value in more.items() if value})
        return env

    def sql(self, query, database="postgres"):
        """Result of one statement as text, rows as lines, columns parted by ``|``."""
        return subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
            env=self.environment(), check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def databases(self):
        return self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate").split()

    def drop(self, name):
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def rename(self, old, new):
        self.sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def copy(self, source, target):
        self.drop(target)
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def odoo_options(self):
        options = ["--db_host", self.host, "--db_user", self.user]
        if self.external and self.port:
            options += ["--db_port", self.port]
        return options
