"""The fault table of the finance bridge at full dose, in parts that are kept; see ``tests/faults``."""

import contextlib
import hashlib
from functools import partial
from pathlib import Path

from faults.doses import TABLE, in_words, merged
from faults.outside import Laboratory

from .figures import Result, figure

TESTS = Path(__file__).resolve().parents[1]


def _declare(row):
    name = f"{row.name}/broken"

    @figure(name, unit="promises", need="ours <= 0")
    def measure(bench):
        with contextlib.ExitStack() as stack:
            found = [
                bench.keep(f"{name}#{_digest()}-{seed}", partial(_run, stack, row, count, seed))
                for seed, count in row.parts(row.dose)
            ]
        found = merged(found)
        yield Result(name, found["violations"], note=in_words(row, found), ok=found["runs"] >= row.dose)


def _run(stack, row, count, seed):
    if not hasattr(stack, "laboratory"):
        # a row has the process for itself: it may leave its far side and its clock in any state
        stack.laboratory = stack.enter_context(contextlib.closing(Laboratory()))
    return stack.laboratory.run(row, count, seed)


def _digest():
    """Changes with the experiments and the simulators; the bench itself sees to the addons."""
    digest = hashlib.sha256()
    for path in sorted([*(TESTS / "faults").glob("*.py"), *(TESTS / "simulators").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


for _row in TABLE:
    _declare(_row)
