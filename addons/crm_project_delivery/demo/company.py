"""A signed contract of the demo company whose deposit is due, with the milestones of its project."""

from odoo.addons.crm_quote_approval.demo.company import customer_of, make_quote, people

CUSTOMER = "常州天宁电机股份有限公司"


def build(env):
    """Builds what is not there yet; the customer tells whether it is."""
    if env["res.partner"].search_count([("name", "=", CUSTOMER)]):
        return
    env.ref("base.group_user").implied_ids += env.ref("project.group_project_milestone")
    users = people(env)
    partner = customer_of(
        env, CUSTOMER, city="常州", phone="0519-88120066", vat="91320400MA00000009", street="中吴大道 1200 号"
    )
    order = make_quote(env, users["sales_rep"], partner, [("QC-L600", 1), ("QC-SRV1", 1)])
    order.action_approval_submit()
    while task := env["crm.approval.task"].search([("res_id", "=", order.id), ("state", "=", "pending")], limit=1):
        task.with_user(task.user_id).action_approve()
    order.with_user(users["sales_rep"]).action_confirm()
    commerce = users["hq_commerce"].with_context(lang="zh_CN")
    action = order.with_user(commerce).with_context(lang="zh_CN").action_create_contract()
    contract = env["crm.contract"].browse(action["res_id"])
    contract.manager_id = users["project_manager"]
    contract.with_user(commerce).with_context(lang="zh_CN").action_sign()
    _build_portal_user(env, partner)


def _build_portal_user(env, company):
    """The customer's purchaser, who sees his company's orders in the portal; password = login."""
    contact = env["res.partner"].create({"name": "魏采购", "parent_id": company.id, "email": "customer@example.com"})
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "partner_id": contact.id,
            "login": "customer",
            "password": "customer",
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )
