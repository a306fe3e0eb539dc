"""F3, F17: a database that crashes or refuses."""

import time
from functools import partial

import psycopg2.errors
from house.postgres import Cluster

from odoo import sql_db
from odoo.sql_db import Cursor

from .kills import finish


def crashes(world, report, count, documents=20):
    """F3: ``pg_ctl stop -m immediate`` at any moment of a run, then a start."""
    cluster = Cluster("faults", own=True)
    made = world.intents(documents)
    start = time.monotonic()
    world.drain(made)
    whole = time.monotonic() - start
    for _run in range(count):
        made, since = world.intents(documents), world.mark()
        sql_db.close_all()
        child = world.fork()
        time.sleep(world.random.uniform(0, whole))
        report.add("crashed on the way", int(child.alive()))
        cluster.crash()
        report.require(child.wait(30), "the worker hangs after the crash")
        sessions = world.sessions()
        report.require(not sessions, f"sessions are left: {sessions}")
        report.runs += 1
        finish(world, report, made, since)


def refusals(world, report, count, documents=10, commits=60):
    """F17: in turn a database that takes no write and one that refuses commits from some moment on (disk full).

    :param commits: how many a run takes
    """
    for run in range(count):
        made, since = world.intents(documents), world.mark()
        if run % 2 == 0:
            child = world.fork(before=_take_no_writes)
            report.require(child.wait(60), "the worker hangs")
            posting = world.fork(before=_take_no_writes, work=lambda env: world.make_invoices(env, 1).action_post())
            posting.wait()
            report.require(posting.failed, "an invoice was posted in a database that takes no write")
            report.require(not world.calls(since), f"{len(world.calls(since))} calls went out")
        else:
            child = world.fork(before=partial(_refuse_commits, world.random.randint(1, commits)))
            report.require(child.wait(60), "the worker hangs")
            noted = world.noted_as_possible(made)
            sent = {call[2] for call in world.calls(since) if call[1] == "save"}
            report.require(sent <= noted, f"{sent - noted} went out before the database knew of it")
            posting = world.fork(
                before=partial(_refuse_commits, 1), work=lambda env: world.make_invoices(env, 1).action_post()
            )
            posting.wait()
            report.require(posting.failed, "an invoice was posted and not committed")
        report.runs += 1
        finish(world, report, made, since)
        strangers = {call[2] for call in world.calls(since)} - set(made)
        report.require(not strangers, f"{strangers} went out, which nobody committed")


def _take_no_writes():
    """PostgreSQL refuses every write of this process."""
    sql_db._Pool._readonly = True


def _refuse_commits(nth):
    """From the ``nth`` commit of this process on, the database refuses."""
    left, commit = [nth], Cursor.commit

    def refuse(cursor):
        left[0] -= 1
        if left[0] > 0:
            return commit(cursor)
        cursor.rollback()
        raise psycopg2.errors.DiskFull("no space left on device")

    Cursor.commit = refuse
