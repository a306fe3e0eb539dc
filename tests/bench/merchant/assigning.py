"""Leads to people: beside Odoo's own assignment."""

import contextlib
from unittest.mock import patch

from ..figures import Result, figure, in_turn
from ..inside import measured


@figure("assign/2000", unit="s", need="ratio >= 50")
@figure("assign-orm/2000", unit="s", need="ratio >= 30")
@figure("assign/20000", unit="s", need="ratio >= 50", full=True)
@figure("assign-orm/20000", unit="s", need="ratio >= 30", full=True)
def assign(bench):
    """N unassigned leads to 100 members in 20 teams, by 20 rules or by Odoo's domains of teams; and the same where
    another addon overrides ``write`` of leads, so that all of them go by the ORM."""
    for size in (2000, 20000):
        names = (f"assign/{size}", f"assign-orm/{size}")
        if not any(map(bench.wants, names)):
            continue
        # Odoo commits as it goes; the leads of both sides are there before the run, as in life
        suite, stock = bench.side("suite", scratch=True), bench.side("stock", scratch=True)
        suite.call(prepare_ours, count=size)
        *ours, peer = in_turn(
            suite.later(assign_ours, count=size),
            suite.later(assign_ours, count=size, overridden=True),
            stock.later(assign_theirs, count=size),
            slow_last=True,
        )  # fmt: skip
        for name, cost in zip(names, ours, strict=True):
            note = f"{cost['seconds'] / size * 1000:.2g} ms and {cost['queries'] / size:.2g} queries a lead, "
            note += f"peer {peer['seconds'] / size * 1000:.2g} ms and {peer['queries'] / size:.2g}; "
            note += f"{cost['ledger']:.0f} ledger rows, {cost['followers']:.0f} owners follow"
            yield Result(name, cost["seconds"], peer["seconds"], note)


@figure("assign/100000", unit="s")
@figure("assign/growth", unit="x", need="ours <= 1.3")
def assign_many(bench):
    """Time a lead when a hundred thousand are assigned in one run, beside two thousand."""
    small, large = (
        bench.keep(f"assign/{size}#many", lambda s=size: bench.side("suite", f"unassigned:{s}").call(assign_all))
        for size in (2000, 100000)
    )
    a_lead = [cost["seconds"] / cost["leads"] * 1000 for cost in (small, large)]
    yield Result("assign/100000", large["seconds"], note=f"{a_lead[1]:.2g} ms a lead, {large['queries']} queries")
    yield Result("assign/growth", a_lead[1] / a_lead[0], note=f"{a_lead[0]:.2g} ms a lead at 2 000")


def assign_all(env):
    """Cost of assigning all leads there are; the second of two runs, the first warms up and is taken back."""
    make_rules(env)
    leads = env["crm.lead"].search([("user_id", "=", False)])
    env.flush_all()
    env.cr.execute("SAVEPOINT warm")
    leads[:2000]._merchant_assign()
    env.flush_all()
    env.cr.execute("ROLLBACK TO SAVEPOINT warm")
    env.invalidate_all(flush=False)
    cost = measured(env, leads._merchant_assign)
    left = env["crm.lead"].search_count([("user_id", "=", False)])
    if left:
        raise ValueError(f"{left} leads were not assigned")
    return {**cost, "leads": len(leads)}


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


def prepare_ours(env, count):
    """Rules and leads, committed; each run of :func:`assign_ours` is taken back."""
    make_rules(env)
    make_unassigned(env, count)
    env.cr.commit()


def assign_ours(env, count, overridden=False):
    """Cost of our assignment of the ``count`` leads of :func:`prepare_ours`, and what it left behind.

    :param overridden: as if another addon had a ``write`` of leads of its own
    """
    leads = env["crm.lead"].search([("user_id", "=", False)], order="id")
    if len(leads) != count:
        raise ValueError(f"{len(leads)} leads have nobody")
    with _another_write(leads) if overridden else contextlib.nullcontext() as written:
        cost = measured(env, leads._merchant_assign)
    if not all(lead.user_id for lead in leads) or (overridden and sum(written) < count):
        raise ValueError("some leads were not assigned, or not by the ORM")
    rows = env["crm.pool.ledger"].search_count([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
    follow = sum(lead.user_id.partner_id in lead.message_partner_ids for lead in leads)
    return {**cost, "ledger": rows, "followers": follow}


@contextlib.contextmanager
def _another_write(leads):
    """Gives the numbers of leads that went through the ``write`` of another addon."""
    model_class, written = type(leads), []
    original = model_class.write

    def write(records, vals):
        written.append(len(records))
        return original(records, vals)

    with patch.object(model_class, "write", write):
        yield written


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
