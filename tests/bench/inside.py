"""The side of the bench that runs in an Odoo process: one process a database, one request a line.

A request names a function of a file of the bench; it is called as ``function(env, **arguments)`` in a transaction of
its own, which is rolled back. What the function returns goes back as JSON.
"""

import contextlib
import importlib
import json
import os
import sys
import time
import traceback


def measured(env, call, warm=None, buffers=False):
    """What ``call()`` costs, up to the moment before its commit; the records have to be read again for it.

    :param warm: called before, with all that a commit does: what has just been set up has emptied Odoo's caches
    :param buffers: count shared buffers too, by a call that is rolled back before the one that is timed
    :return: dict of ``seconds``, ``queries`` and, if asked for, ``buffers``
    """
    cost = {}
    if warm:
        # what has just been created must be through its own commit, or the warming is taken as part of it
        env.cr.flush()
        warm()
    if buffers:
        env.cr.flush()
        env.invalidate_all()
        with _explained(env.cr) as counted, _undone(env):
            call()
            env.cr.flush()
        cost["buffers"] = counted.buffers
    env.cr.flush()
    env.invalidate_all()
    queries, started = env.cr.sql_log_count, time.perf_counter()
    call()
    # what runs before a commit belongs to it: flushing, tracking, our own hooks
    env.cr.flush()
    return {"seconds": time.perf_counter() - started, "queries": env.cr.sql_log_count - queries, **cost}


@contextlib.contextmanager
def _undone(env):
    env.cr.execute("SAVEPOINT bench")
    try:
        yield
    finally:
        env.cr.execute("ROLLBACK TO SAVEPOINT bench")
        env.invalidate_all(flush=False)


class _Plans:
    """Takes the notices of ``auto_explain`` and adds up the buffers of the plans."""

    def __init__(self):
        self.buffers = 0

    def append(self, notice):
        start = notice.find("{")
        if "plan:" not in notice or start < 0:
            return
        plan = json.loads(notice[start:])["Plan"]
        # a plan's first node counts what is below it as well
        self.buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@contextlib.contextmanager
def _explained(cr):
    """Has PostgreSQL send back the plan of each statement, with the buffers it touched."""
    cr.execute("LOAD 'auto_explain'")
    settings = {"log_min_duration": 0, "log_analyze": "on", "log_buffers": "on", "log_timing": "off",
                "log_format": "json", "log_level": "notice", "log_nested_statements": "on"}  # fmt: skip
    for name, value in settings.items():
        cr.execute(f"SET auto_explain.{name} = '{value}'")
    connection = cr._cnx
    kept, plans = connection.notices, _Plans()
    connection.notices = plans
    cr.execute("SET client_min_messages = notice")
    try:
        yield plans
    finally:
        cr.execute("SET auto_explain.log_min_duration = -1")
        connection.notices = kept


def load_registry(arguments):
    """Loads the registry of the database that the options name."""
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    config.parse_config(arguments, setup_logging=True)
    load_server_wide_modules()
    return Registry(config["db_name"][0])


def _answer(registry, request):
    """Result of one request."""
    from odoo import SUPERUSER_ID, api
    from odoo.sql_db import Cursor

    function = getattr(importlib.import_module(request["module"]), request["function"])
    commit = Cursor.commit
    if not request["may_commit"]:
        Cursor.commit = _refuse_commit
    try:
        with contextlib.closing(registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"lang": "zh_CN", "tz": "Asia/Shanghai"})
            try:
                return function(env, **request["arguments"])
            finally:
                cr.rollback()
                registry.reset_changes()
    finally:
        Cursor.commit = commit


def _refuse_commit(_cursor):
    raise RuntimeError("this database is kept for other measurements: ask for bench.side(…, scratch=True) to commit")


def main(arguments):
    """Answers requests until standard input ends."""
    # what prints by itself must not come between the answers
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    registry = load_registry(arguments)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = {"result": _answer(registry, json.loads(line))}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
