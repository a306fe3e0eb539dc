"""``bin/test odoo``: Odoo's own tests without the suite and with it; what fails only with it is ours.

    bin/test odoo [module …]

The results are kept in ``.state/odoo-tests`` as they come, so a run that was stopped goes on where it stood; those
without the suite are made once, those with it once for each state of our addons.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from . import settings
from .database import Databases
from .postgres import Cluster
from .run import addons_digest
from .testing import Outcome, free_port

MODULES = ["crm", "sale", "sale_crm", "sale_management", "project", "sale_project", "account"]
# as Odoo's developers run them: American English and no country, so that no chart of accounts stands in the way
TEMPLATE_MODULES = [name for name in settings.ODOO_MODULES if not name.startswith("l10n_")]
ERROR_HOLDER = re.compile(r"^(?:setUp|tearDown)(?:Class|Module) \((.*)\)$")
TRIES = 3
RUNNER = Path(__file__).with_name("odoo_runner.py")


class OdooTests:
    def __init__(self):
        import odoo.release

        self.databases = Databases(Cluster("test"))
        text = "\n".join([odoo.release.version, *TEMPLATE_MODULES, "1"])
        self.key = hashlib.sha256(text.encode()).hexdigest()[:12]
        self.digest = addons_digest()
        self.folder = settings.STATE / "odoo-tests"
        self.folder.mkdir(parents=True, exist_ok=True)

    # -- databases ------------------------------------------------------------------------

    def _database(self, variant):
        """Name of the database of a variant; made when it is not there."""
        stock = f"odoo_stock_{self.key}"
        name = stock if variant == "without" else f"odoo_suite_{self.key}_{self.digest}"
        there = self.databases.cluster.databases()
        if name in there:
            return name
        making = f"{name}_making"
        self.databases.drop(making)
        log = self.folder / f"install-{variant}.log"
        if variant == "without":
            say("installing Odoo's own modules once (some minutes)")
            modules = TEMPLATE_MODULES
        else:
            for old in there:
                if old.startswith("odoo_suite_"):
                    self.databases.drop(old)
            self._database("without")
            say("installing the suite")
            self.databases.copy(stock, making)
            modules = settings.SUITE
        self.databases._odoo_or_exit(
            "installing", "-d", making, "-i", ",".join(modules), "--skip-auto-install", "--stop-after-init",
            "--max-cron-threads=0", "--no-http", log=log,
        )  # fmt: skip
        self.databases.cluster.rename(making, name)
        if self.databases.filestore(making).exists():
            self.databases.filestore(making).rename(self.databases.filestore(name))
        return name

    # -- runs -----------------------------------------------------------------------------

    def _result_file(self, variant, module):
        mark = self.key if variant == "without" else f"{self.key}-{self.digest}"
        return self.folder / f"{variant}-{mark}-{module}.jsonl"

    def results(self, variant, module):
        """Test -> its last outcome."""
        lines = self._result_file(variant, module).read_text().splitlines()
        return {entry["test"]: entry["outcome"] for entry in map(json.loads, lines)}

    def run(self, variant, module, only=None):
        """Runs what is not known yet of a module's tests, or the tests and classes ``only``."""
        results = self._result_file(variant, module)
        done = results.with_suffix(".done")
        if done.exists() and only is None:
            return
        if variant == "with" and addons_digest() != self.digest:
            raise SystemExit("[odoo] the addons were changed meanwhile; the same command starts anew with them")
        results.touch()
        name = self._database(variant)
        command = self.databases.odoo_command(
            "-d", name, "--test-tags", f"/{module}", "--stop-after-init", "--max-cron-threads=0", "--workers=0",
            "--http-interface", "127.0.0.1", "--http-port", str(free_port()), "--db-filter", f"^{name}$",
            "--screenshots", str(settings.STATE / "screenshots"),
        )  # fmt: skip
        # Odoo's own start script is replaced by ours
        command[: len(settings.odoo_script())] = [str(settings.PYTHON), str(RUNNER)]
        plan = {"out": str(results), "only": only}
        started = time.monotonic()
        with open(results.with_suffix(".log"), "ab") as log:
            code = subprocess.run(
                command, check=False, env=dict(os.environ, HOUSE_ODOO_PLAN=json.dumps(plan)), stdout=log, stderr=log
            ).returncode
        known = self.results(variant, module)
        failed = sum(outcome == "failed" for outcome in known.values())
        say(f"{module} {variant}: {len(known)} tests, {failed} failed, {time.monotonic() - started:.0f} s")
        # with a failed test Odoo ends with 1, killed by a signal with less than 0
        if code not in (0, 1) or not known:
            raise SystemExit(f"[odoo] the run was cut short ({code}); see {log.name}; the same command goes on")
        done.touch()

    def difference(self, module):
        """Tests that go well without the suite and not with it."""
        without, together = self.results("without", module), self.results("with", module)
        found = [t for t, outcome in together.items() if outcome != "passed" and without.get(t) != outcome]
        # a class that is not set up has no tests; its own line stands above
        stopped = {m[1] for t in together if (m := ERROR_HOLDER.match(t))}
        return sorted(found + [t for t in without if t not in together and t.rpartition(".")[0] not in stopped])

    def compare(self, module):
        self.run("without", module)
        self.run("with", module)
        found = self.difference(module)
        for _ in range(TRIES):
            if not found:
                break
            # some of Odoo's tours do not wait for what they started: what goes well once is no difference
            again = [m[1] if (m := ERROR_HOLDER.match(t)) else t for t in found]
            self._forget("with", module, found)
            self.run("with", module, only=again)
            found = self.difference(module)
        return found

    def _forget(self, variant, module, tests):
        path = self._result_file(variant, module)
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if json.loads(line)["test"] not in tests))


def say(text):
    print(f"[odoo] {text}", file=sys.stderr, flush=True)


def run_odoo(modules):
    """Compares the modules one after the other."""
    tests = OdooTests()
    tests.databases.cluster.start()
    outcome = Outcome()
    try:
        for module in modules or MODULES:
            found = tests.compare(module)
            outcome.failed += len(found)
            outcome.passed += len(tests.results("with", module)) - len(found)
            outcome.notes += [f"only with the suite: {test}" for test in found]
    finally:
        tests.databases.cluster.stop()
    return outcome
