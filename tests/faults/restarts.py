"""F18: a whole Odoo with its own cron, stopped, updated and started while it carries documents."""

from .served import Served

STOPS = 3
UPDATE = ("-u", "crm_finance_bridge", "--skip-auto-install")


def restarts(world, report, count, documents):
    """F18: three times while the documents go out; once it comes back with an update of the addon."""
    for _run in range(count):
        world.use_real_time()
        made, since = world.intents(documents), world.mark()
        for stop in range(1, STOPS + 1):
            server = Served(*UPDATE if stop == 2 else ())
            try:
                carried = world.wait_for_servers(made, documents * stop // (STOPS + 1), 120)
                report.require(carried, f"the server carried only {world.count_done(made)} documents")
            finally:
                # in turn as a service manager does it and as a power cut
                report.add("documents on the way at a stop", documents - world.count_done(made))
                server.stop() if stop % 2 else server.kill()
        report.runs += 1
        report.worst("s to drain", round(world.drain(made, seconds=300)))
        world.judge(report, made, since)
