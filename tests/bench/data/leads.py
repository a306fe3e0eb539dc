"""The people, and leads and opportunities that belong to them, by SQL."""

from odoo import fields
from odoo.tools import SQL

from .filling import insert, one_of
from .people import build_people


def build(env, size):
    """:param size: number of leads; every third is an opportunity"""
    teams = build_people(env)
    env.flush_all()
    insert(env, "crm_lead", size, lead_columns(env, teams.crm_team_member_ids.sorted("id")))
    env.cr.commit()


def lead_columns(env, members):
    """Column of a lead -> SQL expression in its number ``n``."""
    now = fields.Datetime.now()
    return {
        "name": SQL("'Lead ' || n"),
        "type": SQL("CASE WHEN n %% 3 = 0 THEN 'opportunity' ELSE 'lead' END"),
        "active": True,
        "priority": SQL("((n::bigint * 7919) %% 4)::text"),
        "partner_name": SQL("'苏州' || md5(n::text) || '机械有限公司'"),
        "contact_name": SQL("'联系人' || n"),
        "email_from": SQL("'lead' || n || '@example' || (n %% 997) || '.com'"),
        "email_normalized": SQL("'lead' || n || '@example' || (n %% 997) || '.com'"),
        "phone": SQL("'+86 138 ' || lpad((n %% 100000000)::text, 8, '0')"),
        "phone_sanitized": SQL("'+86138' || lpad((n %% 100000000)::text, 8, '0')"),
        "city": SQL("'苏州'"),
        "country_id": env.ref("base.cn").id,
        "state_id": one_of(env["res.country.state"].search([("country_id.code", "=", "CN")]).ids),
        "user_id": one_of(members.user_id.ids),
        "team_id": one_of([member.crm_team_id.id for member in members]),
        "company_id": env.company.id,
        "stage_id": env["crm.stage"].search([], order="sequence", limit=1).id,
        "source_id": one_of(env["utm.source"].search([("name", "=like", "Bench %")]).ids),
        "expected_revenue": SQL("(n::bigint * 7919) %% 1000000"),
        "probability": 10,
        "automated_probability": 10,
        "won_status": "pending",
        "date_open": now,
        "date_last_stage_update": now,
        "create_uid": env.uid,
        "write_uid": env.uid,
        "create_date": SQL("%s::timestamp - n * interval '1 minute'", now),
        "write_date": now,
    }
