"""F4–F10: what a network and the far side's servers do to a call."""

CHANGES = ("Save", "Submit", "Audit")


def replies_lost(world, report, count):
    """F4: a fifth of the replies is lost after the far side did what was asked."""
    calls = _with_lost(world, report, count, "drop_after_commit")
    asked, lost = {}, {}
    for _ident, operation, number, outcome, _committed in calls:
        if operation == "executebillquery":
            asked[number] = asked.get(number, 0) + 1
        elif outcome.startswith("fault:"):
            lost[number] = lost.get(number, 0) + 1
    # a document that meets nothing is asked for once and read back after each of its three steps
    extra = [asked[number] - 4 for number in asked]
    report.worst("extra questions a document", max(extra))
    for number in asked:
        report.require(asked[number] - 4 <= 2 * lost.get(number, 0), f"{number} was asked for {asked[number]} times")


def requests_lost(world, report, count):
    """F5: a fifth of the requests is lost before the far side did anything."""
    _with_lost(world, report, count, "drop_before_commit")


def _with_lost(world, report, count, kind):
    made, since = world.intents(count), world.mark()
    for operation in CHANGES:
        world.erp.inject(kind, op=operation, times=0, share=0.2)
    report.worst("s to drain", round(world.drain(made, limit=7200)))
    world.erp.clear_faults()
    calls = world.judge(report, made, since)
    report.runs += count
    report.add("calls", len(calls))
    report.add("lost", sum(call[3].startswith("fault:") for call in calls))
    return calls
