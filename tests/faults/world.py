"""What an experiment works with: a connection that is on, documents to carry, workers to hurt, books to look into."""

import contextlib
import random
import time

from odoo import SUPERUSER_ID, api

from .clock import Clock
from .connections import PRODUCTS, settings_of, simulator_of
from .documents import Documents
from .judging import Ledger
from .report import Report
from .workers import Workers

# the least that the form takes; experiments with later commits set their own
SETTLE = 30


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


class World(Documents, Workers, Ledger):
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
        # no number of one product is that of another
        self._last = 1_000_000 * (1 + list(PRODUCTS).index(product))
        # megabytes that this process held, of an experiment that goes on in the next part
        self.memory = []

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

    @property
    def outbox(self):
        """The class of the rows, for traps."""
        return self.registry["finance.outbox"]

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
        # experiments with many documents in a call set their own
        self.set_batch(1)

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

    def set_batch(self, size):
        """How many documents may go in one call; None: as many as the product's default says."""
        with self.env() as env:
            connection = env["finance.connection"]
            if size is None:
                size = connection.default_get(["batch_size"])["batch_size"]
            connection.browse(self.connection_id).batch_size = self.batch_size = size

    @property
    def making(self):
        """The operation that creates the documents of an experiment, which is another one for many."""
        return self.there.batch if self.batch_size > 1 else self.there.make

    @contextlib.contextmanager
    def one_by_one(self):
        """No call is about two documents while it lasts."""
        size = self.batch_size
        self.set_batch(1)
        try:
            yield
        finally:
            self.set_batch(size)

    def _database_now(self):
        with self.env() as env:
            return env.cr.now()

    def now(self):
        """Time of the outbox's clock."""
        with self.env() as env:
            return env["finance.outbox"]._outbox_now()
