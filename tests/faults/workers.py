"""Workers of an experiment: processes of their own, forked from the one that holds the registry, and their time."""

import contextlib
import os
import random
import signal
import sys
import time
import traceback

from odoo import sql_db

from odoo.addons.crm_finance_bridge.clients.u8_token import SHARED
from odoo.addons.crm_finance_bridge.models.finance_connection_eas import SESSIONS


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


class Workers:
    """The part of a world that sets workers going, hurts them and waits for them."""

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
