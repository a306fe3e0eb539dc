"""Databases: the template of Odoo's own modules, copies of it, and the suite installed into one."""

import os
import shutil
import subprocess
import sys
import tarfile
import time

from . import settings

# what development needs otherwise than odoo.conf, the file of a production server: one process, any database
DEVELOPMENT = ["--workers=0", "--db-filter="]


class Databases:
    """The databases of one cluster together with their file stores."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.data_dir = settings.STATE / f"data-{cluster.purpose}"

    # -- Odoo's command line --------------------------------------------------------------

    def odoo_command(self, *arguments, subcommand=()):
        """Command line of the server with our settings; ``subcommand`` as in ``odoo shell``."""
        # the other subcommands know only some of the options
        development = DEVELOPMENT if tuple(subcommand) in ((), ("shell",)) else []
        return [
            *settings.odoo_script(), *subcommand, "-c", str(settings.TOP / "odoo.conf"),
            "--addons-path", settings.addons_path(), "--data-dir", str(self.data_dir),
            *self.cluster.odoo_options(), *development, *arguments,
        ]  # fmt: skip

    def odoo(self, *arguments, subcommand=(), log=None):
        """Runs Odoo to its end; its log goes to ``log`` or to the terminal."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        command = self.odoo_command(*arguments, subcommand=subcommand)
        env = dict(self.cluster.environment(), PYTHONUNBUFFERED="1")
        if log is None:
            return subprocess.run(command, check=False, env=env).returncode
        with open(log, "wb") as stream:
            return subprocess.run(command, check=False, env=env, stdout=stream, stderr=stream).returncode

    def _odoo_or_exit(self, what, *arguments, subcommand=(), log):
        if self.odoo(*arguments, subcommand=subcommand, log=log):
            sys.stderr.write("".join(log.read_text(errors="replace").splitlines(keepends=True)[-25:]))
            raise SystemExit(f"[database] {what} failed; the whole log is {log}. Mend the cause and run it again.")

    def shell(self, name, script, environment=None, start_script=()):
        """Output of a script in Odoo's shell on this database.

        :param start_script: command that takes the place of Odoo's own start script
        :raises RuntimeError: if the script did not reach its end
        """
        command = self.odoo_command("-d", name, "--no-http", subcommand=("shell",))
        if start_script:
            command[: len(settings.odoo_script())] = start_script
        done = subprocess.run(
            command,
            input=script,
            text=True,
            capture_output=True,
            check=False,
            env=dict(os.environ, **environment or {}),
        )
        # the shell prints an exception and still ends with 0
        if done.returncode or "Traceback (most recent call last)" in done.stderr:
            raise RuntimeError(done.stderr[-4000:])
        return done.stdout

    # -- file stores ----------------------------------------------------------------------

    def filestore(self, name):
        return self.data_dir / "filestore" / name

    def drop(self, name):
        self.cluster.drop(name)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def copy(self, source, target):
        """Copy of a database with its file store: without it, icons and bundles are missing."""
        self.cluster.copy(source, target)
        shutil.rmtree(self.filestore(target), ignore_errors=True)
        if self.filestore(source).exists():
            # the files are content-addressed and never changed in place, so links are enough
            shutil.copytree(self.filestore(source), self.filestore(target), copy_function=os.link)

    # -- templates ------------------------------------------------------------------------

    def base_template(self):
        """Name of a database with Odoo's own modules, Chinese and the Chinese chart of accounts."""
        return self.template(f"template_{settings.template_key()}", self._make_base)

    def template(self, name, make):
        """Name of a database to copy from, made by ``make(name)`` when there is none.

        Taken from the cache when it holds one, else made and put there. A half-made one never gets the final name.
        """
        if name in self.cluster.databases():
            return name
        saved = settings.CACHE / "templates" / name
        making = f"{name}_making"
        self.drop(making)
        started = time.monotonic()
        if (saved / "complete").exists() and self._restore(saved, making):
            pass
        else:
            make(making)
            self._save(making, saved)
        self.cluster.rename(making, name)
        if self.filestore(making).exists():
            self.filestore(making).rename(self.filestore(name))
        print(f"[database] template ready in {time.monotonic() - started:.0f} s", file=sys.stderr)
        return name

    def _make_base(self, name):
        print("[database] installing Odoo's own modules once (some minutes)", file=sys.stderr)
        log = settings.STATE / "template.log"
        # the country must be known before accounting comes, or it installs a foreign chart with dollars
        self._odoo_or_exit(
            "creating the database", "init", name, "--country", settings.COUNTRY, "--language", settings.LANGUAGE,
            subcommand=("db",), log=log,
        )  # fmt: skip
        self._odoo_or_exit(
            "installing Odoo's own modules", "-d", name, "-i", ",".join(settings.ODOO_MODULES),
            "--skip-auto-install", "--stop-after-init", "--max-cron-threads=0", "--no-http", log=log,
        )  # fmt: skip

    def _save(self, name, folder):
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        subprocess.run(
            ["pg_dump", "-Fc", "-Z1", "--no-owner", "-f", str(making / "database.dump"), name],
            env=self.cluster.environment(), check=True,
        )  # fmt: skip
        with tarfile.open(making / "filestore.tar", "w") as tar:
            if self.filestore(name).exists():
                tar.add(self.filestore(name), arcname=".")
        (making / "complete").touch()
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)

    def _restore(self, folder, name):
        print(f"[database] restoring {name.removesuffix('_making')}", file=sys.stderr)
        self.cluster.sql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        done = subprocess.run(
            ["pg_restore", "--no-owner", "-j2", "-d", name, str(folder / "database.dump")],
            env=self.cluster.environment(), check=False, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            print("[database] the saved template cannot be read, making a new one", file=sys.stderr)
            self.drop(name)
            return False
        self.filestore(name).mkdir(parents=True, exist_ok=True)
        # our own archive; the tarfile of Debian 12's Python knows no filter yet
        subprocess.run(["tar", "-xf", str(folder / "filestore.tar"), "-C", str(self.filestore(name))], check=True)
        return True

    def install_suite(self, name, log):
        """Installs our addons into ``name``."""
        self._odoo_or_exit(
            "installing our addons", "-d", name, "-i", ",".join(settings.SUITE), "--skip-auto-install",
            "--stop-after-init", "--max-cron-threads=0", "--no-http", log=log,
        )  # fmt: skip
