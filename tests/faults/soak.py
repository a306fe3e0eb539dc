"""F20: very many documents, a few of everything."""

import os
import time
from contextlib import suppress
from pathlib import Path

from house.postgres import Cluster

BATCH, FIFTHS = 500, 5
# one call in a hundred meets one of these
MIXED = [
    ("drop_before_commit", {}),
    ("drop_after_commit", {}),
    ("reset", {"commit": True}),
    ("reset", {}),
    ("http_502", {"commit": True}),
    ("http", {"status": 503, "retry_after": 5}),
    ("truncated", {}),
    ("html_200", {"commit": True}),
    ("empty_200", {}),
    ("short_body", {}),
]


WHOLE, MINUTES = 20_000, 60  # documents of the full dose, and how long it may take


def soak(world, report, count, documents):
    """F20: one call in a hundred fails in one of ten ways, and every fifth of a batch has a worker that is killed.

    Memory is looked at after every fifth, beside that after the first batch of this process: what grows until then is
    what is loaded once.
    """
    share = 0.01
    for position, (kind, more) in enumerate(MIXED):
        # each is asked in turn whether it hits, so the later ones are asked a little less often
        world.erp.inject(kind, times=0, share=share / len(MIXED) / (1 - share * position / len(MIXED)), **more)
    started, worked = time.monotonic(), _processor_seconds(world)
    for _batch in range(count):
        for _fifth in range(FIFTHS):
            _carry(world, report, documents // FIFTHS)
        report.runs += 1
    held, first = world.memory[-1], world.memory[min(FIFTHS, len(world.memory)) - 1]
    most = max(world.memory[FIFTHS - 1 :])
    report.worst("MB held", round(held))
    report.worst("MB held at the most, beside the first batch, %", round(100 * most / first))
    report.require(most <= 1.1 * first, f"memory grew from {first:.0f} to {most:.0f} MB")
    parts = WHOLE / (count * documents) / 60
    clock, processor = (time.monotonic() - started) * parts, (_processor_seconds(world) - worked) * parts
    report.worst(f"minutes that {WHOLE} documents take by the clock", round(clock))
    report.worst("minutes of one processor", round(processor))
    # on a machine that others use too, the clock tells of them; what a test has time for is too little to tell
    is_long = documents >= BATCH and min(clock, processor) > MINUTES
    report.require(not is_long, f"{WHOLE} documents take {processor:.0f} minutes of a processor")


def _carry(world, report, documents):
    made, since = world.intents(documents), world.mark()
    child = world.fork()
    time.sleep(world.random.uniform(0, 1))
    child.kill()
    report.add("workers killed", int(child.was_killed))
    report.worst("s to drain", round(world.drain(made, limit=7200, seconds=600)))
    calls = world.judge(report, made, since)
    report.add("calls", len(calls))
    report.add("faults", sum(call[3].startswith("fault:") for call in calls))
    world.memory.append(_memory())


def _memory():
    """Megabytes that this process holds."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def _processor_seconds(world):
    """What this process, its workers, the far side and PostgreSQL have worked so far."""
    own, ticks = os.times(), os.sysconf("SC_CLK_TCK")
    postmaster = int((Cluster("faults", own=True).data / "postmaster.pid").read_text().split()[0])
    others = _ticks(world.erp._process.pid)[0] + sum(_ticks(postmaster))
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if _stat(path.name)[1] == str(postmaster):
                others += _ticks(path.name)[0]
    return own.user + own.system + own.children_user + own.children_system + others / ticks


def _stat(pid):
    """Fields of a process from its state on, which follows its name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _ticks(pid):
    """(worked by the process itself, by its children that have ended)"""
    numbers = [int(field) for field in _stat(pid)[11:15]]
    return sum(numbers[:2]), sum(numbers[2:])
