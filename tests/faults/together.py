"""F13, F15: workers that get in each other's way."""


def same_rows(world, report, count, documents=10):
    """F15: two workers at the same rows; in every second run one has lost the lock that says that it lives.

    Without its lock its rows are taken for those of a dead worker while its call is still on the way.
    """
    for run in range(count):
        made, since = world.intents(documents), world.mark()
        is_unlocked = run % 2
        if is_unlocked:
            world.erp.inject("delay", op="Save", seconds=0.3)
        workers = [world.fork()]
        if is_unlocked:
            world.wait_for_call("save", since)
            world.break_locks()
        workers.append(world.fork())
        for worker in workers:
            report.require(worker.wait(60), "a worker hangs")
        report.require(not workers[1].failed, "a worker failed")
        report.runs += 1
        report.worst("s to drain", round(world.drain(made)))
        world.judge(report, made, since)
