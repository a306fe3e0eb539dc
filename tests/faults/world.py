"""What an experiment works with: a connection that is on, documents to carry, workers to hurt, books to look into."""

import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import sys
import time
import traceback
from datetime import timedelta

from odoo import SUPERUSER_ID, api, sql_db

from odoo.addons.crm_finance_bridge.clients.u8_token import SHARED
from odoo.addons.crm_finance_bridge.models.finance_connection_eas import SESSIONS
from odoo.addons.crm_merchant.lib.hashing import chain_hash

from .connections import PRODUCTS, settings_of, simulator_of

# the least that the form takes; experiments with later commits set their own
SETTLE = 30
MAX_TOLD = 5


class Clock:
    """The clock of the outbox: the database's, moved ahead by what was leapt, ``pace`` times as fast."""

    def __init__(self):
        self.leapt, self.pace, self._since = timedelta(), 1, None

    def now(self, now):
        if self._since is None or self.pace == 1:
            return now + self.leapt
        return self._since + (now - self._since) * self.pace + self.leapt

    def run(self, pace, since):
        """From ``since`` on, a second lasts ``1 / pace``; 1 ends it, and what was gained stays."""
        if self.pace != 1:
            self.leapt += (since - self._since) * (self.pace - 1)
        self.pace, self._since = pace, since

    def reset(self):
        """The database's own time; what was planned meanwhile lies in the future."""
        self.__init__()

    def leap(self, seconds):
        self.leapt += timedelta(seconds=seconds)


class Report:
    """What an experiment found. ``violations`` are broken promises, ``measures`` numbers of which the worst is told."""

    def __init__(self):
        self.runs = self.documents = self.violations = 0
        self.told = []
        self.measures = {}
        self.sums = {}

    def broken(self, text, count=1):
        self.violations += count
        if len(self.told) < MAX_TOLD:
            self.told.append(text)

    def require(self, holds, text):
        if not holds:
            self.broken(text)

    def worst(self, name, value):
        self.measures[name] = max(self.measures.get(name, value), value)

    def add(self, name, value=1):
        self.sums[name] = self.sums.get(name, 0) + value


class Child:
    """A worker in a process of its own, forked from the one that holds the registry."""

    def __init__(self, pid):
        self.pid = pid
        self.status = None

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def alive(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def wait(self, seconds=60):
        """True if it ended by itself in time; it is killed otherwise."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                self.status = -signal.SIGKILL
                return False
            time.sleep(0.002)
        return True

    @property
    def was_killed(self):
        return self.status is not None and os.WIFSIGNALED(self.status)

    @property
    def failed(self):
        return self.status is not None and os.WIFEXITED(self.status) and os.WEXITSTATUS(self.status) != 0


class Worlds:
    """One world a product, made when an experiment asks for it and kept for the next."""

    def __init__(self, registry):
        self.registry = registry
        self.clock = Clock()
        self._worlds = {}
        clock = self.clock
        outbox = registry["finance.outbox"]
        of_the_database = outbox._outbox_now
        outbox._outbox_now = lambda rows: clock.now(of_the_database(rows))

    def run(self, experiment, product, count, seed, **more):
        world = self._world(product)
        world.begin(seed)
        report = Report()
        started = time.monotonic()
        experiment(world, report, count, **more)
        report.sums["seconds"] = round(time.monotonic() - started, 1)
        world.end()
        return vars(report)

    def _world(self, product):
        if product not in self._worlds:
            self._worlds[product] = World(self.registry, self.clock, product)
        return self._worlds[product]

    def close(self):
        for world in self._worlds.values():
            world.erp.kill()


class World:
    """See the module. ``erp`` is the simulator, ``random`` the only source of chance."""

    def __init__(self, registry, clock, product):
        self.registry, self.clock, self.product = registry, clock, product
        self.there = PRODUCTS[product]
        self.random = random.Random()
        self.erp = simulator_of(product)
        self.erp.__enter__()
        try:
            self._first = self._open()
        except BaseException:
            self.erp.kill()
            raise
        self._last = 1_000_000

    def _open(self):
        """Switches the connection on; id of the row of its first invoice, which has arrived."""
        with self.env() as env:
            self._prepare(env)
        self.deliver()
        with self.env() as env:
            row = env["finance.outbox"].search(
                [("connection_id", "=", self.connection_id), ("kind", "=", "receivable")]
            )
            if row.state != "done":
                raise RuntimeError(f"the first invoice did not arrive: {row.state} {row.last_error}")
            return row.id

    def _prepare(self, env):
        # one world at a time is on: the workers of an experiment carry its documents and no others
        env["finance.connection"].search([("state", "=", "on")])._switch("off")
        self.connection_id = connection = env["finance.connection"].create(
            {
                "settle_seconds": SETTLE,
                "responsible_id": SUPERUSER_ID,
                "receipt_journal_id": env["account.journal"].search([("type", "=", "bank")], limit=1).id,
                **settings_of(self.product, self.erp),
            }
        )
        connection._switch("on")
        self.connection_id = connection.id
        product = env["product.product"].create({"name": "Service", "type": "service", "taxes_id": False})
        partner = env["res.partner"].create({"name": f"苏州恒锐精密机械有限公司 {self.product}", "is_company": True})
        self.product_id, self.partner_id = product.id, partner.id
        self.make_invoices(env, 1).action_post()

    # -- the database -----------------------------------------------------------------------

    @contextlib.contextmanager
    def env(self):
        """An environment of its own transaction, committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"lang": "en_US", "tz": "Asia/Shanghai"})

    def rows(self, numbers):
        """{number: (state, error code, attempts, id there, bound id)} of our table."""
        with self.env() as env:
            env.cr.execute(
                "SELECT o.number, o.state, o.error_code, o.attempt_count, o.remote_id, b.remote_id FROM finance_outbox o "
                "LEFT JOIN finance_binding b ON b.connection_id = o.connection_id AND b.res_model = o.res_model "
                "AND b.res_id = o.res_id WHERE o.connection_id = %s AND o.number = ANY(%s)",
                [self.connection_id, list(numbers)],
            )
            return {row[0]: row[1:] for row in env.cr.fetchall()}

    @property
    def outbox(self):
        """The class of the rows, for traps."""
        return self.registry["finance.outbox"]

    def forget_tokens(self):
        """The next call must log in."""
        with self.env() as env:
            env.cr.execute("DELETE FROM finance_token")
        SHARED._entries.clear()
        SESSIONS._entries.clear()

    def break_locks(self):
        """Takes from all workers the lock by which others see that they live."""
        with self.env() as env:
            env.cr.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted "
                "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND EXISTS "
                "(SELECT 1 FROM finance_outbox o WHERE o.state = 'sending' "
                "AND o.claim_token = ((l.classid::bigint << 32) | l.objid::bigint)::text)"
            )

    def wait_for_call(self, operation, since, seconds=10):
        """Waits until the far side has got such a call after the mark."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(call[1] == operation for call in self.calls(since)):
                return
            time.sleep(0.002)
        raise RuntimeError(f"no {operation} within {seconds} s")

    def sessions(self):
        """Sessions on this database besides the one that asks, after the server had a moment to end them."""
        for _try in range(100):
            with self.env() as env:
                env.cr.execute(
                    "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid != pg_backend_pid() AND backend_type = 'client backend'"
                )
                found = env.cr.fetchall()
            if not found:
                break
            time.sleep(0.01)
        return found

    def use_real_time(self):
        """For servers of their own, which know nothing of our clock. What waits is due again."""
        self.clock.reset()
        with self.env() as env:
            env.cr.execute(
                "UPDATE finance_outbox SET next_attempt_at = now() AT TIME ZONE 'UTC' WHERE next_attempt_at > now()"
            )
        self.resume()

    def wait_for_servers(self, numbers, count, seconds):
        """Wakes servers, as posting does, until they have carried ``count`` of ``numbers``; False if they do not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.count_done(numbers) >= count:
                return True
            with self.env() as env:
                env["finance.outbox"]._wake()
            time.sleep(0.2)
        return False

    def begin(self, seed):
        """Before an experiment: nothing waits, nothing is armed, the breaker is closed."""
        self.seed = seed
        self.random.seed(seed)
        self.erp.clear_faults()
        self.clock.run(1, self._database_now())
        with self.env() as env:
            connections = env["finance.connection"].search([])
            for connection in connections:
                state = "on" if connection.id == self.connection_id else "off"
                if connection.state != state:
                    connection._switch(state)
        self.resume()
        self.set_settle(SETTLE)

    def end(self):
        """After it: what it left on the way does not disturb the next one."""
        self.erp.clear_faults()
        with self.env() as env:
            env.cr.execute("UPDATE finance_outbox SET state = 'done' WHERE state NOT IN ('done', 'rejected', 'dead')")

    def is_quiet(self):
        """Whether the connection calls nobody for now, by its breaker or because it was asked to."""
        with self.env() as env:
            retry_at = env["finance.connection"].browse(self.connection_id).breaker_retry_at
            return bool(retry_at and retry_at > env["finance.outbox"]._outbox_now())

    def stop_reason(self):
        """Why the connection waits for a person; False if it does not."""
        with self.env() as env:
            return env["finance.connection"].browse(self.connection_id).stop_reason

    def resume(self):
        """What a person's successful test of the connection does."""
        with self.env() as env:
            env["finance.connection"].browse(self.connection_id)._resume()

    def touch_all(self, numbers):
        """Seconds that somebody waits who reads the rows and edits the connection."""
        start = time.monotonic()
        with self.env() as env:
            env.cr.execute("SET LOCAL lock_timeout = '2s'")
            env["finance.outbox"].search([("number", "in", list(numbers))]).read(["state", "last_error"])
            connection = env["finance.connection"].browse(self.connection_id)
            connection.overlap_minutes = 15 + connection.overlap_minutes % 7
        return time.monotonic() - start

    def set_settle(self, seconds):
        with self.env() as env:
            env["finance.connection"].browse(self.connection_id).settle_seconds = seconds

    def _database_now(self):
        with self.env() as env:
            return env.cr.now()

    def now(self):
        """Time of the outbox's clock."""
        with self.env() as env:
            return env["finance.outbox"]._outbox_now()

    # -- documents --------------------------------------------------------------------------

    def make_invoices(self, env, count, price=1000):
        return env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_id,
                    "invoice_date": "2026-03-02",
                    "invoice_line_ids": [
                        (0, 0, {"product_id": self.product_id, "quantity": 1, "price_unit": price + n})
                    ],
                }
                for n in range(count)
            ]
        )

    def intents(self, count, in_pairs=True):
        """{number: amount} of documents written into the outbox, as posting writes them; committed.

        The values are those of a posted invoice with another amount each. With ``in_pairs`` every fifth one goes only
        after the one before it, as a credit note after its invoice.
        """
        with self.env() as env:
            outbox = env["finance.outbox"].sudo()
            first = outbox.browse(self._first)
            connection, values = first.connection_id, json.loads(first.values_text)
            move = env["account.move"].browse(first.res_id)
            made, vals_list = {}, []
            for _document in range(count):
                self._last += 1
                amount = f"{1000 + self._last % 9973}.00"
                wire = _with_amount(values, amount)
                key = f"account.move/{self._last}"
                vals = outbox._prepare_row_vals(connection, "receivable", move, wire)
                vals |= {
                    "res_id": self._last,
                    "business_key": key,
                    "lane": f"{connection.id}/{key}",
                    "number": f"{connection.number_prefix}-AR-{self._last}",
                    "request_hash": chain_hash("", wire),
                    "requires_id": False,
                    "customer_ref": self.partner_id,
                }
                made[vals["number"]] = amount
                vals_list.append(vals)
            rows = outbox._outbox_add(vals_list)
            self.pairs = {}
            for position in range(4, count, 5) if in_pairs else ():
                rows[position]._outbox_write({"requires_id": rows[position - 1].id})
                self.pairs[rows[position].number] = rows[position - 1].number
        return made

    def poison(self, number, is_readable):
        """Frozen values that nobody can read, or of a currency that has no number over there."""
        with self.env() as env:
            row = env["finance.outbox"].search([("number", "=", number)])
            values = json.dumps({**json.loads(row.values_text), "currency": "XXX"}) if is_readable else "{"
            row._outbox_write({"values_text": values})

    def moments(self, numbers):
        """{number: when it was finished or given up}."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers))])
            return {row.number: row.finished_at for row in rows}

    def count_done(self, numbers):
        return sum(row[0] == "done" for row in self.rows(numbers).values())

    def noted_as_possible(self, numbers):
        """Numbers of which our table says that they may stand over there."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers)), ("remote_possible", "=", True)])
            return set(rows.mapped("number"))

    # -- workers ----------------------------------------------------------------------------

    def deliver(self):
        """One run of the worker in this process."""
        with self.env() as env:
            env["finance.outbox"]._cron_deliver()

    def fork(self, before=None, work=None):
        """A worker in a process of its own.

        :param before: called in it first, to lay a trap
        :param work: function of an environment, instead of the worker's cron
        """
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return Child(pid)
        code = 1
        try:
            # the connections of the parent are not ours to use or to end
            sql_db._Pool = sql_db._Pool_readonly = None
            self.registry._db = sql_db.db_connect(self.registry.db_name)
            random.seed(os.getpid())
            if before:
                before()
            with self.env() as env:
                work(env) if work else env["finance.outbox"]._cron_deliver()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def drain(self, numbers, limit=1800, seconds=120, work=None):
        """Runs workers until none of ``numbers`` moves any more; seconds of the outbox's clock that it took.

        Nobody waits: when nothing is due, the clock leaps to what comes next, unless it runs at a pace of its own. Ends
        after ``limit`` seconds of that clock or ``seconds`` of ours, whatever stands then.
        """
        start, deadline = self.now(), time.monotonic() + seconds
        while time.monotonic() < deadline:
            (work or self.deliver)()
            wait = self.seconds_to_next(numbers)
            if wait is None or (self.now() - start).total_seconds() + wait > limit:
                break
            if wait > 0 and self.clock.pace != 1:
                time.sleep(min(wait / self.clock.pace, 0.2))
            elif wait > 0:
                self.clock.leap(wait)
        return (self.now() - start).total_seconds()

    def run_clock(self, pace):
        self.clock.run(pace, self._database_now())

    @contextlib.contextmanager
    def patched(self, owner, **values):
        """Attributes of ``owner`` while it lasts; workers that are forked meanwhile have them too."""
        kept = {name: getattr(owner, name) for name in values}
        for name, value in values.items():
            setattr(owner, name, value)
        try:
            yield
        finally:
            for name, value in kept.items():
                setattr(owner, name, value)

    def with_timeouts(self, **seconds):
        """Calls give up after fractions of the seconds that they have in life."""
        connections = self.registry["finance.connection"]
        options = connections._adapter_options
        return self.patched(connections, _adapter_options=lambda records: {**options(records), **seconds})

    def retry_stopped(self, numbers):
        """What a person does with rows that were refused: the button Retry."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers)), ("state", "=", "rejected")])
            if rows:
                rows._outbox_restart()
            return len(rows)

    def to_dos(self, numbers):
        """Numbers of rows that somebody was told about."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers)), ("activity_ids", "!=", False)])
            return set(rows.mapped("number"))

    def seconds_to_next(self, numbers):
        """Seconds until something of ``numbers`` can move; None if nothing will."""
        with self.env() as env:
            now = env["finance.outbox"]._outbox_now()
            env.cr.execute(
                "SELECT state, min(next_attempt_at) FROM finance_outbox WHERE connection_id = %s AND number = ANY(%s) "
                "AND state IN ('pending', 'uncertain', 'sending') AND NOT EXISTS (SELECT 1 FROM finance_outbox r "
                "WHERE r.id = finance_outbox.requires_id AND r.state != 'done') GROUP BY state",
                [self.connection_id, list(numbers)],
            )
            found = dict(env.cr.fetchall())
            if not found:
                return None
            if "sending" in found:
                # PostgreSQL has not seen yet that its client is dead
                time.sleep(0.005)
                return 0
            env.cr.execute(
                "SELECT breaker_retry_at, stop_reason FROM finance_connection WHERE id = %s", [self.connection_id]
            )
            retry_at, stopped = env.cr.fetchone()
            if stopped:
                return None
            due = max(filter(None, [min(found.values()), retry_at]))
            # the clock of the rows counts whole seconds
            return max((due - now).total_seconds(), 0) + (due > now)

    # -- the books --------------------------------------------------------------------------

    def mark(self):
        """Where the call log of the far side stands now."""
        with self._books() as books:
            return books.execute("SELECT coalesce(max(id), 0) FROM call").fetchone()[0]

    @contextlib.contextmanager
    def _books(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.erp.ledger_path}?mode=ro", uri=True, timeout=30)) as books:
            yield books

    def calls(self, since):
        """Calls about receivables after the mark, oldest first: (id, operation, number, outcome, committed)."""
        with self._books() as books:
            found = books.execute(
                "SELECT id, lower(operation), number, outcome, committed FROM call WHERE id > ? AND upper(form) = ? "
                "ORDER BY id",
                (since, self.there.form),
            ).fetchall()
        return [(*call[:2], _number_in(call[2]), *call[3:]) for call in found]

    def count_calls(self, operation, since):
        """Calls of an operation that is about no document."""
        with self._books() as books:
            query = "SELECT count(*) FROM call WHERE id > ? AND lower(operation) = ?"
            return books.execute(query, (since, operation)).fetchone()[0]

    def documents(self, numbers):
        """{number: [(id, status, amount)]} of the far side's books."""
        found = {number: [] for number in numbers}
        with self._books() as books:
            for number, ident, status, body in books.execute(
                "SELECT number, id, status, body FROM document WHERE upper(form) = ?", (self.there.form,)
            ):
                if number in found:
                    found[number].append((str(ident), status, self._amount_of(json.loads(body))))
        return found

    def _amount_of(self, body):
        header = body.get("header", body)
        return header.get(self.there.amount) or "0"

    def judge(self, report, made, since):
        """The oracle: each of ``made`` stands in the books exactly once, as we sent it, and was sent once."""
        documents, rows = self.documents(made), self.rows(made)
        report.documents += len(made)
        for number, amount in made.items():
            there = documents[number]
            state, code, attempts, remote_id, bound = rows[number]
            report.worst("attempts a document", attempts or 0)
            report.require(there, f"{number} is lost ({state} {code})")
            report.require(len(there) < 2, f"{number} stands there {len(there)} times")
            if not there:
                continue
            ident, found, total = there[0]
            report.require(state == "done", f"{number} ended {state} {code}")
            report.require(found == self.there.done, f"{number} has state {found} there")
            report.require(float(total) == float(amount), f"{number} has {total} there, {amount} was sent")
            # a product that shows no id is bound by the number
            is_bound = remote_id == bound and (bound == number or ident in (bound or ""))
            report.require(is_bound, f"{number} is bound to {bound}, {ident} stands there")
        calls = self.calls(since)
        self._judge_calls(report, made, calls)
        return calls

    def _judge_calls(self, report, made, calls):
        """No change was made twice or tried on what had it already; who follows went after the one before it."""
        acted, first_save, last_audit = {}, {}, {}
        for ident, operation, number, outcome, committed in calls:
            if number not in made or operation not in (self.there.make, self.there.finish):
                continue
            if operation == self.there.make:
                first_save.setdefault(number, ident)
                # a second one that reached them would be a second document in books that take every number
                if "not run" not in outcome and outcome != "fault:late_commit":
                    acted[number] = acted.get(number, 0) + 1
            elif committed:
                last_audit[number] = ident
        for number, count in acted.items():
            report.require(count == 1, f"{number} was saved {count} times")
        for number, before in getattr(self, "pairs", {}).items():
            if number in first_save:
                in_order = before in last_audit and last_audit[before] < first_save[number]
                report.require(in_order, f"{number} went before {before}")


def _with_amount(values, amount):
    """Values of a receivable of one line without tax, for another amount."""
    line = {**values["lines"][0], "price_unit": amount, "amount_untaxed": amount, "amount_total": amount}
    installment = {**values["installments"][0], "amount": amount}
    return {**values, "amount_total": amount, "lines": [line], "installments": [installment]}


def _number_in(text):
    """The business number in what the call log notes of a call, which for a question is its condition."""
    found = re.search(r"[A-Z]+-AR-\d+", text)
    return found[0] if found else text
