"""Leads in, leads to people: beside Odoo's own import and Odoo's own assignment."""

import base64
import csv
import io

from house import settings

from .data import people
from .figures import Result, figure, in_turn
from .inside import measured

FILE = settings.TOP / "tests" / "data" / "leads_2376.xlsx"


@figure("import/2376", unit="rows/s", need="ratio >= 5")
def import_rows(bench):
    """From the file to leads; the peer gets the same rows cleaned and in one sheet, 500 of them unless ``--full``."""
    rows = bench.side("suite").call(clean_rows)
    small = rows if bench.full else rows[:500]
    ours, peer = in_turn(
        bench.side("suite").later(import_ours),
        bench.side("stock").later(import_theirs, rows=small),
        slow_last=True,
    )  # fmt: skip
    note = f"{ours['leads']:.0f} leads, {ours['queries'] / ours['rows']:.1f} queries a row; peer {len(small)} rows, "
    note += f"{peer['queries'] / len(small):.1f} queries a row"
    yield Result("import/2376", ours["rows"] / ours["seconds"], len(small) / peer["seconds"], note)


def _supervisor(env):
    from odoo.addons.crm_merchant.demo.roles import build_roles

    return build_roles(env, ["sales_supervisor"])["sales_supervisor"]


def _checked_batch(supervisor):
    """The file, read and checked by a supervisor."""
    batch = supervisor.env["crm.import.batch"].with_user(supervisor)
    batch = batch.create({"file": base64.b64encode(FILE.read_bytes()), "filename": FILE.name})
    batch.action_read()
    batch.action_check()
    return batch


def import_ours(env):
    """Cost of reading, checking and importing the file."""
    batches, supervisor = [], _supervisor(env)

    def call():
        batch = _checked_batch(supervisor)
        batch._set(state="running")
        while batch._import_step():
            pass
        batches.append(batch)

    cost = measured(env, call)
    batch = batches[0].sudo()
    leads = env["crm.lead"].search_count([("import_line_id.batch_id", "=", batch.id)])
    return {**cost, "rows": len(batch.line_ids), "leads": leads}


def clean_rows(env):
    """Values of the rows that our import understood: what base_import needs done by hand before."""
    columns = ("company", "contact", "phone", "email", "city", "street", "source")
    values = [line.values or {} for line in _checked_batch(_supervisor(env)).sudo().line_ids]
    return [[v.get("company") or v.get("contact") or v.get("phone") or "?", *(v.get(c) or "" for c in columns)]
            for v in values]  # fmt: skip


def import_theirs(env, rows):
    """Cost of Odoo's own import of rows of clean columns; the sources are there already, as for us."""
    fields = ["name", "partner_name", "contact_name", "phone", "email_from", "city", "street", "source_id"]
    sources = {row[-1] for row in rows if row[-1]}
    known = env["utm.source"].search([("name", "in", list(sources))]).mapped("name")
    env["utm.source"].create([{"name": name} for name in sorted(sources - set(known))])
    text = io.StringIO()
    csv.writer(text).writerows([fields, *rows])
    wizard = env["base_import.import"].create(
        {"res_model": "crm.lead", "file": text.getvalue().encode(), "file_name": "rows.csv", "file_type": "text/csv"}
    )
    options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
    answers = []
    cost = measured(env, lambda: answers.append(wizard.execute_import(fields, fields, options)))
    if not answers[0].get("ids") or len(answers[0]["ids"]) != len(rows):
        raise ValueError(f"base_import refused rows: {answers[0]['messages'][:2]}")
    return cost


# -- assignment -----------------------------------------------------------------------------


@figure("assign/2000", unit="s", need="ratio >= 50")
@figure("assign/20000", unit="s", need="ratio >= 50", full=True)
def assign(bench):
    """N unassigned leads to 100 members in 20 teams, by 20 rules or by Odoo's domains of teams."""
    for size in (2000, 20000):
        name = f"assign/{size}"
        if not bench.wants(name):
            continue
        # Odoo commits as it goes
        stock = bench.side("stock", scratch=True)
        ours, peer = in_turn(
            bench.side("suite").later(assign_ours, count=size),
            stock.later(assign_theirs, count=size),
            slow_last=True,
        )  # fmt: skip
        note = f"{ours['seconds'] / size * 1000:.2g} ms and {ours['queries'] / size:.2g} queries a lead, "
        note += f"peer {peer['seconds'] / size * 1000:.2g} ms and {peer['queries'] / size:.2g}; "
        note += f"{ours['ledger']:.0f} ledger rows, {ours['followers']:.0f} owners follow"
        yield Result(name, ours["seconds"], peer["seconds"], note)


def make_unassigned(env, count):
    """New leads that nobody has, a twentieth from each source."""
    sources = env["utm.source"].search([("name", "=like", "Bench %")], order="id")
    leads = env["crm.lead"].with_context(tracking_disable=True, mail_create_nosubscribe=True).create(
        [
            {
                "name": f"Lead {n}",
                "type": "lead",
                "user_id": False,
                "team_id": False,
                "partner_name": f"苏州{n}机械有限公司",
                "email_from": f"lead{n}@example{n}.com",
                "phone": f"+86 139 {n:08}",
                "source_id": sources[n % len(sources)].id,
            }
            for n in range(count)
        ]
    )  # fmt: skip
    env.flush_all()
    return leads.with_context(tracking_disable=False, mail_create_nosubscribe=False)


def make_rules(env):
    """A rule a team: leads of its source go to its members in turn."""
    for team in env["crm.team"].search([], order="id"):
        env["crm.assignment.rule"].create(
            {
                "name": team.name,
                "source_ids": [(6, 0, env["utm.source"].search([("name", "=", f"Bench {int(team.name[2:])}")]).ids)],
                "strategy": "round_robin",
                "team_id": team.id,
                "target_ids": [(0, 0, {"user_id": user.id}) for user in team.crm_team_member_ids.user_id],
            }
        )


def assign_ours(env, count):
    """Cost of our assignment of ``count`` leads, and what it left behind."""
    make_rules(env)
    leads = make_unassigned(env, count)
    cost = measured(env, leads._merchant_assign)
    if not all(lead.user_id for lead in leads):
        raise ValueError("some leads were not assigned")
    rows = env["crm.pool.ledger"].search_count([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
    follow = sum(lead.user_id.partner_id in lead.message_partner_ids for lead in leads)
    return {**cost, "ledger": rows, "followers": follow}


def assign_theirs(env, count):
    """Cost of Odoo's own assignment; it commits, so this needs a database of its own."""
    leads = make_unassigned(env, count)
    env.cr.commit()
    # sql_log_count of the cursor goes on over commits
    cost = measured(
        env, lambda: env["crm.team"].search([])._action_assign_leads(force_quota=True, creation_delta_days=0)
    )
    if not all(lead.user_id for lead in leads):
        raise ValueError("some leads were not assigned by Odoo")
    return cost


# -- what every user pays -------------------------------------------------------------------


@figure("unrelated-write/leads-50", unit="queries", need="ours <= 2")
def unrelated_write(bench):
    """Queries beyond stock Odoo's of writing one field that we do not watch."""
    stock, ours = in_turn(
        bench.side("stock").later(write_leads, count=50),
        bench.side("suite").later(write_leads, count=50),
        times=1,
    )
    yield Result("unrelated-write/leads-50", ours["queries"] - stock["queries"], note=f"stock {stock['queries']}")


def write_leads(env, count):
    env = people.rep(env)
    leads = make_unassigned(env, count)
    leads.write({"user_id": env.uid})
    return measured(env, lambda: leads.write({"description": "b"}), warm=lambda: leads.write({"description": "a"}))


@figure("claim/queries-1", unit="queries")
@figure("claim/queries-50", unit="queries")
@figure("claim/more-for-50", unit="queries", need="ours <= 15")
def claim(bench):
    """Queries of claiming one lead and fifty at once."""
    one, fifty = in_turn(*(bench.side("suite").later(claim_leads, count=n) for n in (1, 50)), times=1)
    yield Result("claim/queries-1", one["queries"], note=f"{one['seconds'] * 1000:.0f} ms")
    yield Result("claim/queries-50", fifty["queries"], note=f"{fifty['seconds'] * 1000:.0f} ms")
    yield Result("claim/more-for-50", fifty["queries"] - one["queries"])


def claim_leads(env, count):
    """Cost of one claim of ``count`` pooled leads by a member."""
    from odoo.addons.crm_merchant.demo.roles import build_roles

    user = build_roles(env, ["sales_rep"])["sales_rep"]
    pool = env["crm.pool"].create(
        {"name": "East", "claim_limit_day": 0, "holding_limit": 0, "member_ids": [(0, 0, {"user_id": user.id})]}
    )
    leads = make_unassigned(env, count + 1)
    leads._pool_move("enter", {env["res.users"]: leads}, "new", pool=pool)
    rows = env["crm.pool.lead"].with_user(user).browse(leads.ids)
    return measured(env, rows[1:].action_pool_claim, warm=rows[0].action_pool_claim)
