"""Two people claim the same lead at the same moment, over HTTP, on two workers."""

import threading

import pytest
from suite import ApiError, SuiteServer

RACES = 25
PREPARE = """
env["crm.region"].action_switch_on()
pool = env["crm.pool"].create({
    "name": "East",
    "region_ids": [(6, 0, env.ref("crm_merchant.region_east").ids)],
    "claim_limit_day": 0,
    "holding_limit": 0,
    "member_ids": [(0, 0, {"user_id": users[role].id}) for role in ("sales_rep", "sales_rep_2")],
})
capped = env["crm.pool"].create({
    "name": "Capped", "claim_limit_day": 3, "member_ids": [(0, 0, {"user_id": users["sales_rep"].id})],
})
leads = env["crm.lead"].create([
    {"name": f"race {n}", "type": "lead", "user_id": False, "state_id": env.ref("base.state_cn_JS").id}
    for n in range(%d)
])
leads[:-10]._pool_move("enter", {env["res.users"]: leads[:-10]}, "race")
leads[-10:]._pool_move("enter", {env["res.users"]: leads[-10:]}, "race", pool=capped)
"""


@pytest.fixture(scope="module")
def server():
    server = SuiteServer("e2e_race")
    try:
        server.build(PREPARE % (RACES + 10))
        server.start()
        yield server
    finally:
        server.close()


def claim_together(calls, method="action_pool_claim"):
    """Runs the calls at the same moment; returns what each gave or raised."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(position, person, ids):
        barrier.wait()
        try:
            results[position] = person.call("crm.pool.lead", method, ids)
        except ApiError as error:
            results[position] = error

    threads = [threading.Thread(target=run, args=(n, *call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_has_it_and_the_other_is_told_who(server):
    rep, rival = server.people["sales_rep"], server.people["sales_rep_2"]
    names = {person.role: person.call("res.users", "read", [0 or uid], fields=["name"])[0]["name"] for person, uid in (
        (p, p.search("crm.pool.member", [("user_id.login", "=", p.role)], "user_id")[0]["user_id"][0]) for p in (rep, rival)
    )}  # fmt: skip
    leads = [row["id"] for row in rep.search("crm.pool.lead", [("pool_id.name", "=", "East")], "id")]
    assert len(leads) == RACES
    for lead in leads:
        results = claim_together([(rep, [lead]), (rival, [lead])])
        won = [not isinstance(result, ApiError) for result in results]
        assert sorted(won) == [False, True], results
        winner, loser = (rep, results[1]) if won[0] else (rival, results[0])
        assert winner.read("crm.lead", lead, "pool_state")[0]["pool_state"] == "owned"
        assert names[winner.role] in loser.message and loser.status == 422, loser
    events = server.people["sales_supervisor"].search(
        "crm.pool.ledger", [("res_id", "in", leads), ("event", "=", "claim")], "res_id"
    )
    assert sorted(event["res_id"] for event in events) == sorted(leads)


def test_the_cap_on_looking_holds_with_many_tabs(server):
    rep = server.people["sales_rep"]
    server.shell('env["crm.pool"].search([("name", "=", "Capped")]).view_limit_day = 3\nenv.cr.commit()\n')
    covered = [("pool_id.name", "=", "Capped"), ("is_covered", "=", True)]
    leads = [row["id"] for row in rep.search("crm.pool.lead", covered, "id")]
    assert len(leads) == 10
    results = claim_together([(rep, [lead]) for lead in leads], "action_pool_look")
    assert sum(not isinstance(result, ApiError) for result in results) == 3, results
    assert len(rep.search("crm.pool.lead", covered, "id")) == 7


def test_the_daily_cap_holds_with_many_tabs(server):
    rep = server.people["sales_rep"]
    leads = [row["id"] for row in rep.search("crm.pool.lead", [("pool_id.name", "=", "Capped")], "id")]
    assert len(leads) == 10
    # what was claimed in the race counts too, so start from a clean day
    server.shell(
        'rows = env["crm.pool.member"].search([])\n'
        'rows._through_door("claims_today").write({"claims_today": 0})\n'
        "env.cr.commit()\n"
    )
    results = claim_together([(rep, [lead]) for lead in leads])
    assert sum(not isinstance(result, ApiError) for result in results) == 3, results


def test_the_log_is_quiet(server):
    assert not server.complaints()
