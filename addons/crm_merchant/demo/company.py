"""The demo company, as far as leads go: a maker of die-casting cells in Suzhou and its subsidiary for spare parts.

Each addon of the suite tells its part of the one story in a ``demo/company.py`` of its own; a chapter is a function
that takes a :class:`.story.Story`. Dates count back from the day on which it is built. A new capability adds its
chapter to ``CHAPTERS``.
"""

from odoo.fields import Command

from . import channels, customers, fair, leads, logo, offices, recycling, working_time
from .roles import ROLES, SALES_FORCE, build_roles
from .story import story

NAME = "苏州启程智能装备有限公司"
SUBSIDIARY = "苏州启程工业服务有限公司"
# who works in both companies
SHARED = (
    "general_manager", "sales_director", "sales_supervisor", "technical_lead", "finance_manager", "finance_clerk",
    "hq_commerce", "suite_admin",
)  # fmt: skip
SUBSIDIARY_LEADS = [
    # (company, contact, phone, what, budget)
    ("常州新北压铸厂", "恽志刚", "13861230401", "模温机维保年约", 48000),
    ("苏州相城五金铸造厂", "陶建国", "13771780402", "压射缸备件", 26000),
]


def build(env):
    """Builds what is not there yet; the company's name tells whether it is."""
    if env.company.name == NAME:
        return
    _company(env)
    build_roles(env, [*ROLES, *SALES_FORCE])
    with story(env) as told:
        for chapter in CHAPTERS:
            chapter(told)


def _company(env):
    env["res.lang"].search([("code", "=", "zh_CN")]).active = True
    env.company.write(
        {
            "name": NAME,
            "street": "工业园区星湖街 328 号",
            "city": "苏州",
            "state_id": env.ref("base.state_cn_JS").id,
            "country_id": env.ref("base.cn").id,
            "phone": "0512-62880000",
            "email": "info@example.com",
            "logo": logo.png("QICHENG"),
        }
    )
    env.company.resource_calendar_id.tz = "Asia/Shanghai"
    env.ref("base.user_admin").write(
        {
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "group_ids": [Command.link(env.ref("crm_merchant.group_suite_admin").id)],
        }
    )


def people(told):
    """Messages reach them inside Odoo: the demo company sends no mail."""
    internal = [user.id for user in told.users.values() if not user.share]
    told.env["res.users"].browse(internal).write({"notification_type": "inbox"})


def subsidiary(told):
    """The second company with its own books, salesman, pool and leads."""
    env, users = told.env, told.users
    company = env["res.company"].create(
        {
            "name": SUBSIDIARY,
            "parent_id": False,
            "street": "相城区澄阳路 60 号",
            "city": "苏州",
            "state_id": env.ref("base.state_cn_JS").id,
            "country_id": env.ref("base.cn").id,
            "currency_id": env.ref("base.CNY").id,
            "phone": "0512-65770000",
            "logo": logo.png("QICHENG SERVICE"),
            "email": "service@example.com",
        }
    )
    env["account.chart.template"].try_loading("cn", company=company, install_demo=False)
    company.resource_calendar_id.tz = "Asia/Shanghai"
    for user in [env.ref("base.user_admin"), *(users[login] for login in SHARED)]:
        user.company_ids = [Command.link(company.id)]
    seller = users["sales_rep_6"]
    seller.write({"company_ids": [Command.link(company.id)], "company_id": company.id})
    pool = env["crm.pool"].with_company(company).create(
        {
            "name": "备件与维保公海",
            "company_id": company.id,
            "admin_ids": [Command.set((users["hq_commerce"] | users["sales_supervisor"]).ids)],
            "member_ids": [Command.create({"user_id": seller.id})],
        }
    )  # fmt: skip
    told.at(2, 9, 30)
    for name, contact, phone, what, budget in SUBSIDIARY_LEADS:
        env["crm.lead"].with_company(company).create(
            {
                "name": what,
                "type": "lead",
                "user_id": False,
                "team_id": False,
                "company_id": company.id,
                "partner_name": name,
                "contact_name": contact,
                "phone": phone,
                "city": "苏州" if "苏州" in name else "常州",
                "state_id": env.ref("base.state_cn_JS").id,
                "country_id": env.ref("base.cn").id,
                "expected_revenue": budget,
            }
        )._merchant_assign()
    first = env["crm.lead"].search([("pool_id", "=", pool.id)], order="id", limit=1)
    told.at(1, 10)
    first.with_user(seller).with_company(company).action_pool_claim()


CHAPTERS = [
    people,
    offices.build,
    leads.build,
    fair.build,
    subsidiary,
    customers.build,
    recycling.build,
    channels.build,
    working_time.build,
]
