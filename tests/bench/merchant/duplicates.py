"""The same companies and people behind other spellings: how fast they are found, and how surely."""

import importlib.util
import itertools
import time

from house import settings

from ..figures import Result, figure, in_turn

# spellings made independently of the tables by which we read names and numbers
SPELLINGS = settings.TOP / "tests" / "data" / "make_spellings.py"
SIZES = (10000, 100000, 1000000)


@figure("duplicates/10000", unit="s", need="ours <= 60")
@figure("duplicates/100000", unit="s", need="ours <= 60")
@figure("duplicates/1000000", unit="s", need="ours <= 60")
@figure("duplicates/growth", unit="x", need="ours <= 1.5")
@figure("duplicates/2000", unit="ms", need="ratio >= 50")
def duplicates(bench):
    """All pairs among N leads with keys; per lead beside Odoo's own search for one lead, 2 000 times."""
    seconds = {}
    for size in SIZES:
        cost = bench.keep(f"duplicates/{size}#cost", lambda s=size: bench.side("suite", f"pooled:{s}").call(find_all))
        seconds[size] = cost["seconds"]
        yield Result(f"duplicates/{size}", cost["seconds"], note=f"{cost['pairs']} pairs")
    growth = [seconds[large] / seconds[small] / (large / small) for small, large in itertools.pairwise(SIZES)]
    note = f"time a lead, beside that at a tenth: {growth[0]:.2f} at a hundred thousand, {growth[1]:.2f} at a million"
    yield Result("duplicates/growth", max(growth), note=note)
    if bench.wants("duplicates/2000"):
        ours, peer = in_turn(
            bench.side("suite", "pooled:10000").later(find_all),
            bench.side("stock", "leads:10000").later(find_theirs, count=2000),
            slow_last=True,
        )
        note = "a lead among 10 000"
        yield Result("duplicates/2000", ours["seconds"] / 10000 * 1000, peer["seconds"] / peer["leads"] * 1000, note)


def find_all(env):
    """Seconds for all pairs of the company's leads."""
    started = time.perf_counter()
    pairs = env["crm.duplicate.finder"]._duplicate_pairs(env.company)
    return {"seconds": time.perf_counter() - started, "pairs": len(pairs)}


def find_theirs(env, count):
    """Seconds for Odoo's search, lead after lead, as its merge of duplicates does it."""
    leads = env["crm.lead"].search([], limit=count, order="id desc")
    started = time.perf_counter()
    for lead in leads:
        lead._get_lead_duplicates(lead.partner_id, lead.email_from)
    return {"seconds": time.perf_counter() - started, "leads": len(leads)}


# -- how surely -------------------------------------------------------------------------------


@figure("duplicates/precision", unit="%", need="ours >= 99")
@figure("duplicates/recall", unit="%", need="ours >= 95")
def quality(bench):
    """What is found among 4 000 spellings of bodies whose truth the generator knows."""
    found = bench.side("suite").call(judge_spellings, count=4000)
    note = f"{found['found']} found, {found['true']} true pairs, certain to likely"
    yield Result("duplicates/precision", 100 * found["right"] / found["found"], note=note)
    yield Result(
        "duplicates/recall", 100 * found["joined"] / found["true"], note="of the true pairs, joined by accepting them"
    )


def judge_spellings(env, count):
    """Numbers of pairs: found, right among them, true, and joined when all found ones are accepted."""
    spec = importlib.util.spec_from_file_location("make_spellings", SPELLINGS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    records = module.records(count)
    leads = env["crm.lead"].with_context(tracking_disable=True).create(
        [
            {"name": f"n{n}", "type": "lead", "user_id": False, "partner_name": record["company"],
             "phone": record["phone"], "credit_code": record["credit_code"]}
            for n, record in enumerate(records)
        ]
    )  # fmt: skip
    env.flush_all()
    bodies = dict(zip(leads.ids, (record["body"] for record in records), strict=True))
    found = [pair for pair in env["crm.duplicate.finder"]._duplicate_pairs(env.company) if bodies.keys() >= set(pair)]
    leader = {lead_id: lead_id for lead_id in leads.ids}

    def head(lead_id):
        while leader[lead_id] != lead_id:
            leader[lead_id] = leader[leader[lead_id]]
            lead_id = leader[lead_id]
        return lead_id

    for one, other in found:
        leader[head(one)] = head(other)
    by_body = {}
    for lead_id, body in bodies.items():
        by_body.setdefault(body, []).append(lead_id)
    true = [pair for ids in by_body.values() for pair in itertools.combinations(ids, 2)]
    return {
        "found": len(found),
        "right": sum(bodies[one] == bodies[other] for one, other in found),
        "true": len(true),
        "joined": sum(head(one) == head(other) for one, other in true),
    }
