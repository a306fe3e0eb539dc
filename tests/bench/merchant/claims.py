"""Many people want the same leads at the same moment."""

import json
import random
import threading
import time
import urllib.error
import urllib.request

from ..figures import Result, figure
from ..serving import serving

LEADS, CLAIMS, PEOPLE, CAP = 20, 200, 16, 3


@figure("claims/owners", unit="leads", need="ours >= 20")
@figure("claims/over-cap", unit="people", need="ours <= 0")
@figure("claims/errors", unit="answers", need="ours <= 0")
@figure("claims/loser-p95", unit="s", need="ours <= 3")
def claims(bench):
    """200 claims of 20 leads by 16 people at once, each on a connection of his own to one server."""
    side = bench.side("suite", scratch=True)
    world = side.call(make_race)
    # all of them in one process, or they would queue for its workers; odoo.conf counts connections for a worker
    with serving(side, "--db_maxconn=64") as server:
        answers = race(server.url, world)
    found = side.call(who_has_what, leads=world["leads"])
    lost = sorted(seconds for _lead, status, seconds, _text in answers if status == 422)
    odd = [(status, text) for _lead, status, _seconds, text in answers if status not in (200, 422)]
    won = sum(status == 200 for _lead, status, *_rest in answers)
    ok = won == found["claims"] == LEADS and len(answers) == CLAIMS
    note = f"{won} answers said yes, {found['claims']} claims in the ledger, {len(lost)} lost"
    yield Result("claims/owners", found["owned"], note=note, ok=ok)
    yield Result(
        "claims/over-cap",
        sum(count > CAP for count in found["held"]),
        note=f"at most {max(found['held'])} of {CAP} held",
    )
    yield Result("claims/errors", len(odd), note=str(odd[:1]) if odd else "neither a claim nor a sentence about it")
    yield Result(
        "claims/loser-p95",
        lost[int(len(lost) * 0.95)],
        note=f"median {lost[len(lost) // 2]:.2g} s, longest {lost[-1]:.2g} s",
    )


def make_race(env):
    """A pool with members and leads, and a key for each member."""
    import datetime

    from .assigning import make_unassigned

    users = env["res.users"].search([("login", "like", "bench_rep_")], order="id", limit=PEOPLE)
    pool = env["crm.pool"].create(
        {"name": "Race", "claim_limit_day": CAP, "holding_limit": CAP,
         "member_ids": [(0, 0, {"user_id": user.id}) for user in users]}
    )  # fmt: skip
    leads = make_unassigned(env, LEADS)
    leads._pool_move("enter", {env["res.users"]: leads}, "new", pool=pool)
    until = datetime.datetime.now() + datetime.timedelta(days=1)
    keys = [env(user=user)["res.users.apikeys"]._generate(None, "bench", until) for user in users]
    env.cr.commit()
    return {"leads": leads.ids, "keys": keys}


def race(url, world):
    """Answers of all claims: (lead, status, seconds, text)."""
    chance = random.Random(20260301)
    # each lead is wanted by ten different people, all about the same time
    wanted = [(lead, key) for lead in world["leads"] for key in chance.sample(world["keys"], CLAIMS // LEADS)]
    answers, start = [], threading.Barrier(PEOPLE)

    def work(key):
        start.wait()
        for lead, wanting in wanted:
            if wanting == key:
                answers.append(claim(url, key, lead))

    threads = [threading.Thread(target=work, args=(key,)) for key in world["keys"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def claim(url, key, lead):
    request = urllib.request.Request(
        f"{url}/json/2/crm.pool.lead/action_pool_claim",
        data=json.dumps({"ids": [lead], "context": {"lang": "zh_CN", "tz": "Asia/Shanghai"}}).encode(),
        headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
    )
    started = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            reply.read()
            status, text = reply.status, ""
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode(errors="replace")[:300]
    return lead, status, time.perf_counter() - started, text


def who_has_what(env, leads):
    """What the database says after the race."""
    leads = env["crm.lead"].browse(leads)
    claimed = env["crm.pool.ledger"].search_count([("res_id", "in", leads.ids), ("event", "=", "claim")])
    held = [len(batch) for user, batch in leads.grouped("user_id").items() if user]
    return {"owned": sum(held), "held": held, "claims": claimed}
