"""One user a role of the suite, with employee cards that form the chain of superiors.

The tests use the same builder as the demo. Login and password are the role's name.
"""

import re

# role: (name, superior's role)
ROLES = {
    "general_manager": ("周建国", None),
    "sales_director": ("吴海涛", "general_manager"),
    "region_manager": ("郑晓东", "sales_director"),
    "sales_supervisor": ("王志远", "region_manager"),
    "sales_rep": ("李雪梅", "sales_supervisor"),
    "sales_rep_2": ("张一鸣", "sales_supervisor"),
    "regional_agent": ("陈广平", "region_manager"),
    "hq_commerce": ("林若兰", "general_manager"),
    "marketing": ("何思琪", "sales_director"),
    "technical_lead": ("赵立军", "general_manager"),
    "legal": ("孙文静", "general_manager"),
    "finance_manager": ("钱慧敏", "general_manager"),
    "finance_clerk": ("冯小燕", "finance_manager"),
    "project_manager": ("蒋国强", "general_manager"),
    "field_engineer": ("韩大伟", "project_manager"),
    "service_lead": ("杨秀英", "general_manager"),
    "service_agent": ("朱丽丽", "service_lead"),
    "suite_admin": ("系统管理员", "general_manager"),
}


# more people of the demo company's offices; the tests know only those above
SALES_FORCE = {
    "region_manager_2": ("黄志强", "sales_director"),
    "sales_supervisor_2": ("罗美玲", "region_manager_2"),
    "sales_rep_3": ("邓子豪", "sales_supervisor_2"),
    "sales_rep_4": ("马骏", "sales_supervisor"),
    "sales_rep_5": ("唐雨晴", "sales_supervisor_2"),
    "sales_rep_6": ("曹文彬", "sales_supervisor"),
}


def group_of(role):
    """External id of the role's group; further users of a role end in ``_2``, ``_3`` …"""
    return f"crm_merchant.group_{re.sub(r'_[0-9]+$', '', role)}"


def build_roles(env, roles=None, company=None):
    """Creates the users that are not there yet, in Chinese and Asia/Shanghai, with their employee cards.

    :param env: environment of the superuser
    :param roles: names to build, all by default; superiors are built along with them
    :param company: their company, the current one by default
    :return: dict of role -> ``res.users``
    """
    company = company or env.company
    known, wanted = {**ROLES, **SALES_FORCE}, {}
    for role in roles or ROLES:
        while role and role not in wanted:
            wanted[role] = known[role]
            role = known[role][1]
    existing = {u.login: u for u in env["res.users"].search([("login", "in", list(wanted))])}
    language = "zh_CN" if env["res.lang"]._get_data(code="zh_CN") else "en_US"
    to_create = [role for role in wanted if role not in existing]
    created = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": wanted[role][0],
                    "login": role,
                    "password": role,
                    "email": f"{role}@example.com",
                    "lang": language,
                    "tz": "Asia/Shanghai",
                    "company_id": company.id,
                    "company_ids": [(6, 0, company.ids)],
                    "group_ids": [(6, 0, [env.ref("base.group_user").id, env.ref(group_of(role)).id])],
                }
                for role in to_create
            ]
        )
    )
    users = {**existing, **dict(zip(to_create, created, strict=True))}
    _build_employees(env, users, wanted, to_create, company)
    return users


def _build_employees(env, users, wanted, to_create, company):
    employees = {}
    for role, user in users.items():
        employee = user.employee_ids.filtered(lambda e: e.company_id == company)[:1]
        if not employee and role in to_create:
            employee = env["hr.employee"].create(
                {"name": user.name, "user_id": user.id, "company_id": company.id, "tz": "Asia/Shanghai"}
            )
        employees[role] = employee
    for role in to_create:
        superior = wanted[role][1]
        if superior:
            employees[role].parent_id = employees[superior]
