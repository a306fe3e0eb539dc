"""``bin/test``: pytest for what runs outside Odoo, Odoo's own runner for the addons, one count at the end."""

import argparse
import os
import re
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from . import settings
from .database import Databases
from .postgres import Cluster

PYTEST_PARTS = {
    "unit": ["tests/unit"],
    "architecture": ["tests/architecture"],
    "simulators": ["tests/simulators"],
    "e2e": ["tests/e2e", "-m", "not slow"],
    "faults": ["tests/faults", "-m", "not slow"],
    "security": ["tests/security"],
    "slow": ["tests", "-m", "slow"],
}
DEFAULT_PARTS = ["unit", "architecture", "simulators", "addons", "e2e", "faults"]
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r"skipped (\S.*?)(?: : |$)")
LEVEL = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (.*)$")


@dataclass
class Outcome:
    """What one part counted."""

    passed: int = 0
    failed: int = 0
    notes: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.notes += other.notes


def allowed(name):
    """Lines of ``tests/allowed_…``: what is allowed, a tab or two spaces, the reason."""
    path = settings.TOP / "tests" / name
    if not path.exists():
        return []
    lines = (line.strip() for line in path.read_text().splitlines())
    return [re.split(r"\t| {2,}", line)[0] for line in lines if line and not line.startswith("#")]


def complaint_of(line, excused):
    """``LEVEL logger: message`` of a log line that is a warning or worse and not excused, else ``None``."""
    found = LEVEL.match(line)
    text = found and f"{found[1]} {found[2]}"
    return text if text and not any(text.startswith(entry) for entry in excused) else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# -- pytest ---------------------------------------------------------------------------------


def run_pytest(part, extra):
    paths = [p for p in PYTEST_PARTS[part] if not p.startswith("tests") or (settings.TOP / p).exists()]
    if not any(p.startswith("tests") for p in paths):
        return Outcome(failed=1, notes=[f"{part}: the folder of these tests is missing"])
    report = settings.STATE / f"pytest-{part}-{os.getpid()}.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *paths, *extra]
    code = subprocess.run(command, check=False, cwd=settings.TOP).returncode
    if not report.exists():
        return Outcome(failed=1, notes=[f"{part}: pytest did not start (exit {code})"])
    outcome = Outcome()
    excused = allowed("allowed_skips")
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
            outcome.notes.append(f"failed: {name}")
        elif case.find("skipped") is not None:
            if any(entry in name for entry in excused):
                continue
            outcome.failed += 1
            outcome.notes.append(f"skipped without leave: {name}")
        else:
            outcome.passed += 1
    report.unlink()
    if code not in (0, 1, 5) and not outcome.failed:
        outcome.failed = 1
        outcome.notes.append(f"{part}: pytest ended with exit code {code}")
    return outcome


# -- Odoo -----------------------------------------------------------------------------------


def drop_forgotten(databases):
    """Databases of runs that were killed."""
    for name in databases.cluster.databases():
        owner = re.fullmatch(r"(?:test|i18n)_(\d+)", name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            databases.drop(name)


def run_addons(addons, tags):
    """Installs the addons into a copy of the template and runs their tests in the same process.

    In the same process, because the tests of an addon that is already there are skipped by ``-i``.
    """
    databases = Databases(Cluster("test"))
    databases.cluster.start()
    drop_forgotten(databases)
    name = f"test_{os.getpid()}"
    log = settings.STATE / f"test-{'-'.join(addons) if len(addons) < 3 else 'addons'}.log"
    screenshots = settings.STATE / "screenshots"
    databases.copy(databases.base_template(), name)
    try:
        code = databases.odoo(
            "-d", name, "-i", ",".join(addons), "--skip-auto-install", "--stop-after-init", "--max-cron-threads=0",
            "--test-tags", tags or ",".join(f"/{addon}" for addon in addons), "--http-interface", "127.0.0.1",
            "--http-port", str(free_port()), "--screenshots", str(screenshots), log=log,
        )  # fmt: skip
    finally:
        databases.drop(name)
        databases.cluster.stop()
    return read_log(log, code)


def read_log(log, code):
    """Counts of Odoo's own line of results, and what the log complains of."""
    text = log.read_text(errors="replace")
    outcome = Outcome()
    lines = text.splitlines()
    results = [m for m in map(RESULT.search, lines) if m]
    if results:
        failed, errors, total = map(int, results[-1].groups())
        outcome.failed = failed + errors
        outcome.passed = total - outcome.failed
    excused_skips, excused_lines = allowed("allowed_skips"), allowed("allowed_log_lines")
    for line in lines:
        skipped = SKIPPED.search(line) if " skipped " in line and "odoo.addons" in line else None
        if skipped and not any(entry in line for entry in excused_skips):
            outcome.failed += 1
            outcome.passed -= 1
            outcome.notes.append(f"skipped without leave: {line[-200:]}")
        complaint = complaint_of(line, excused_lines)
        if complaint:
            outcome.notes.append(complaint[:300])
            # what the tests themselves report is counted above
            if ".tests" not in complaint.split(":")[0]:
                outcome.failed += 1
    if (code and not outcome.failed) or not results:
        outcome.failed += 1
        outcome.notes.append(f"Odoo ended with exit code {code}; last lines of {log}:\n" + "\n".join(lines[-15:]))
    return outcome


# -- all ------------------------------------------------------------------------------------


def main(arguments):
    parser = argparse.ArgumentParser(prog="bin/test")
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--tags", help="Odoo's --test-tags for the named addon")
    options, extra = parser.parse_known_args(arguments)
    parts = options.parts or DEFAULT_PARTS
    odoos = parts[1:] if parts[0] == "odoo" else []
    parts = parts[:1] if parts[0] == "odoo" else parts
    unknown = [p for p in parts if p not in {*PYTEST_PARTS, "addons", "odoo", *settings.SUITE}]
    if unknown:
        parser.error(f"no such part: {' '.join(unknown)}; there are {' '.join([*DEFAULT_PARTS, *settings.SUITE])}")
    os.environ["PYTHONPATH"] = str(settings.TOP / "bin")
    total = Outcome()
    addons = [p for p in parts if p in settings.SUITE]
    for part in [p for p in parts if p not in addons] + (["named addons"] if addons else []):
        started = time.monotonic()
        print(f"=== {part}", flush=True)
        if part == "named addons":
            outcome = run_addons(addons, options.tags)
        elif part == "addons":
            outcome = run_addons(settings.SUITE, options.tags)
        elif part == "odoo":
            from .odoo_tests import run_odoo

            outcome = run_odoo(odoos)
        else:
            outcome = run_pytest(part, extra)
        if part == "slow":
            # the tours of every role once more, at the size of a phone
            outcome.add(run_addons(settings.SUITE, ",".join(f"phone/{addon}" for addon in settings.SUITE)))
        total.add(outcome)
        print(f"=== {part}: {outcome.passed} passed, {outcome.failed} failed, {time.monotonic() - started:.0f} s")
    for note in total.notes:
        print(note)
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
