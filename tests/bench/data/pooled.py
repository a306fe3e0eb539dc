"""Leads of our own: half of them held, half in ten pools, with regions and keys; 200 of the held ones are due."""

from odoo import fields
from odoo.tools import SQL

from . import DUE
from .filling import insert, one_of
from .leads import lead_columns
from .people import build_people

POOLS = 10


def build(env, size):
    """:param size: number of leads"""
    teams = build_people(env)
    members = teams.crm_team_member_ids.sorted("id")
    env["crm.region"].action_switch_on()
    pools = env["crm.pool"].create(
        [
            {"name": f"Pool {n}", "claim_limit_day": 0, "holding_limit": 0,
             # the first person is in one pool, the second in five
             "member_ids": [(0, 0, {"user_id": members[k].user_id.id}) for k in (0, 1) if n <= 4 * k]}
            for n in range(POOLS)
        ]
    )  # fmt: skip
    pools._through_door("recycle_active").write({"recycle_active": True})
    env.flush_all()
    now = fields.Datetime.now()
    regions = env["crm.region"]._region_map(env.company.id)["state"]
    states = env["res.country.state"].search([("country_id.code", "=", "CN")]).ids
    held, due = SQL("n %% 2 = 0"), SQL("n <= %s", 2 * DUE)
    columns = lead_columns(env, members)
    for name in ("user_id", "team_id", "date_open"):
        columns[name] = SQL("CASE WHEN %s THEN %s END", held, columns[name])
    columns |= {
        "type": "lead",
        "pool_id": SQL("(%s)[1 + n / 2 %% %s]", pools.ids, POOLS),
        "pool_state": SQL("CASE WHEN %s THEN 'owned' ELSE 'pooled' END", held),
        "pool_since": SQL(
            "%s::timestamp - CASE WHEN %s THEN interval '100 days' ELSE (n::bigint * 7919 %% 20000) * interval '1 minute' END",
            now,
            SQL("%s AND %s", held, due),
        ),
        "recycle_deadline": SQL(
            "CASE WHEN %s THEN %s::timestamp + CASE WHEN %s THEN interval '-1 hour' ELSE (10 + n %% 60) * interval '1 day' END END",
            held,
            now,
            due,
        ),
        "recycle_warned": SQL("%s AND %s", held, due),
        "pool_locked": False,
        "merchant_grade": "C",
        "state_id": one_of(states),
        "region_id": one_of([regions.get(state) for state in states]),
        # every twentieth has the phone of the one before it, every thirtieth its name
        "phone": SQL("'+86 138 ' || lpad(((n - (n %% 20 = 0)::int) %% 100000000)::text, 8, '0')"),
        "phone_key": SQL("'+86138' || lpad(((n - (n %% 20 = 0)::int) %% 100000000)::text, 8, '0')"),
        "company_key": SQL("md5((n - (n %% 30 = 0)::int)::text) || '@苏州'"),
    }
    insert(env, "crm_lead", size, columns)
    env.cr.commit()
