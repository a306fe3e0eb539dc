"""Leads that nobody has, a twentieth from each source, by SQL."""

from odoo.tools import SQL

from .filling import insert
from .leads import lead_columns
from .people import build_people


def build(env, size):
    """:param size: number of leads"""
    teams = build_people(env)
    env.flush_all()
    columns = lead_columns(env, teams.crm_team_member_ids.sorted("id"))
    for name in ("user_id", "team_id", "date_open"):
        columns[name] = SQL("NULL")
    insert(env, "crm_lead", size, {**columns, "type": "lead"})
    env.cr.commit()
