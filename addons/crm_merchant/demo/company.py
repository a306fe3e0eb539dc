"""The demo company as far as leads go: a machinery maker in Suzhou with regions, pools and a rule.

Issue by issue the other addons add their part in a ``demo/company.py`` of their own.
"""

from datetime import timedelta

from odoo import fields

from .roles import build_roles

POOLS = [
    # (name, region, members)
    ("华东公海", "east", ["sales_rep", "sales_rep_2"]),
    ("华南公海", "south", ["sales_rep_2", "regional_agent"]),
    ("华北公海", "north", ["sales_rep", "sales_rep_2"]),
]
LEADS = [
    # (company, contact, phone, province, city, source, budget)
    ("昆山德昌精密模具有限公司", "顾明华", "13862600001", "JS", "苏州", "展会", 86000),
    ("无锡新吴数控设备有限公司", "许建平", "13961700002", "JS", "无锡", "转介绍", 320000),
    ("宁波海曙液压机械有限公司", "徐海峰", "0574-87650003", "ZJ", "宁波", "展会", 150000),
    ("东莞长安五金制品有限公司", "梁志强", "13712300004", "GD", "东莞", "电话", 45000),
    ("佛山南海铝型材有限公司", "何俊杰", "13690300005", "GD", "佛山", "展会", 210000),
    ("天津武清车桥制造有限公司", "刘振东", "022-59600006", "TJ", "天津", "电话", 98000),
    ("苏州吴江纺机制造有限公司", "沈国良", "13915500007", "JS", "苏州", "官网", 128000),
    ("杭州萧山齿轮箱有限公司", "章文博", "13588000008", "ZJ", "杭州", "官网", 560000),
]


def build(env):
    """Builds what is not there yet; the company's name tells whether it is."""
    company = env.company
    if company.name == "苏州启程智能装备有限公司":
        return
    env["res.lang"].search([("code", "=", "zh_CN")]).active = True
    company.write(
        {
            "name": "苏州启程智能装备有限公司",
            "street": "工业园区星湖街 328 号",
            "city": "苏州",
            "state_id": env.ref("base.state_cn_JS").id,
            "country_id": env.ref("base.cn").id,
            "phone": "0512-62880000",
            "email": "info@example.com",
        }
    )
    users = build_roles(env)
    admin = env.ref("base.user_admin")
    admin.write(
        {"lang": "zh_CN", "tz": "Asia/Shanghai", "group_ids": [(4, env.ref("crm_merchant.group_suite_admin").id)]}
    )
    build_working_time(env, company, users)
    env["crm.region"].action_switch_on()
    env.ref("crm_merchant.region_east").manager_ids = users["region_manager"]
    team = env["crm.team"].create(
        {
            "name": "华东区销售组",
            "user_id": users["sales_supervisor"].id,
            "member_ids": [(6, 0, (users["sales_supervisor"] | users["sales_rep"] | users["sales_rep_2"]).ids)],
        }
    )
    for name, region, members in POOLS:
        env["crm.pool"].create(
            {
                "name": name,
                "region_ids": [(6, 0, env.ref(f"crm_merchant.region_{region}").ids)],
                "admin_ids": [(6, 0, (users["region_manager"] | users["hq_commerce"]).ids)],
                "member_ids": [(0, 0, {"user_id": users[role].id}) for role in members],
            }
        )
    sources = {}
    for name in dict.fromkeys(row[5] for row in LEADS):
        sources[name] = env["utm.source"].search([("name", "=", name)]) or env["utm.source"].create({"name": name})
    env["crm.assignment.rule"].create(
        {
            "name": "官网线索 → 华东区销售组",
            "source_ids": [(6, 0, sources["官网"].ids)],
            "region_ids": [(6, 0, env.ref("crm_merchant.region_east").ids)],
            "team_id": team.id,
            "target_ids": [(0, 0, {"user_id": users[role].id}) for role in ("sales_rep", "sales_rep_2")],
        }
    )
    leads = env["crm.lead"].create(
        [
            {
                "name": f"{partner} 询价",
                "type": "lead",
                "user_id": False,
                "team_id": False,
                "partner_name": partner,
                "contact_name": contact,
                "phone": phone,
                "state_id": env.ref(f"base.state_cn_{state}").id,
                "country_id": env.ref("base.cn").id,
                "city": city,
                "source_id": sources[source].id,
                "expected_revenue": budget,
            }
            for partner, contact, phone, state, city, source, budget in LEADS
        ]
    )
    leads._merchant_assign()


def build_working_time(env, company, users):
    """Shanghai hours with the official days of all shipped years, one absence that is confirmed and one that waits."""
    company.resource_calendar_id.tz = "Asia/Shanghai"
    apply = env["crm.work.exception.apply"].with_user(users["suite_admin"])
    for year, _label in apply._select_year():
        apply.create({"year": year}).action_apply()
    # whole days in Shanghai
    today = fields.Datetime.now().replace(hour=16, minute=0, second=0, microsecond=0)
    confirmed, _waiting = env["crm.absence"].create(
        [
            {
                "name": reason,
                "user_id": users[role].id,
                "date_from": today + timedelta(days=days),
                "date_to": today + timedelta(days=days + 2),
            }
            for reason, role, days in (("年假", "sales_rep_2", 3), ("家中有事", "sales_rep", 8))
        ]
    )
    confirmed.with_user(users["sales_supervisor"]).action_confirm()
