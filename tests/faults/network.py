"""F4–F10: what a network and the far side's servers do to a call."""

import time
from itertools import pairwise
from math import ceil

from odoo.addons.crm_finance_bridge.models import finance_connection_breaker
from odoo.addons.crm_merchant.models.kernel.outbox_mixin import OutboxMixin

CHANGES = ("Save", "BatchSave", "Submit", "Audit")
# the backoff is drawn at random and may be next to nothing: then the same run of the worker asks and finds
LONGEST_WAIT = {"_outbox_random": lambda _outbox: 1.0}


def replies_lost(world, report, count):
    """F4: a fifth of the replies is lost after the far side did what was asked."""
    calls = _with_lost(world, report, count, "drop_after_commit")
    asked, lost = {}, {}
    for _ident, operation, number, outcome, *_more in calls:
        if operation == "executebillquery":
            asked[number] = asked.get(number, 0) + 1
        elif outcome.startswith("fault:"):
            lost[number] = lost.get(number, 0) + 1
    # a document that meets nothing is asked for once and read back after each of its three steps
    for number, times in asked.items():
        report.worst("extra questions a document", times - 4)
        report.require(times - 4 <= 2 * lost.get(number, 0), f"{number} was asked for {times} times")


def requests_lost(world, report, count):
    """F5: a fifth of the requests is lost before the far side did anything."""
    _with_lost(world, report, count, "drop_before_commit")


def _with_lost(world, report, count, kind):
    made, since = world.intents(count), world.mark()
    for operation in CHANGES:
        world.erp.inject(kind, op=operation, times=0, share=0.2)
    calls = _carry(world, report, made, since)
    report.runs += count
    return calls


def _carry(world, report, made, since):
    """Until all arrived through what was armed; the calls that it took."""
    report.worst("s to drain", round(world.drain(made, limit=7200)))
    world.erp.clear_faults()
    calls = world.judge(report, made, since)
    requests = {call[0]: call[3] for call in calls}
    report.add("calls", len(requests))
    report.add("lost", sum(outcome.startswith("fault:") for outcome in requests.values()))
    return calls


def died_in_the_middle(world, report, count):
    """F4: a fifth of the changes is made for the first documents of a call only, then the connection is gone."""
    made, since = world.intents(count), world.mark()
    for operation in CHANGES:
        for first in (1, world.batch_size // 2, world.batch_size - 1):
            world.erp.inject("drop_after_commit", op=operation, times=0, share=0.07, first=first)
    _carry(world, report, made, since)
    report.runs += count


def late_commits(world, report, count):
    """F6: the far side drops the connection and saves 5 to 90 seconds later; a second lasts a twentieth.

    The breaker is held open for all of them, or they would go one a minute and none beside another.
    """
    pace = 20
    world.set_settle(120)
    made, since = world.intents(count, in_pairs=False), world.mark()
    for _call in range(ceil(count / world.batch_size)):
        world.erp.inject("late_commit", op=world.making, seconds=world.random.uniform(5, 90) / pace)
    with world.patched(finance_connection_breaker, FAILURES_TO_OPEN=10**9):
        world.run_clock(pace)
        report.worst("s to drain", round(world.drain(made, limit=3600)))
        world.run_clock(1)
    calls = world.judge(report, made, since)
    late = sum("late_commit" in call[3] for call in calls)
    report.require(late == count, f"{late} of {count} changes came late")
    report.runs += count


# what is answered while it lasts, by shares of the calls
STORMS = [
    [
        {"status": 503, "retry_after": 30, "share": 0.34},
        {"status": 502, "share": 0.5},
        {"status": 429, "retry_after": 30},
    ],
    [{"status": 503, "retry_after": 30}],
    [{"status": 502}],
    [{"status": 429, "retry_after": 30}],
]


# the first failures and one probe a minute; more is never called while it lasts, however much waits
PROBES = finance_connection_breaker.FAILURES_TO_OPEN + 600 // 60 + 1


def storms(world, report, count, documents):
    """F7: ten minutes in which the far side answers nothing but errors."""
    for run in range(count):
        calm = _calls_in_calm(world)
        made, since = world.intents(documents), world.mark()
        answers = STORMS[(run + world.seed - 1) % len(STORMS)]
        for answer in answers:
            world.erp.inject("http", times=0, **answer)
        opened, start, moments = None, world.now(), []
        while (world.now() - start).total_seconds() < 600:
            moment = (world.now() - start).total_seconds()
            world.deliver()
            moments += [moment] * (world.count_requests(since) - len(moments))
            if world.is_quiet() and opened is None:
                opened = (world.now() - start).total_seconds()
            passed = (world.now() - start).total_seconds()
            world.clock.leap(min(max(world.seconds_to_next(made) or 0, 1), 600 - passed + 1))
        report.worst("calls in the storm", len(moments))
        report.require(len(moments) <= PROBES, f"{len(moments)} calls in the storm, {PROBES} are enough")
        if all("retry_after" in answer for answer in answers):
            gaps = [later - earlier for earlier, later in pairwise(moments)]
            # the clock of the rows counts whole seconds
            report.require(min(gaps) >= 29, f"asked for 30 s, called again after {min(gaps):.0f} s")
        report.require(opened is not None and opened <= 60, f"nobody stopped calling within {opened or 600} s")
        world.erp.clear_faults()
        seconds = world.drain(made, seconds=3600)
        report.worst("s to drain after it", round(seconds))
        report.require(seconds <= 900, f"it took {seconds:.0f} s after the storm")
        world.judge(report, made, since)
        calls = world.count_requests(since)
        report.worst("calls a document, beside the same in calm", round(calls / documents / calm, 2))
        report.require(calls <= 1.3 * calm * documents + PROBES, f"{calls} calls in all, {calm} a document in calm")
        report.runs += 1


def _calls_in_calm(world):
    """Calls that a document takes when nothing is in the way and it goes alone."""
    with world.one_by_one():
        made, since = world.intents(5), world.mark()
        world.drain(made)
    return world.count_requests(since) / len(made)


def blackholes(world, report, count, documents=1):
    """F8: the far side takes the connection and never answers, whether it did what was asked or not.

    Timeouts are a hundredth of those in life (30 and 60 s). While the worker waits, nobody else waits for it.
    """
    with world.with_timeouts(read_timeout=0.3, total_timeout=0.6):
        for run in range(count):
            made, since = world.intents(documents, in_pairs=False), world.mark()
            operation, is_done = [(world.there.ask, False), (world.making, True), (world.making, False)][run % 3]
            world.erp.inject("hang", op=operation, commit=is_done, seconds=5)
            start = time.monotonic()
            child = world.fork()
            world.wait_for_call(world.there.ask if operation == world.there.ask else world.there.make, since)
            waited = world.touch_all(made)
            report.require(waited < 0.25, f"people waited {waited:.2f} s for a worker that waits")
            report.require(child.wait(10), "the worker is blocked")
            blocked = time.monotonic() - start
            report.worst("s blocked by a call of 0.3 s", round(blocked, 1))
            report.require(blocked < 2, f"the worker was blocked for {blocked:.1f} s")
            world.erp.clear_faults()
            world.drain(made)
            world.judge(report, made, since)
            report.runs += 1


def slow_and_endless(world, report, count, documents=1):
    """F9: a byte a second, and a body that is larger than what may be read; the change is made in both."""
    with world.with_timeouts(read_timeout=5, total_timeout=1.5), world.patched(OutboxMixin, **LONGEST_WAIT):
        for run in range(count):
            made, since = world.intents(documents, in_pairs=False), world.mark()
            is_drip = run % 2 == 0
            world.erp.inject(
                "drip" if is_drip else "huge", op=world.making, **{"seconds": 1} if is_drip else {"megabytes": 8}
            )
            start = time.monotonic()
            world.deliver()
            blocked = time.monotonic() - start
            report.worst("s in a call that may take 1.5 s", round(blocked, 1))
            report.require(blocked < 3, f"the call lasted {blocked:.1f} s")
            expected = "read_timeout" if is_drip else "too_large"
            for state, code, *_more in world.rows(made).values():
                report.require((state, code) == ("uncertain", expected), f"{expected} was taken for {state} {code}")
            world.erp.clear_faults()
            world.drain(made)
            world.judge(report, made, since)
            report.runs += 1


# kind of reply, more about it, the states that the row may be in after it
DOUBT = {"uncertain"}
REFUSED = {"uncertain", "rejected", "pending"}
MALFORMED = {
    "kingdee_galaxy": [
        ("html_200", {}, DOUBT),
        ("html_200", {"commit": True}, DOUBT),
        ("empty_200", {}, DOUBT),
        ("empty_200", {"commit": True}, DOUBT),
        ("truncated", {}, DOUBT),
        ("short_body", {}, DOUBT),
        ("truncated_json", {}, DOUBT),
        ("response_error", {}, REFUSED),
        ("response_error", {"commit": True}, DOUBT),
        ("exception", {"commit": True}, DOUBT),
        ("firewall", {}, REFUSED),
        ("http_502", {"commit": True}, DOUBT),
    ],
    "kingdee_eas": [
        ("soap_fault", {"status": 200}, REFUSED),
        ("soap_fault", {"status": 200, "commit": True}, DOUBT),
        ("soap_fault", {"status": 500, "commit": True}, DOUBT),
        ("no_return", {"commit": True}, DOUBT),
        ("not_json", {"commit": True}, DOUBT),
        ("entity_bomb", {}, DOUBT),
        ("foreign_entity", {}, DOUBT),
        ("other_version", {}, DOUBT),
        ("html_200", {"commit": True}, DOUBT),
        ("empty_200", {"commit": True}, DOUBT),
        ("truncated", {}, DOUBT),
        ("short_body", {}, DOUBT),
    ],
}


def malformed(world, report, count):
    """F10: replies to the call that creates the document that nobody can read; none is a success."""
    kinds = MALFORMED[world.product]
    for run in range(count):
        kind, more, states = kinds[run % len(kinds)]
        made, since = world.intents(1, in_pairs=False), world.mark()
        number = next(iter(made))
        world.erp.inject(kind, op=world.there.make, form=world.there.form, **more)
        with world.patched(OutboxMixin, **LONGEST_WAIT):
            world.deliver()
        state, code = world.rows(made)[number][:2]
        hit = [call for call in world.calls(since) if call[3].startswith("fault:")]
        report.require(len(hit) == 1, f"{kind} hit {len(hit)} calls")
        report.require(state in states, f"{kind} {more} was taken for {state} {code}")
        world.drain(made)
        if world.retry_stopped(made):
            world.drain(made)
        world.judge(report, made, since)
        report.runs += 1
