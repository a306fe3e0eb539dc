"""Leads to people: beside Odoo's own assignment."""

from ..figures import Result, figure, in_turn
from ..inside import measured


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
