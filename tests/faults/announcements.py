"""F11, F12: the far side, or somebody who says so, calls our hook on an Odoo with several web workers."""

import contextlib
import http.client
import json
import secrets
import threading
import time
from functools import partial
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID

from odoo.addons.crm_merchant.lib.signature import WINDOW, sign

from .served import Served

WORKERS = 4
TIMES = 100
SECRET, OTHER_SECRET = "ours-0123456789-0123456789-0123456789", "theirs-0123456789-0123456789-012345678"
FORM = "AR_receivable"


class Hook:
    """The address of a connection on a server, as the far side uses it."""

    def __init__(self, server, connection):
        self.host = urlsplit(server.url).netloc
        self.path = urlsplit(connection.hook_url).path

    def send(self, body, headers):
        """Status of the answer."""
        line = http.client.HTTPConnection(self.host, timeout=120)
        try:
            line.request("POST", self.path, body, {"Content-Type": "application/json", **headers})
            return line.getresponse().status
        finally:
            line.close()

    def announce(self, event, number="", key=SECRET, moment=None):
        """(body, headers) of a lawful call with a nonce of its own."""
        body = json.dumps({"event_id": event, "number": number}).encode()
        moment, nonce = str(int(moment or time.time())), secrets.token_hex(8)
        signature = f"sha256={sign(key, moment, nonce, body)}"
        return body, {"X-Timestamp": moment, "X-Nonce": nonce, "X-Signature": signature}


def _open_hook(env, connection, secret):
    # the limit a minute has a test of its own
    connection.write({"hook_input": secret, "hook_limit": 1_000_000})
    return connection


def _at_once(calls):
    """Results of functions that are called at the same moment, each by a thread of its own."""
    results, barrier = [None] * len(calls), threading.Barrier(len(calls))

    def run(position, call):
        barrier.wait()
        results[position] = call()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def repeated(world, report, count):
    """F11: each event a hundred times at the same moment, then all of them again in any order, while our own jobs look at
    what was announced. What happened over there is that a document was opened again."""
    world.use_real_time()
    made = world.intents(count, in_pairs=False)
    world.drain(made)
    for number in made:
        world.erp.act(FORM, number, "UnAudit")
    since, mark = world.mark(), secrets.token_hex(4)
    events = {f"{mark}-{number}": number for number in made}
    with world.env() as env:
        connection = _open_hook(env, env["finance.connection"].browse(world.connection_id), SECRET)
        env.flush_all()
    with Served(workers=WORKERS) as server:
        with world.env() as env:
            hook = Hook(server, env["finance.connection"].browse(connection.id))

        def call(event):
            """Status; what got no answer, because the queue of the server was full, is sent again like by any sender."""
            for _try in range(20):
                with contextlib.suppress(ConnectionError):
                    return hook.send(*hook.announce(event, events[event]))
                unanswered.append(event)
                time.sleep(world.random.uniform(0, 0.5))
            return None

        answers, unanswered = [], []
        for event, number in events.items():
            start = time.monotonic()
            answers += _at_once([partial(call, event)] * TIMES)
            report.worst("s for a hundred at once", round(time.monotonic() - start, 1))
            # and one call whose very bytes arrive ten times at once: its nonce is good once
            copy = hook.announce(event, number)
            copies = _at_once([partial(hook.send, *copy)] * 10)
            report.require(sorted(copies) == [200] + [409] * 9, f"ten copies of a call were answered {sorted(copies)}")
            answers.append(200)
        again = list(events) * 10
        world.random.shuffle(again)
        for start in range(0, len(again), 20):
            answers += _at_once([partial(call, event) for event in again[start : start + 20]])
        report.require(set(answers) == {200}, f"answers {sorted(set(answers))}")
        _wait_until_read(world, mark)
    report.add("calls", len(answers))
    report.add("calls that the server's queue refused", len(unanswered))
    _judge_events(world, report, events, (len(answers), len(answers) + len(unanswered)), since)
    report.runs += count
    report.documents += count


def _wait_until_read(world, mark, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and _notices(world, mark, "waiting"):
        time.sleep(0.2)


def _notices(world, mark, *outcomes):
    """Events of the notes with these outcomes."""
    with world.env() as env:
        domain = [("event", "=like", f"{mark}-%"), ("outcome", "in", outcomes)]
        return env["finance.notice"].search(domain).mapped("event")


def _judge_events(world, report, events, sent, since):
    """One effect each: one note that was looked at, one question over there, the new stage, one to-do.

    :param sent: least and largest number of calls that reached the server
    """
    mark = next(iter(events)).split("-")[0]
    done, repeats = _notices(world, mark, "done"), _notices(world, mark, "repeat")
    report.require(sorted(done) == sorted(events), f"{len(done)} of {len(events)} events were looked at")
    noted = sent[0] <= len(repeats) + len(events) <= sent[1]
    report.require(noted, f"{len(repeats)} notes of repeats for {sent} calls about {len(events)} events")
    asked = [call[2] for call in world.calls(since) if call[1] == "executebillquery"]
    told = world.to_dos_of(events.values())
    with world.env() as env:
        domain = [("connection_id", "=", world.connection_id), ("number", "in", list(events.values()))]
        stages = {binding.number: binding.remote_stage for binding in env["finance.binding"].search(domain)}
    for number in events.values():
        report.require(asked.count(number) == 1, f"{number} was asked for {asked.count(number)} times")
        report.require(stages.get(number) == "rejected", f"{number} is {stages.get(number)} here")
        report.require(told.get(number) == 1, f"somebody was told {told.get(number, 0)} times of {number}")


# -- strangers ------------------------------------------------------------------------------


def forged(world, report, count):
    """F12: in turn a call that is replayed after 301 s, one with another nonce or one that was used, one with one bit of
    the signature changed, and one that is signed with the secret of another company."""
    world.use_real_time()
    made = world.intents(1, in_pairs=False)
    world.drain(made)
    number, mark = next(iter(made)), secrets.token_hex(4)
    with world.env() as env:
        connection = _open_hook(env, env["finance.connection"].browse(world.connection_id), SECRET)
        other = _open_hook(env, _of_another_company(env, connection), OTHER_SECRET)
        env.flush_all()
    # no jobs: whatever is woken stays to be seen
    with Served(workers=WORKERS, crons=0) as server:
        with world.env() as env:
            connections = env["finance.connection"]
            ours, theirs = Hook(server, connections.browse(connection.id)), Hook(server, connections.browse(other.id))
        each = -(-count // 4)
        lawful = []
        for run in range(each):
            lawful.append((time.time(), ours.announce(f"{mark}-{run}", number, moment=time.time() - WINDOW + 4)))
            report.require(ours.send(*lawful[-1][1]) == 200, "a lawful call was refused")
        used = [headers["X-Nonce"] for _moment, (_body, headers) in lawful]
        attacks = []
        for run in range(each):
            attacks += [
                ("wrong nonce", ours, _with_nonce(ours.announce(f"{mark}-n{run}", number), used[run], run % 2)),
                ("one bit of the signature", ours, _with_bit(ours.announce(f"{mark}-b{run}", number), world.random)),
                ("another secret", *_of_stranger(ours, theirs, f"{mark}-s{run}", number, run % 2)),
            ]
        time.sleep(max(lawful[-1][0] + 5.5 - time.time(), 0))
        attacks += [("replayed after 301 s", ours, call) for _moment, call in lawful]
        before, notes = _effects(world), _refusals(world)
        statuses = []
        for start in range(0, len(attacks), 10):
            chosen = attacks[start : start + 10]
            statuses += _at_once([partial(hook.send, *call) for _kind, hook, call in chosen])
    for (kind, _hook, _call), status in zip(attacks, statuses, strict=True):
        report.require(400 <= status < 500, f"{kind}: answered {status}")
        report.add(kind)
    after = _effects(world)
    report.require(after == before, f"something happened: {[name for name in before if before[name] != after[name]]}")
    found = _refusals(world)
    new = [row for ident, row in found.items() if ident not in notes]
    report.require(len(new) == len(attacks), f"{len(new)} lines about {len(attacks)} refused calls")
    hidden = [SECRET, OTHER_SECRET, mark, number]
    hidden += [text for _kind, _hook, (_body, headers) in attacks for text in headers.values() if len(text) > 12]
    told = [text for text in hidden if any(text in row for row in new)]
    report.require(not told, f"the lines tell {len(told)} texts of the calls")
    report.runs += len(attacks)
    report.documents += 1


def _of_another_company(env, connection):
    company = env["res.company"].search([("name", "=", "另一家公司")], limit=1)
    company = company or env["res.company"].create(
        {"name": "另一家公司", "currency_id": connection.company_id.currency_id.id}
    )
    other = env["finance.connection"].search([("company_id", "=", company.id)], limit=1)
    if not other:
        vals = {"company_id": company.id, "receipt_journal_id": False, "responsible_id": SUPERUSER_ID}
        other = connection.copy(vals)
    if other.state != "on":
        other._switch("on")
    return other


def _with_nonce(call, used, is_signed):
    """Another nonce than the signed one, or a used one with a lawful signature."""
    body, headers = call
    if not is_signed:
        return body, {**headers, "X-Nonce": secrets.token_hex(8)}
    moment = headers["X-Timestamp"]
    return body, {**headers, "X-Nonce": used, "X-Signature": f"sha256={sign(SECRET, moment, used, body)}"}


def _with_bit(call, random):
    body, headers = call
    digest = int(headers["X-Signature"].removeprefix("sha256="), 16) ^ (1 << random.randrange(256))
    return body, {**headers, "X-Signature": f"sha256={digest:064x}"}


def _of_stranger(ours, theirs, event, number, is_swapped):
    """Our address with the secret of another company, or theirs with ours."""
    hook, key = (theirs, SECRET) if is_swapped else (ours, OTHER_SECRET)
    return hook, hook.announce(event, number, key=key)


def _effects(world):
    """All that an announcement could bring about, the calls to the far side with it."""
    queries = {
        "notes": "SELECT count(*) FROM finance_notice WHERE outcome IN ('waiting', 'done', 'repeat')",
        "jobs woken": "SELECT count(*) FROM ir_cron_trigger",
        "cursors": "SELECT string_agg(position || id, ',' ORDER BY id) FROM finance_cursor",
        "stages": "SELECT count(*), count(remote_stage), max(seen_at)::text FROM finance_binding",
        "rows": "SELECT count(*), max(write_date)::text FROM finance_outbox",
        "receipts": "SELECT count(*) FROM finance_receipt",
        "to-dos": "SELECT count(*) FROM mail_activity",
        "payments": "SELECT count(*) FROM account_payment",
    }
    found = {"calls": world.mark()}
    with world.env() as env:
        for name, query in queries.items():
            env.cr.execute(query)
            found[name] = env.cr.fetchone()
    return found


def _refusals(world):
    """{id: all that the line says} of refused calls."""
    with world.env() as env:
        env.cr.execute(
            "SELECT id, to_jsonb(n)::text FROM finance_notice n WHERE outcome IN ('unauthorized', 'bad_request', 'replay')"
        )
        return dict(env.cr.fetchall())
