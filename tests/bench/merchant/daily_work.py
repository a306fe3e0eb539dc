"""What every user pays, and what a claim costs."""

from ..data import people
from ..figures import Result, figure, in_turn
from ..inside import measured
from .assigning import make_unassigned


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
