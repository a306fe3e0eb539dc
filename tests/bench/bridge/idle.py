"""What the bridge asks of the database while nothing happens."""

from ..figures import Result, figure
from .books import address_of, connect, kingdee


@figure("idle/no-connection", unit="queries", need="ours <= 0")
@figure("idle/lanes", unit="queries", need="ours <= 0")
@figure("idle/poll", unit="queries", need="ours <= 6")
def idle(bench):
    """Queries of our crons in an hour without a connection that is on, and with one; and of one poll of its receipts."""
    with kingdee() as erp:
        side = bench.side("suite", scratch=True)
        asleep, lanes, poll = side.call(rest, erp=address_of(erp))
    yield Result("idle/no-connection", asleep, note="an hour, all crons of the bridge")
    yield Result("idle/lanes", lanes, note="forty minutes, one connection, four lanes")
    yield Result("idle/poll", poll, note="one poll that finds nothing, commits included")


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
    receipts = env["finance.receipt"]
    # what a new process reads once is read by the first
    receipts._cron_poll()
    receipts._cron_poll()
    env.cr.commit()
    before = env.cr.sql_log_count
    receipts._cron_poll()
    return asleep, asleep_lanes, env.cr.sql_log_count - before


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
