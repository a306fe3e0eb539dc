"""Pools with a hundred thousand and a million leads: lists, searches, recycling."""

import time
from unittest.mock import patch

from ..data import DUE, people
from ..figures import Result, figure, in_turn, median_of
from ..inside import measured

LARGE = "pooled:1000000"
COLUMNS = ("company_label", "contact_label", "phone_label", "region_id", "state_id", "city", "source_id",
           "expected_revenue", "pool_since", "pool_id")  # fmt: skip


@figure("pool-list/1-pool", unit="ms", need="ours <= 50")
@figure("pool-list/5-pools", unit="ms", need="ours <= 50")
@figure("pool-search/phone", unit="ms", need="ours <= 300")
@figure("pool-search/by-region", unit="ms", need="ours <= 300")
@figure("lead-search/phone-director", unit="ms", need="ours <= 1000")
@figure("lead-search/by-region-director", unit="ms", need="ours <= 1000")
def pool_list(bench):
    """What a member and a director wait for at the database, among a million leads."""
    side = bench.side("suite", LARGE)
    for name, function, who in (
        ("pool-list/1-pool", list_pool, "bench_rep_0"),
        ("pool-list/5-pools", list_pool, "bench_rep_1"),
        ("pool-search/phone", search_phone, "bench_rep_1"),
        ("pool-search/by-region", group_by_region, "bench_rep_1"),
        ("lead-search/phone-director", search_phone, "bench_director"),
        ("lead-search/by-region-director", group_by_region, "bench_director"),
    ):
        if bench.wants(name):
            cost = bench.keep(f"{name}#cost", lambda f=function, w=who: side.call(f, login=w))
            note = f"{cost['queries']} queries, {cost['rows']} rows, {cost['seconds'] * 1000:.0f} ms with Odoo's part"
            yield Result(name, cost["database"] * 1000, note=note)


def at_the_database(env, call):
    """Seconds that ``call()`` waits for PostgreSQL, the median of three after one to warm up."""
    from odoo.sql_db import Cursor

    execute, waited, costs = Cursor.execute, [], []

    def timed(cursor, *args, **options):
        started = time.perf_counter()
        try:
            return execute(cursor, *args, **options)
        finally:
            waited.append(time.perf_counter() - started)

    with patch.object(Cursor, "execute", timed):
        for turn in range(4):
            waited.clear()
            cost = measured(env, call)
            if turn:
                costs.append({**cost, "database": sum(waited)})
    return median_of(costs)


def _as(env, login):
    """Environment of a person, and the model in which he looks for leads."""
    env = env(user=env["res.users"].search([("login", "=", login)]))
    return env["crm.lead" if login == "bench_director" else "crm.pool.lead"]


def list_pool(env, login):
    """The first page of the list, in its default order."""
    model, rows = _as(env, login), []
    specification = {
        name: {"fields": {"display_name": {}}} if model._fields[name].type == "many2one" else {} for name in COLUMNS
    }

    def call():
        rows[:] = model.web_search_read([], specification, limit=80, count_limit=10001)["records"]

    cost = at_the_database(env, call)
    if len(rows) != 80:
        raise ValueError(f"{len(rows)} rows instead of 80")
    return {**cost, "rows": len(rows)}


def search_phone(env, login):
    """A whole number typed into the search field."""
    model, found = _as(env, login), []
    # a pooled one of the first pool
    field, number = "whole_phone", "13800000021"
    if login == "bench_director":
        # one that somebody holds; what lies in a pool only its administrators see
        field, number = "phone_mobile_search", "13800000022"

    def call():
        found[:] = model.web_search_read([(field, "ilike", number)], {"id": {}}, limit=80)["records"]

    cost = at_the_database(env, call)
    if not found:
        raise ValueError(f"{number} was not found")
    return {**cost, "rows": len(found)}


def group_by_region(env, login):
    """The list grouped by region."""
    model, groups = _as(env, login), []

    def call():
        groups[:] = model.formatted_read_group([], ["region_id"], ["__count"])

    cost = at_the_database(env, call)
    return {**cost, "rows": len(groups)}


# -- recycling --------------------------------------------------------------------------------


@figure("recycle/100000", unit="s", need="ours <= 2")
@figure("recycle/1000000", unit="s", need="ours <= 2")
@figure("recycle/same", unit="x", need="ours <= 1.5")
def recycle(bench):
    """200 leads are due of a hundred thousand and of a million."""
    sizes = (100000, 1000000)
    small, large = (
        bench.keep(
            f"recycle/{size}#cost", lambda s=size: in_turn(bench.side("suite", f"pooled:{s}").later(recycle_due))[0]
        )
        for size in sizes
    )
    for size, cost in zip(sizes, (small, large), strict=True):
        yield Result(f"recycle/{size}", cost["seconds"], note=f"{DUE} recycled, {cost['queries']:.0f} queries")
    same = large["queries"] == small["queries"]
    note = f"queries {small['queries']:.0f} and {large['queries']:.0f}"
    yield Result("recycle/same", large["seconds"] / small["seconds"], note=note, ok=same)


def recycle_due(env):
    """Cost of one run of the job."""
    leads, done = env["crm.lead"], []
    cost = measured(env, lambda: leads._pool_recycle_due(lambda count: done.append(count) or True))
    if sum(done) != DUE:
        raise ValueError(f"{sum(done)} leads were due instead of {DUE}")
    return cost


# -- reminders --------------------------------------------------------------------------------


@figure("reminders/500", unit="s", need="ours <= 1")
@figure("reminders/queries-500", unit="queries", need="ours <= 50")
def reminders(bench):
    """500 owners are reminded of one lead each in one run of the job."""
    cost = in_turn(bench.side("suite").later(remind, count=500))[0]
    yield Result(
        "reminders/500", cost["seconds"], note=f"{cost['told']:.0f} to-dos for {people.TEAMS * people.PER_TEAM} people"
    )
    yield Result("reminders/queries-500", cost["queries"])


def remind(env, count):
    """Cost of a run in which ``count`` leads have been without follow-up for too long."""
    from datetime import timedelta

    from odoo import fields

    from .assigning import make_unassigned

    members = env["crm.team"].search([]).crm_team_member_ids.user_id.sorted("id")
    rule = env.ref("crm_merchant.followup_rule_default")
    rule.write({"lead_type": False, "stage_ids": False})
    rule.action_switch_on()
    leads = make_unassigned(env, count)
    leads._pool_move("assign", {user: leads[place :: len(members)] for place, user in enumerate(members)}, "bench")
    env.flush_all()
    late = fields.Datetime.now() - timedelta(minutes=1)
    env.cr.execute("UPDATE crm_lead SET followup_deadline = %s WHERE id = ANY(%s)", [late, leads.ids])
    # long enough ago for the first rungs of the shipped ladder, which tell the owner and his superiors
    env.cr.execute("UPDATE crm_followup_rule SET active_since = %s", [late - timedelta(days=9)])
    env.cr.execute(
        "UPDATE crm_lead SET date_open = %s, create_date = %s, date_last_stage_update = %s WHERE id = ANY(%s)",
        [late - timedelta(days=9)] * 3 + [leads.ids],
    )
    env.cr.execute("ANALYZE crm_lead")
    kind = env.ref("crm_merchant.mail_activity_late")
    cost = measured(env, lambda: leads.browse()._ladder_run(lambda _count: True))
    told = env["mail.activity"].search_count([("activity_type_id", "=", kind.id)])
    if told < count:
        raise ValueError(f"{told} to-dos instead of {count}")
    return {**cost, "told": told}
