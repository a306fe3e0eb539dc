"""A thousand receivables to a far side that answers in 50 ms: one by one beside queue_job with calls of the same
length, and as many in a call as a new connection puts into one."""

import contextlib
import json
import os
import random
import select
import statistics
import sys
import time
import traceback

from ..figures import Result, figure
from ..serving import serving
from .books import address_of, connect, kingdee, make_invoices

COUNT = 1000
ANSWER = 0.05
# find, and save, submit, audit with their reading back
CALLS = 7
# documents in a call, as a new connection has it
TOGETHER = 20


@figure("receivables/lanes-1", unit="%", need="ours >= 85")
@figure("receivables/rate-1", unit="documents/s")
@figure("receivables/lanes-4", unit="%", need="ours >= 85")
@figure("receivables/rate-4", unit="documents/s")
def receivables(bench):
    """What lanes make of the far side: the same calls without a database, as many at once, are 100 %.

    Lanes are processes on both sides, as the cron workers of a server are.
    """
    for lanes in (1, 4):
        if not (bench.wants(f"receivables/lanes-{lanes}") or bench.wants(f"receivables/rate-{lanes}")):
            continue
        with kingdee() as erp:
            side = bench.side("suite", scratch=True)
            address = address_of(erp)
            side.call(prepare, erp=address, count=COUNT, lanes=lanes, together=1)
            erp.inject("delay", seconds=ANSWER, times=0)
            bare = side.call(call_only, count=40 * lanes, lanes=lanes)
            ours, calls, ok = delivered(side, erp, lanes)
        jobs = bench.keep(f"receivables/rate-{lanes}#jobs", lambda lanes=lanes: queue_job_rate(bench, lanes))
        note = (
            f"{COUNT} documents of {calls:.1f} calls; {bare['rate']:.2f}/s without a database; a document takes a worker "
            f"{ours['cpu']:.0f} ms, the calls alone {bare['cpu']:.0f} ms; load {os.getloadavg()[0]:.1f}"
        )
        yield Result(f"receivables/lanes-{lanes}", 100 * ours["rate"] / bare["rate"], note=note, ok=ok)
        note = f"queue_job: one call of {CALLS * ANSWER:.2f} s a job, no bookkeeping"
        yield Result(f"receivables/rate-{lanes}", ours["rate"], jobs, note=note, ok=ok)


@figure("receivables/together-1", unit="documents/s")
@figure("receivables/together-4", unit="documents/s")
def together(bench):
    """What it brings that new documents share their calls, and what share it is of the same calls without a database.

    The far side answers a call in the same time, however many documents are in it: how long it works on each is its
    own affair, and the same for both.
    """
    for lanes in (1, 4):
        if not bench.wants(f"receivables/together-{lanes}"):
            continue
        with kingdee() as erp:
            side = bench.side("suite", scratch=True)
            side.call(prepare, erp=address_of(erp), count=COUNT, lanes=lanes, together=TOGETHER)
            erp.inject("delay", seconds=ANSWER, times=0)
            single = side.call(call_only, count=40 * lanes, lanes=lanes)
            bare = side.call(call_together, count=10 * TOGETHER * lanes, lanes=lanes)
            ours, calls, ok = delivered(side, erp, lanes)
        note = (
            f"{COUNT} documents, {TOGETHER} in a call, {calls:.2f} calls a document; "
            f"{ours['rate'] / single['rate']:.1f} times what the far side allows one by one ({single['rate']:.2f}/s), "
            f"{100 * ours['rate'] / bare['rate']:.0f} % of what it allows with these calls ({bare['rate']:.1f}/s); a "
            f"document takes a worker {ours['cpu']:.1f} ms, the calls alone {bare['cpu']:.1f} ms; "
            f"load {os.getloadavg()[0]:.1f}"
        )
        yield Result(f"receivables/together-{lanes}", ours["rate"], note=note, ok=ok)


def delivered(side, erp, lanes):
    """What :func:`deliver` gives, calls a document, and whether each arrived exactly once."""
    before = len(erp.calls())
    ours = side.call(deliver, lanes=lanes)
    calls = (len(erp.calls()) - before) / ours["done"]
    numbers = [d["number"] for d in erp.ledger()["AR_receivable"] if d["number"].startswith("CRM-")]
    return ours, calls, ours["done"] == COUNT and len(set(numbers)) == len(numbers) == COUNT + 1


def prepare(env, erp, count, lanes, together=TOGETHER):
    """Posted invoices of a customer who is known over there."""
    connection, partner, product = connect(env, erp, lane_count=lanes, batch_size=together)
    make_invoices(env, partner, product, 1).action_post()
    env.cr.commit()
    env["finance.outbox"]._cron_deliver()
    left = env["finance.outbox"].search([("connection_id", "=", connection.id), ("state", "!=", "done")])
    if left:
        raise RuntimeError(f"the first document did not arrive: {left[0].last_error}")
    moves = make_invoices(env, partner, product, count)
    for start in range(0, count, 100):
        moves[start : start + 100].action_post()
        env.cr.commit()
    env.cr.execute("ANALYZE finance_outbox, finance_binding, finance_attempt")
    env.cr.commit()


def call_only(env, count, lanes):
    """Documents a second of the adapter alone, so many at once, and the processor time of each in milliseconds."""
    adapter, kind, wire, body_of = _sent_document(env)

    def carry(lane, _is_over):
        for number in (f"BARE{lane}X{n}" for n in range(count // lanes)):
            body = body_of(number)
            adapter.find(kind, number)
            document = None
            while (step := adapter.next_step_for(kind, document, wire)) in adapter.steps(kind):
                document = adapter.send_step(kind, step, number, body)

    seconds, cpu = _side_by_side(env, carry, lanes)
    return {"rate": count / seconds, "cpu": 1000 * cpu / count}


def call_together(env, count, lanes):
    """The same of documents that share their calls."""
    adapter, kind, wire, body_of = _sent_document(env)

    def carry(lane, _is_over):
        for start in range(0, count // lanes, TOGETHER):
            bodies = {number: body_of(number) for number in (f"MANY{lane}X{start + n}" for n in range(TOGETHER))}
            adapter.find_many(kind, list(bodies))
            document = None
            while (step := adapter.next_step_for(kind, document, wire)) in adapter.steps(kind):
                documents = adapter.send_together(kind, step, bodies).values()
                if failed := [each for each in documents if isinstance(each, Exception)]:
                    raise failed[0]
                (document, *_others) = documents

    seconds, cpu = _side_by_side(env, carry, lanes)
    return {"rate": count / seconds, "cpu": 1000 * cpu / count}


def _sent_document(env):
    """Adapter, kind and values of a receivable that went out, and its payload under another number."""
    row = env["finance.outbox"].search([("kind", "=", "receivable"), ("state", "=", "done")], limit=1)
    payload, wire, kind = json.loads(row.payload), json.loads(row.wire_text), row.kind
    adapter = row.connection_id._adapter()
    env.cr.commit()
    return adapter, kind, wire, lambda number: {**payload, "Model": {**payload["Model"], "FBillNo": number}}


def deliver(env, lanes):
    """The same of as many cron workers as there are lanes, each a process as the server has them, until none is left."""
    crons = env["finance.outbox"]._lane_cron(0).search([("code", "like", "_cron_deliver")])
    crons.active = True
    env["finance.outbox"]._wake()
    env.cr.commit()
    registry, name = env.registry, env.cr.dbname

    def work(_lane, is_over):
        # a cron worker is told when there is work, this one asks
        while not is_over(0.02):
            registry["ir.cron"]._process_jobs(name)

    def watch():
        while _is_left(env.cr):
            time.sleep(0.1)

    seconds, cpu = _side_by_side(env, work, lanes, watch)
    done = env["finance.outbox"].search_count([("kind", "=", "receivable"), ("state", "=", "done")]) - 1
    return {"rate": done / seconds, "cpu": 1000 * cpu / done, "done": done}


def _is_left(cr):
    cr.execute("SELECT 1 FROM finance_outbox WHERE state IN ('pending', 'sending', 'uncertain') LIMIT 1")
    found = cr.fetchone()
    cr.commit()
    return bool(found)


def _side_by_side(env, work, count, watch=lambda: None):
    """(Seconds until ``work(0, is_over)`` … are done in as many processes, seconds of processor time they took).

    ``is_over(seconds)`` waits and tells whether ``watch()`` has returned.
    """
    reading, writing = os.pipe()
    started = time.perf_counter()
    workers = [_fork(env, lambda lane=lane: work(lane, _is_over(reading)), closing=writing) for lane in range(count)]
    try:
        watch()
    finally:
        # nobody has the other end any more: every worker reads the end of the pipe
        os.close(writing)
        ended = [os.wait4(pid, 0) for pid in workers]
    seconds = time.perf_counter() - started
    os.close(reading)
    if any(status for _pid, status, _usage in ended):
        raise RuntimeError("a lane failed, see the log")
    return seconds, sum(usage.ru_utime + usage.ru_stime for _pid, _status, usage in ended)


def _is_over(pipe):
    return lambda timeout: bool(select.select([pipe], [], [], timeout)[0])


def _fork(env, work, closing):
    """Process id of one that does ``work()`` with connections of its own."""
    from odoo import sql_db

    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.close(closing)
        # the connections of the parent are not ours to use or to end
        sql_db._Pool = sql_db._Pool_readonly = None
        env.registry._db = sql_db.db_connect(env.cr.dbname)
        random.seed(os.getpid())
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


# -- queue_job --------------------------------------------------------------------------------


def queue_job_rate(bench, lanes):
    """Jobs a second through a channel of that capacity; a job is one call that lasts as long as our seven."""
    count = 60 * lanes
    with kingdee() as erp, _environment(ODOO_QUEUE_JOB_CHANNELS=f"root:{lanes}"):
        side = bench.side("queue", scratch=True)
        side.call(delay_jobs, erp=address_of(erp), count=count)
        side.close()
        erp.inject("delay", seconds=ANSWER * CALLS, times=0)
        with serving(side, "--load=base,web,queue_job", "--workers=0"):
            erp.wait_for(lambda: len(erp.calls()) > 2, timeout=60)
            first, started = len(erp.calls()), time.perf_counter()
            erp.wait_for(lambda: len(erp.calls()) >= count, timeout=60)
            last, seconds = len(erp.calls()), time.perf_counter() - started
    if last < count:
        raise RuntimeError(f"queue_job did {last} of {count} jobs")
    return (last - first) / seconds


def delay_jobs(env, erp, count):
    connection, _partner, _product = connect(env, erp)
    for _number in range(count):
        connection.with_delay().action_test_connection()
    env.cr.commit()


@contextlib.contextmanager
def _environment(**values):
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# -- one document on an idle system -------------------------------------------------------------


@figure("first-document/p95-ms", unit="ms", need="ours <= 2000")
def first_document(bench):
    """From the commit of a posted invoice to its number stored, on an idle server with a far side that is idle too."""
    with kingdee() as erp:
        side = bench.side("suite", scratch=True)
        address = address_of(erp)
        side.call(prepare, erp=address, count=0, lanes=1)
        side.close()
        erp.inject("delay", seconds=ANSWER, times=0)
        with serving(side, "--max-cron-threads=2"):
            waits = side.call(post_and_wait, count=20)
    yield Result("first-document/p95-ms", 1000 * statistics.quantiles(waits, n=20)[-1],
                 note=f"median {1000 * statistics.median(waits):.0f} ms, {len(waits)} invoices one by one")  # fmt: skip


def post_and_wait(env, count):
    """Seconds that each of ``count`` invoices took, one after the other."""
    partner = env["finance.binding"].search([("kind", "=", "customer")], limit=1)
    partner = env["res.partner"].browse(partner.res_id)
    product = env["product.product"].search([("name", "=", "Gearbox")], limit=1)
    waits = []
    for _number in range(count):
        move = make_invoices(env, partner, product, 1)
        move.action_post()
        env.cr.commit()
        started = time.perf_counter()
        while not _number_of(env, move):
            if time.perf_counter() - started > 90:
                raise RuntimeError("no number within 90 seconds")
            time.sleep(0.01)
        waits.append(time.perf_counter() - started)
        # the next one finds the worker asleep
        time.sleep(0.5)
    return waits


def _number_of(env, move):
    env.cr.commit()
    env.cr.execute(
        "SELECT 1 FROM finance_outbox WHERE res_model = 'account.move' AND res_id = %s AND state = 'done'", [move.id]
    )
    return env.cr.fetchone()
