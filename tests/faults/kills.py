"""F1, F2: workers that are killed."""

import contextlib
import http.client
import os
import signal
import time
from functools import partial

from odoo.addons.crm_finance_bridge.clients.transport import HttpTransport
from odoo.addons.crm_finance_bridge.models import finance_token

DRAINED = 120  # seconds of the outbox's clock in which all must have arrived after a restart


def finish(world, report, made, since):
    """All arrives in time after what was done to the workers, and the books are right."""
    seconds = world.drain(made)
    report.worst("s to drain", round(seconds))
    report.require(seconds <= DRAINED, f"it took {seconds:.0f} s to carry the rest")
    world.judge(report, made, since)


def random_moments(world, report, count, documents=20):
    """F1: SIGKILL at any moment of a run over twenty documents."""
    made = world.intents(documents)
    start = time.monotonic()
    world.drain(made)
    whole = time.monotonic() - start
    for _run in range(count):
        made, since = world.intents(documents), world.mark()
        child = world.fork()
        time.sleep(world.random.uniform(0, whole))
        child.kill()
        report.add("killed on the way", int(child.was_killed))
        report.runs += 1
        finish(world, report, made, since)


# -- named points ---------------------------------------------------------------------------


class Trap:
    """Kills the process it is in when it is stepped on for the ``nth`` time."""

    def __init__(self, nth):
        self.left = nth

    def step(self):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner, name):
        self._around(owner, name, lambda original, *args, **kw: (self.step(), original(*args, **kw))[1])

    def after(self, owner, name):
        self._around(owner, name, self._then_step)

    def _then_step(self, original, *args, **kw):
        result = original(*args, **kw)
        self.step()
        return result

    @staticmethod
    def _around(owner, name, what):
        original = getattr(owner, name)
        setattr(owner, name, lambda *args, **kw: what(original, *args, **kw))


# name: (owner in a world, method, whether the process dies after it)
POINTS = {
    "before the claim": (lambda world: world.outbox, "_outbox_claim", False),
    "claimed": (lambda world: world.outbox, "_outbox_claim", True),
    "request sent": (lambda _world: http.client.HTTPConnection, "getresponse", False),
    "reply read": (lambda _world: HttpTransport, "_exchange", True),
    "before a commit": (lambda world: world.outbox, "_outbox_commit", False),
    "after a commit": (lambda world: world.outbox, "_outbox_commit", True),
}


def occasions(world, work):
    """{name of a point: how often ``work()`` comes by it}, in this process and unhurt."""
    counts = dict.fromkeys(POINTS, 0)

    def counting(name, original):
        def counted(*args, **kw):
            counts[name] += 1
            return original(*args, **kw)

        return counted

    with contextlib.ExitStack() as stack:
        for name, (owner_of, method, _is_after) in POINTS.items():
            owner = owner_of(world)
            stack.enter_context(world.patched(owner, **{method: counting(name, getattr(owner, method))}))
        work()
    return counts


def kill_at(world, report, name, make, times, occasion=None):
    """What ``make()`` gives and the mark after it; a worker was killed on its way with it at a point, at any of
    ``times`` occasions, or at that ``occasion``."""
    owner, method, is_after = POINTS[name]
    # a worker may need a commit less than the one that was counted; the first occasion is always there
    for nth in (occasion or world.random.randint(1, times), 1):
        made, since = make(), world.mark()
        trap = Trap(nth)
        child = world.fork(before=partial(trap.after if is_after else trap.before, owner(world), method))
        child.wait()
        if child.was_killed:
            break
    report.require(child.was_killed, f"the worker was not killed: {name}")
    return made, since


def named_points(world, report, count, documents=3):
    """F2: SIGKILL at each point of the way in turn, at any of its occasions."""
    world.intents(documents, in_pairs=False)
    often = occasions(world, world.deliver)
    for run in range(count):
        name = list(POINTS)[run % len(POINTS)]
        made, since = kill_at(world, report, name, lambda: world.intents(documents, in_pairs=False), often[name])
        report.runs += 1
        finish(world, report, made, since)


def during_login(world, report, count):
    """F2: SIGKILL after the far side gave a token and before it is stored."""
    for _run in range(count):
        world.forget_tokens()
        made, since = world.intents(2, in_pairs=False), world.mark()
        trap = Trap(1)
        child = world.fork(before=partial(trap.before, finance_token.vault, "encrypt"))
        child.wait()
        report.require(child.was_killed, "the worker was not killed while it fetched a token")
        report.runs += 1
        finish(world, report, made, since)


def during_reconciliation(world, report, count):
    """F2: SIGKILL at any moment of a comparison; the next one says the same and changes nothing."""
    made = world.intents(20)
    world.drain(made)

    def reconcile(env):
        env["finance.reconciliation"]._cron_reconcile()

    def compared():
        with world.env() as env:
            env.cr.execute("UPDATE finance_reconciliation SET date_to = date_to - 400 WHERE state != 'waiting'")
        start = time.monotonic()
        with world.env() as env:
            reconcile(env)
            last = env["finance.reconciliation"].search([("state", "!=", "waiting")], limit=1)
            found = (last.state, last.count_here, last.count_there, last.line_count)
        return found, time.monotonic() - start

    compared()
    before, whole = compared()
    books = world.documents(made)
    for _run in range(count):
        with world.env() as env:
            env.cr.execute("UPDATE finance_reconciliation SET date_to = date_to - 400 WHERE state != 'waiting'")
        child = world.fork(work=reconcile)
        time.sleep(world.random.uniform(0, whole))
        child.kill()
        after, _seconds = compared()
        report.require(after == before, f"a comparison after the kill says {after}, before it {before}")
        with world.env() as env:
            left = env["finance.reconciliation"].search_count([("state", "=", "waiting")])
        report.require(not left, f"{left} comparisons wait for ever")
        report.runs += 1
    report.require(world.documents(made) == books, "the books changed")
    report.documents += len(made)
