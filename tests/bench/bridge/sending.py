"""A thousand receivables to a far side that answers in 50 ms, beside queue_job with calls of the same length."""

import contextlib
import json
import os
import statistics
import threading
import time

from ..figures import Result, figure
from ..serving import serving
from .books import address_of, connect, kingdee, make_invoices

COUNT = 1000
ANSWER = 0.05
# find, and save, submit, audit with their reading back
CALLS = 7


@figure("receivables/lanes-1", unit="%", need="ours >= 85")
@figure("receivables/rate-1", unit="documents/s")
@figure("receivables/lanes-4", unit="%", need="ours >= 85")
@figure("receivables/rate-4", unit="documents/s")
def receivables(bench):
    """What lanes make of the far side: the same calls without a database, as many at once, are 100 %."""
    for lanes in (1, 4):
        if not (bench.wants(f"receivables/lanes-{lanes}") or bench.wants(f"receivables/rate-{lanes}")):
            continue
        with kingdee() as erp:
            side = bench.side("suite", scratch=True)
            address = address_of(erp)
            side.call(prepare, erp=address, count=COUNT, lanes=lanes)
            erp.inject("delay", seconds=ANSWER, times=0)
            bare = side.call(call_only, count=40 * lanes, lanes=lanes)
            before = len(erp.calls())
            ours = side.call(deliver, lanes=lanes)
            calls = (len(erp.calls()) - before) / ours["done"]
            once = sum(d["number"].startswith("CRM-") for d in erp.ledger()["AR_receivable"])
            ok = ours["done"] == COUNT and once == COUNT + 1
        jobs = bench.keep(f"receivables/rate-{lanes}#jobs", lambda lanes=lanes: queue_job_rate(bench, lanes))
        note = f"{COUNT} documents of {calls:.1f} calls; {bare:.2f}/s without a database; load {os.getloadavg()[0]:.1f}"
        yield Result(f"receivables/lanes-{lanes}", 100 * ours["rate"] / bare, note=note, ok=ok)
        note = f"queue_job: one call of {CALLS * ANSWER:.2f} s a job, no bookkeeping"
        yield Result(f"receivables/rate-{lanes}", ours["rate"], jobs, note=note, ok=ok)


def prepare(env, erp, count, lanes):
    """Posted invoices of a customer who is known over there."""
    connection, partner, product = connect(env, erp, lane_count=lanes)
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
    """Documents a second of the adapter alone, so many at once."""
    row = env["finance.outbox"].search([("kind", "=", "receivable"), ("state", "=", "done")], limit=1)
    payload, wire = json.loads(row.payload), json.loads(row.wire_text)
    adapters = [row.connection_id._adapter() for _lane in range(lanes)]
    env.cr.commit()

    def carry(lane):
        adapter = adapters[lane]
        for number in (f"BARE{lane}X{n}" for n in range(count // lanes)):
            body = {**payload, "Model": {**payload["Model"], "FBillNo": number}}
            adapter.find(row_kind, number)
            document = None
            while (step := adapter.next_step_for(row_kind, document, wire)) in adapter.steps(row_kind):
                document = adapter.send_step(row_kind, step, number, body)

    row_kind = row.kind
    return count / _side_by_side(carry, lanes)


def deliver(env, lanes):
    """Documents a second until none is left, by as many cron workers as there are lanes, as the server runs them."""
    crons = env["finance.outbox"]._lane_cron(0).search([("code", "like", "_cron_deliver")])
    crons.active = True
    env["finance.outbox"]._wake()
    env.cr.commit()
    registry, name = env.registry, env.cr.dbname
    over = threading.Event()

    def work(_lane):
        while not over.is_set():
            registry["ir.cron"]._process_jobs(name)
            # a cron worker is told when there is work, this one asks
            over.wait(0.02)

    def watch():
        while _left(registry):
            time.sleep(0.02)
        over.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    seconds = _side_by_side(work, lanes)
    watcher.join()
    done = env["finance.outbox"].search_count([("kind", "=", "receivable"), ("state", "=", "done")]) - 1
    return {"rate": done / seconds, "done": done}


def _left(registry):
    with registry.cursor() as cr:
        cr.execute("SELECT count(*) FROM finance_outbox WHERE state IN ('pending', 'sending', 'uncertain')")
        return cr.fetchone()[0]


def _side_by_side(work, count):
    """Seconds until all of ``work(0)`` … are done."""
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


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
    env["finance.outbox"]._lane_cron(0).active = True
    env.cr.commit()
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
