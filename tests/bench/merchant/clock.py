"""The working clock: a deadline of each unit, beside Odoo's own planning."""

from ..figures import Result, figure, in_turn

UNITS = ("2 working_hours", "3 working_days", "24 hours", "15 days")


@figure("clock/deadline", unit="µs", need="ours <= 50")
@figure("clock/queries-10000", unit="queries", need="ours <= 0")
def clock(bench):
    """10 000 deadlines of each unit in a loaded calendar; the slowest unit beside a call of ``plan_hours``."""
    ours, peer = in_turn(
        bench.side("suite").later(time_deadlines, count=10000),
        bench.side("stock").later(time_plan_hours, count=200),
        slow_last=True,
    )
    slowest = max(UNITS, key=lambda unit: ours[unit])
    note = f"{slowest}, the slowest of four units; plan_hours makes {peer['queries']:.0f} queries a call"
    yield Result("clock/deadline", ours[slowest], peer["µs"], note)
    yield Result("clock/queries-10000", ours["queries"])


def time_deadlines(env, count):
    """Microseconds a deadline by unit, and the queries of all of them."""
    calendar = env.company.resource_calendar_id
    figures = calendar._time_deadlines(count)
    times = {unit: figure["µs"] for unit, figure in figures.items()}
    return {**times, "queries": sum(figure["queries"] for figure in figures.values())}


def time_plan_hours(env, count):
    """The same of Odoo's plan of two working hours, call by call."""
    import time
    from datetime import timedelta

    from pytz import utc

    from odoo import fields

    calendar = env.company.resource_calendar_id
    now = utc.localize(fields.Datetime.now())
    calendar.plan_hours(2, now, compute_leaves=True)
    queries, started = env.cr.sql_log_count, time.perf_counter()
    for number in range(count):
        calendar.plan_hours(2, now + timedelta(minutes=7 * number), compute_leaves=True)
    spent = time.perf_counter() - started
    return {"µs": spent / count * 1e6, "queries": (env.cr.sql_log_count - queries) / count}
