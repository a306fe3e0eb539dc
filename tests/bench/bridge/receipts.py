"""A hundred thousand receipts read by the server's own cron, which is killed in the middle."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

from ..figures import Result, figure
from ..side import side_options
from .books import address_of, connect, kingdee

COUNT = 100_000
# of a hundred receipts so many are audited and become payments; the others wait for their audit
AUDITED = 10
# receipts that were changed over there in the same millisecond
AT_ONCE = 100
PART = 10_000
SECONDS = 40 * 60
CHINA = timezone(timedelta(hours=8))


@figure("receipts/lost", unit="receipts", need="ours <= 0")
@figure("receipts/twice", unit="receipts", need="ours <= 0")
@figure("receipts/memory", unit="%", need="ours <= 10")
@figure("receipts/rate", unit="receipts/s")
def receipts(bench):
    """The cursor, with a kill at half, equal moments, and one that is committed late under an older moment."""
    with kingdee() as erp:
        side = bench.side("suite", scratch=True)
        moment, customer = side.call(prepare, erp=address_of(erp))
        late = fill(erp, moment, customer, COUNT)
        side.close()
        started = time.monotonic()
        with Server(side) as server:
            server.wait_for(COUNT // 2)
            server.process.send_signal(signal.SIGKILL)
        # its page was read before it was committed
        erp.copy_receipt("SKD-000000", [late])
        with Server(side) as server:
            half = server.count()
            server.wait_for(half + (COUNT - half) // 10)
            low = server.memory()
            server.wait_for(COUNT - 1)
            side.call(again)
            server.wait_for(COUNT)
            server.wait_until_settled()
            high = server.memory()
        seconds = time.monotonic() - started
        found = side.call(what_is_here)
        there = Counter(tuple(row) for row in _books(erp.ledger_path))
    here = Counter(tuple(row) for row in found["receipts"])
    payments = sum(1 for row in there if row[3] == "C")
    note = (
        f"{COUNT} receipts, {AUDITED} % audited, {AT_ONCE} a moment, kill -9 at {half}, load {os.getloadavg()[0]:.1f}"
    )
    ok = found["payments"] == found["paid"] == payments
    yield Result("receipts/lost", (there - here).total(), note=note, ok=ok)
    yield Result("receipts/twice", (here - there).total(), note=f"{found['payments']} payments of {payments}", ok=ok)
    grown = 100 * (high - low) / low
    yield Result("receipts/memory", grown, note=f"growth of {low // 1024} MiB from 10 % to 100 % of the second run")
    yield Result("receipts/rate", COUNT / seconds, note=f"{seconds:.0f} s with both starts of the server, one cron")


def prepare(env, erp):
    """A connection whose only job is to read receipts; the moment from which it reads (text of UTC) and a customer."""
    connection, partner, _product = connect(env, erp)
    env["finance.outbox"]._enqueue(connection, "customer", partner)
    env.cr.commit()
    env["finance.outbox"]._cron_deliver()
    env["ir.cron"].search([]).active = False
    cron = env.ref("crm_finance_bridge.cron_poll")
    cron.active = True
    cron._trigger()
    env.cr.commit()
    numbers = env["finance.binding"]._numbers(connection, "res.partner", partner.ids, "customer")
    return connection.sync_from.isoformat(), numbers[partner.id]


def again(env):
    """The next poll, without waiting for its interval."""
    env.ref("crm_finance_bridge.cron_poll")._trigger()
    env.cr.commit()


def what_is_here(env):
    env.cr.execute("SELECT remote_id, number, amount::text, status FROM finance_receipt")
    rows = [[ident, number, f"{float(amount):.2f}", status] for ident, number, amount, status in env.cr.fetchall()]
    env.cr.execute("SELECT count(*), count(DISTINCT payment_id) FROM finance_receipt WHERE payment_id IS NOT NULL")
    _lines, paid = env.cr.fetchone()
    return {"receipts": rows, "payments": env["account.payment"].search_count([("payment_type", "=", "inbound")]),
            "paid": paid}  # fmt: skip


def fill(erp, moment, customer, count):
    """Enters all but one; gives the one that is late: its id lies before those that are read first."""
    start = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(CHINA).replace(tzinfo=None)

    def copy(number):
        stamp = start - timedelta(minutes=1) + timedelta(milliseconds=50 * (number // AT_ONCE))
        return {
            "number": f"SKD-{number:06d}",
            "amount": f"{100 + number % 977}.{number % 100:02d}",
            "modified": stamp.isoformat(timespec="milliseconds"),
            "status": "C" if number % 100 < AUDITED else "B",
        }

    first = erp.enter_receipt(customer, **copy(0))
    for begin in range(2, count, PART):
        erp.copy_receipt("SKD-000000", [copy(number) for number in range(begin, min(begin + PART, count))])
    return {**copy(1), "id": int(first["id"]) - 1}


def _books(path):
    """(id, number, amount, state) of each line of a receipt over there."""
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT id, number, body, status FROM document WHERE form = 'AR_RECEIVEBILL'").fetchall()
    for ident, number, body, status in rows:
        for lines in json.loads(body)["entries"].values():
            for line in lines:
                yield str(ident), number, f"{float(line['FRECAMOUNTFOR_E']):.2f}", status


class Server:
    """Odoo with one cron thread on the database of ``side``; ended when the block is left, if it is still there."""

    def __init__(self, side):
        self._side = side

    def __enter__(self):
        side = self._side
        command = side.databases.odoo_command(
            *side_options(side.name), "--no-http", "--max-cron-threads=1", "--workers=0", "--log-level=warn"
        )
        with open(side.log.with_suffix(".cron.log"), "a") as log:
            self.process = subprocess.Popen(command, env=side.environment, stdout=log, stderr=log)
        self._deadline = time.monotonic() + SECONDS
        return self

    def __exit__(self, *_details):
        self.process.kill()
        self.process.wait()

    def count(self):
        return int(self._sql("SELECT count(*) FROM finance_receipt"))

    def wait_for(self, count):
        """:raises RuntimeError: the server ended or took too long"""
        self._wait(lambda: self.count() >= count)

    def wait_until_settled(self):
        self._wait(lambda: not int(self._sql("SELECT count(*) FROM finance_receipt WHERE state = 'new'")))

    def _wait(self, condition):
        while not condition():
            if self.process.poll() is not None or time.monotonic() > self._deadline:
                raise RuntimeError(f"the server read {self.count()} receipts")
            time.sleep(0.5)

    def _sql(self, query):
        return self._side.databases.cluster.sql(query, self._side.name).strip()

    def memory(self):
        """The most that the process has used so far, in KiB."""
        with open(f"/proc/{self.process.pid}/status") as lines:
            return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
