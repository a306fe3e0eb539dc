"""F13–F15: workers that get in each other's way, and one whose clock is wrong."""

import time
from functools import partial

from odoo.addons.crm_finance_bridge.clients.kingdee_galaxy import KingdeeGalaxyClient

WORKERS = 40


def same_rows(world, report, count, documents=10):
    """F15: two workers at the same rows; in every second run one has lost the lock that says that it lives.

    Without its lock its row is taken for that of a dead worker while its call is still on the way.
    """
    for run in range(count):
        made, since = world.intents(documents), world.mark()
        is_unlocked = run % 2
        if is_unlocked:
            world.erp.inject("delay", op=world.making, seconds=0.3)
        workers = [world.fork()]
        if is_unlocked:
            world.wait_for_call(world.there.make, since)
            world.break_locks()
        workers.append(world.fork())
        for worker in workers:
            report.require(worker.wait(60), "a worker hangs")
        report.require(not workers[1].failed, "a worker failed")
        report.add("rows claimed twice", sum((row[2] or 0) > 1 for row in world.rows(made).values()))
        report.runs += 1
        report.worst("s to drain", round(world.drain(made)))
        world.judge(report, made, since)


def revoked_tokens(world, report, count):
    """F13: forty workers hold a token that the far side has ended."""
    for _incident in range(count):
        world.drain(world.intents(1, in_pairs=False))
        made, since = world.intents(WORKERS, in_pairs=False), world.mark()
        world.erp.settings(drop_tokens=True)
        workers = [world.fork() for _worker in range(WORKERS)]
        for worker in workers:
            report.require(worker.wait(120), "a worker hangs")
            report.require(not worker.failed, "a worker failed")
        fetched = world.count_calls("token", since)
        report.worst("tokens fetched", fetched)
        report.require(1 <= fetched <= 2, f"{fetched} tokens were fetched")
        report.worst("s to drain", round(world.drain(made)))
        world.judge(report, made, since)
        report.runs += 1


def wrong_clocks(world, report, count):
    """F14: the clock of one worker's machine is ten minutes off; the other works beside it and after it."""
    for run in range(count):
        made, since = world.intents(4, in_pairs=False), world.mark()
        off = 600 if run % 2 == 0 else -600
        wrong = world.fork(before=partial(_shift_clock, off))
        report.require(wrong.wait(60), "the worker hangs")
        reason = world.stop_reason()
        told = bool(reason) or made.keys() <= world.to_dos(made)
        states = {row[0] for row in world.rows(made).values()}
        report.require(told or states == {"done"}, f"nobody was told of a clock that is {off} s off: {states}")
        report.add("stopped for a person", int(bool(reason)))
        world.resume()
        world.retry_stopped(made)
        report.worst("s to drain", round(world.drain(made)))
        world.judge(report, made, since)
        report.runs += 1


def _shift_clock(seconds):
    real = time.time
    time.time = lambda: real() + seconds
    KingdeeGalaxyClient.__init__.__kwdefaults__["clock"] = time.time
