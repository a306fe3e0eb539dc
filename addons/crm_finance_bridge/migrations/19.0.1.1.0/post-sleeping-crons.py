"""The crons of older databases, whose data is not written again: they sleep, and run only for connections that are on."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The first lane ran every minute; who set another interval keeps it. What waits is carried at once."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    lane = env["finance.outbox"]._lane_cron(0)
    if (lane.interval_number, lane.interval_type) == (1, "minutes"):
        lane.write({"interval_number": 1, "interval_type": "hours"})
    env["finance.connection"]._toggle_crons()
    if lane.active:
        env["finance.outbox"]._wake()
