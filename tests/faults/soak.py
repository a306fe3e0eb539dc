"""F20: very many documents, a few of everything."""

import time
from pathlib import Path

BATCH = 500
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


def soak(world, report, count, documents):
    """F20: one call in a hundred fails in one of ten ways, and every batch has a worker that is killed."""
    share = 0.01
    for position, (kind, more) in enumerate(MIXED):
        # each is asked in turn whether it hits, so the later ones are asked a little less often
        world.erp.inject(kind, times=0, share=share / len(MIXED) / (1 - share * position / len(MIXED)), **more)
    memory = []
    for start in range(0, documents, BATCH):
        made, since = world.intents(min(BATCH, documents - start)), world.mark()
        child = world.fork()
        time.sleep(world.random.uniform(0, 2))
        child.kill()
        report.add("workers killed", int(child.was_killed))
        report.worst("s to drain a batch", round(world.drain(made, limit=7200, seconds=600)))
        calls = world.judge(report, made, since)
        report.add("calls", len(calls))
        report.add("faults", sum(call[3].startswith("fault:") for call in calls))
        memory.append(_memory())
    # what grows in the first fifth is what is loaded once
    first, last = memory[len(memory) // 5], memory[-1]
    report.worst("MB at the end", round(last))
    report.worst("% more memory", round(100 * (last / first - 1), 1))
    report.require(last <= 1.1 * first, f"memory grew from {first:.0f} to {last:.0f} MB")
    report.runs += count


def _memory():
    """Megabytes that this process holds."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
