"""What the bridge asks of the database while nothing happens."""

import time

from ..figures import Result, figure
from .books import address_of, connect, kingdee


@figure("idle/no-connection", unit="queries", need="ours <= 0")
@figure("idle/lanes", unit="queries", need="ours <= 0")
@figure("idle/poll", unit="queries", need="ours <= 6")
@figure("idle/changes", unit="queries", need="ours <= 6")
@figure("idle/limits", unit="queries", need="ours <= 6")
def idle(bench):
    """Queries of our crons in an hour without a connection that is on, and with one; and of one poll of each kind."""
    with kingdee() as erp:
        side = bench.side("suite", scratch=True)
        asleep, lanes, *polls = side.call(rest, erp=address_of(erp))
    yield Result("idle/no-connection", asleep, note="an hour, all crons of the bridge")
    yield Result("idle/lanes", lanes, note="forty minutes, one connection, four lanes")
    for name, count in zip(("poll", "changes", "limits"), polls, strict=True):
        yield Result(
            f"idle/{name}", count, note="one that finds nothing, as a cron with its progress, commits included"
        )


def rest(env, erp):
    """Queries without a connection, of the lanes with one, of a poll."""
    crons = env["finance.outbox"]._lane_cron(0).search([("code", "like", "_cron_")]).filtered(
        lambda cron: cron.model_id.model.startswith("finance.")
    )  # fmt: skip
    asleep = _queries_within(env, crons, minutes=60)
    connection, _partner, _product = connect(env, erp, lane_count=4)
    connection._toggle_crons()
    env.cr.commit()
    lanes = crons.search([("code", "like", "_cron_deliver")])
    for cron in lanes:
        cron.method_direct_trigger()
    env.cr.commit()
    asleep_lanes = _queries_within(env, lanes, minutes=40)
    # a document went out, so that there are states to ask for
    env["finance.binding"]._bind(connection, "account.move", 1, "receivable", number="CRM-AR-1", remote_id="1")
    env.cr.commit()
    polls = (("poll", "finance.receipt"), ("changes", "finance.binding"), ("credit", "finance.connection"))
    return asleep, asleep_lanes, *(_queries_of_poll(env, *poll) for poll in polls)


def _queries_of_poll(env, name, model):
    """Queries of the job itself, as the server calls it; what a new process reads once is read by the first turns."""
    cron = env.ref(f"crm_finance_bridge.cron_{name}")
    progress = env["ir.cron.progress"].create({"cron_id": cron.id, "remaining": 0, "done": 0})
    env.cr.commit()
    context = {"ir_cron_progress_id": progress.id, "cron_id": cron.id, "cron_end_time": time.monotonic() + 60}
    for _turn in range(3):
        before = env.cr.sql_log_count
        getattr(env[model].with_context(**context), f"_cron_{name}")()
        env.cr.commit()
    return env.cr.sql_log_count - before


def _queries_within(env, crons, minutes):
    """Queries of those of the crons that come due within so many minutes."""
    env.cr.execute(
        "SELECT id FROM ir_cron c WHERE id = ANY(%(ids)s) AND active AND (nextcall <= now() AT TIME ZONE 'UTC' + %(span)s "
        "OR EXISTS (SELECT 1 FROM ir_cron_trigger t WHERE t.cron_id = c.id "
        "AND t.call_at <= now() AT TIME ZONE 'UTC' + %(span)s))",
        {"ids": crons.ids, "span": f"{minutes} minutes"},
    )
    due = crons.browse([row[0] for row in env.cr.fetchall()])
    before = env.cr.sql_log_count
    for cron in due:
        cron.ir_actions_server_id.run()
    return env.cr.sql_log_count - before
