"""The faults of the table for documents that go together: one question, one save, one submit and one audit for many.

The oracles are those of the documents that go alone. Nothing is proven where nothing went together, so each experiment
asks for that too.
"""

import re
from functools import partial

from odoo.addons.crm_finance_bridge.models import finance_connection_breaker
from odoo.addons.crm_merchant.models.kernel.outbox_mixin import OutboxMixin

from . import database, kills, network, operations, poison, together
from . import soak as soaking


def _together(experiment, size=20):
    """An experiment as it is, with up to ``size`` documents in a call."""

    def in_batches(world, report, count, **more):
        world.set_batch(size)
        since = world.mark()
        experiment(world, report, count, **more)
        carried = world.count_together(since)
        report.add("documents saved together", carried)
        report.require(carried, "no documents went together")

    return in_batches


random_moments = _together(kills.random_moments)
crashes = _together(database.crashes)
replies_lost = _together(network.replies_lost, 5)
requests_lost = _together(network.requests_lost, 5)
died_in_the_middle = _together(network.died_in_the_middle, 8)
late_commits = _together(network.late_commits)
blackholes = _together(partial(network.blackholes, documents=3))
slow_and_endless = _together(partial(network.slow_and_endless, documents=3))
every_kind = _together(operations.every_kind)
same_rows = _together(together.same_rows)
refusals = _together(partial(database.refusals, commits=8))
soak = _together(soaking.soak, None)


def in_front(world, report, count, documents):
    """F16: what is beside the poisoned one goes at once."""
    _together(poison.in_front)(world, report, count, documents=documents)
    most = report.measures["attempts a document"]
    report.require(most == 1, f"others were tried {most} times")


def storms(world, report, count, documents):
    """F7: what was on its way when the storm began goes alone after it, the rest goes together."""
    _together(network.storms, 20 if documents > 100 else 5)(world, report, count, documents=documents)


# seconds of the far side's delay in one of ours, and its longest delay
PACE, LONGEST = 60, 90
SIZE = 5


def late(world, report, count):
    """F6: the far side makes one document after the other for 5 to 90 seconds more, while nobody waits for it: in turn
    the client gave up, its worker was killed, or it was answered and some documents were not in the answer."""
    world.set_batch(SIZE)
    world.set_settle(LONGEST + 30)
    while report.runs < count:
        sort = (world.seed - 1 + report.runs) // SIZE % 3
        seconds = world.random.uniform(5, LONGEST) / PACE
        made, since = world.intents(SIZE, in_pairs=False), world.mark()
        with world.patched(finance_connection_breaker, FAILURES_TO_OPEN=10**9):
            world.run_clock(PACE)
            # a worker that is killed gets no second chance: its documents are due
            world.clock.leap(max(world.seconds_to_next(made) or 0, 1))
            if sort == 2:
                items = world.random.sample(range(SIZE), 2)
                world.erp.inject("late_items", op="BatchSave", seconds=seconds, items=items)
            else:
                world.erp.inject("slow_items", op="BatchSave", seconds=seconds / (SIZE - 1))
            if sort == 1:
                child = world.fork()
                world.wait_for_call("save", since)
                child.kill()
            limits = {"read_timeout": 0.1, "total_timeout": 0.2} if sort == 0 else {}
            with world.with_timeouts(**limits):
                report.worst("s to drain", round(world.drain(made, limit=3600)))
            world.run_clock(1)
        calls = world.judge(report, made, since)
        hit = sum("_items" in call[3] for call in calls)
        report.require(hit == SIZE, f"{hit} of {SIZE} were made slowly or late")
        report.runs += SIZE


def named_points(world, report, count, documents=5):
    """F2: SIGKILL at each point of the way of documents that go together, at each of its occasions in turn: the claim
    of the first and of the rest, each commit, each request and each reply of find, save, submit and audit."""
    world.set_batch(20)
    since = world.mark()
    world.intents(documents, in_pairs=False)
    often = kills.occasions(world, world.deliver)
    report.require(world.count_together(since) == documents, "the points are not those of documents that go together")
    for run in range(count):
        name = list(kills.POINTS)[run % len(kills.POINTS)]
        # a part of a dose begins where the one before it ended
        turn = (world.seed - 1 + run) // len(kills.POINTS)
        nth = 1 + turn % often[name]
        make = partial(world.intents, documents, in_pairs=False)
        made, begun = kills.kill_at(world, report, name, make, often[name], nth)
        report.runs += 1
        kills.finish(world, report, made, begun)


# -- replies --------------------------------------------------------------------------------

STEPS = {"BatchSave": "save", "Submit": "submit", "Audit": "audit"}
# the questions of the way, and the step that is proven by what each is answered
QUESTIONS = ("find", "save", "submit", "audit")
EVERY = range(4)
# kind of reply to a change, more about it, the positions that it does not clearly name as done, of four
UNCLEAR = [
    *((kind, more, EVERY) for kind, more, _states in network.MALFORMED["kingdee_galaxy"]),
    ("item_unnamed", {"item": 1}, [1]),
    ("item_twice", {"item": 1}, [1]),
    ("item_twice", {"item": 1, "error": True}, [1]),
    ("index_missing", {"item": 1}, [1]),
    ("index_missing", {"all": True}, EVERY),
    ("index_shifted", {}, EVERY),
    ("index_swapped", {"item": 1}, [1, 2]),
    ("index_text", {}, []),
    ("refuse_items", {"items": [1], "code": 6, "commit": True}, [1]),
    ("refuse_items", {"items": [1], "code": 13}, [1]),
    ("refuse_after_commit", {"code": 6}, EVERY),
    ("refuse_after_commit", {"code": 6, "first": 2}, EVERY),
    ("refuse", {"code": 13}, EVERY),
    ("delay", {"seconds": 0, "first": 2}, [2, 3]),
]
# operation, step, which of its calls, kind of reply, more about it, positions
CASES = [
    *((operation, step, 0, *reply) for reply in UNCLEAR for operation, step in STEPS.items()),
    *(
        ("ExecuteBillQuery", step, nth, kind, more, EVERY)
        for kind, more, _states in network.MALFORMED["kingdee_galaxy"]
        for nth, step in enumerate(QUESTIONS)
    ),
]
# has no divisor in common with their number: a few cases are of all sorts, and as many as there are are each once
STRIDE = 37


def malformed(world, report, count):
    """F10: replies about many that nobody can read, or that name one of them wrongly, twice or not at all.

    What is not clearly named is never taken for done: the ledger does not say so, and nothing is changed before the far
    side was asked.
    """
    world.set_batch(20)
    for run in range(count):
        turn = world.seed - 1 + run
        operation, step, nth, kind, more, positions = CASES[turn * STRIDE % len(CASES)]
        world.erp.settings(mixed_is_success=bool(turn & 1), backwards=bool(turn & 2), bill_no=bool(turn & 4))
        made, since = world.intents(len(EVERY), in_pairs=False), world.mark()
        world.erp.inject(kind, op=operation, form=world.there.form, after=nth, **more)
        with world.patched(OutboxMixin, **network.LONGEST_WAIT):
            world.deliver()
        what = f"{kind} {more} for {operation} of {step}"
        calls = world.calls(since)
        hit = [call for call in calls if call[3].startswith("fault:")]
        report.require({call[2] for call in hit} == set(made), f"{what} hit {[call[2] for call in hit]}")
        report.require(len({call[0] for call in hit}) == 1, f"{what} hit more than one call")
        for position in positions if len(hit) == len(EVERY) else ():
            number = hit[position][2]
            told = world.outcomes(number, step)
            report.require(told and told[0] != "ok", f"{what}: position {position} was taken for done")
            later = [call[1] for call in calls if call[2] == number and call[0] > hit[0][0]]
            report.require(later[:1] in ([], [world.there.ask]), f"{what}: position {position} went on with {later}")
        world.drain(made)
        _retry(world, report, made, what, may_be_dead=kind in ("index_shifted", "index_swapped"))
        world.judge(report, made, since)
        report.runs += 1
    world.erp.settings(mixed_is_success=False, backwards=False, bill_no=False)


def _retry(world, report, made, what, may_be_dead):
    """What people do with documents that were refused; those with a wrong number are theirs."""
    dead = [number for number, row in world.rows(made).items() if row[0] == "dead"]
    report.require(may_be_dead or not dead, f"{what}: {len(dead)} were given up")
    for number in dead:
        del made[number]
    if world.retry_stopped(made):
        world.drain(made)


# -- one among many -------------------------------------------------------------------------


def one_refused(world, report, count, documents=8):
    """F16: the far side refuses one of many, at any position and in each step; it alone stops and waits for people."""
    world.set_batch(20)
    for run in range(count):
        operation = list(STEPS)[run % len(STEPS)]
        position = world.random.randrange(documents)
        world.erp.settings(mixed_is_success=bool(run & 1), backwards=bool(run & 2))
        made, since = world.intents(documents, in_pairs=False), world.mark()
        refusal = {"items": [position], "code": 11, "message": "字段[客户]是必录字段"}
        world.erp.inject("refuse_items", op=operation, form=world.there.form, **refusal)
        world.drain(made)
        refused = {call[2] for call in world.calls(since) if re.search(r"refuse_items \(refused", call[3])}
        report.require(len(refused) == 1, f"{len(refused)} were refused")
        states = {number: row[0] for number, row in world.rows(made).items()}
        wanted = {number: "rejected" if number in refused else "done" for number in made}
        report.require(states == wanted, f"{operation} of position {position} was refused: {states}")
        report.require(set(world.to_dos(made)) == refused, f"{operation}: people were told of {world.to_dos(made)}")
        world.retry_stopped(made)
        world.drain(made)
        world.judge(report, made, since)
        report.runs += 1
    world.erp.settings(mixed_is_success=False, backwards=False)


def wrong_answers(world, report, count, documents=5):
    """F19: the far side keeps another amount of one of many, or answers with another number for it."""
    world.set_batch(20)
    for run in range(count):
        made, since = world.intents(documents, in_pairs=False), world.mark()
        kind = "wrong_number" if run % 2 else "wrong_amount"
        position = world.random.randrange(documents)
        world.erp.inject(kind, op="BatchSave", form="AR_receivable", item=position)
        world.drain(made)
        hit = [call[2] for call in world.calls(since) if call[3].startswith("fault:")]
        report.require(hit == list(made), f"{kind} hit {hit}")
        number = list(made)[position]
        amount = made.pop(number)
        state, code = world.rows([number])[number][:2]
        report.require((state, code) == ("dead", "mismatch"), f"{kind}: the row is {state} {code}")
        report.require(world.to_dos([number, *made]) == {number}, f"{kind}: people were told of {world.to_dos(hit)}")
        there = world.documents([number])[number]
        kept = float(amount) + (kind == "wrong_amount")
        report.require([(doc[1], float(doc[2])) for doc in there] == [("A", kept)], f"{kind}: there stands {there}")
        changes = [call[1] for call in world.calls(since) if call[4] and call[2] == number]
        report.require(changes == ["save"], f"{kind}: {changes} went out")
        world.judge(report, made, since)
        report.runs += 1
