"""Quotes of the demo company: one that needs no approval, one that waits for its second step."""

from odoo.fields import Command

from . import paper

# (name, code, price without tax)
PRODUCTS = [
    ("数控冲压自动化生产线", "QC-L600", 113274.34),
    ("立式加工中心 VMC850", "QC-V850", 238000.00),
    ("设备安装调试服务", "QC-SRV1", 18000.00),
    ("易损备件包", "QC-SP01", 3600.00),
]


def people(env):
    """The demo's users by login."""
    return {user.login: user for user in env["res.users"].search([])}


def customer_of(env, name, **vals):
    """The company ``name`` as a customer, made when it is not there yet."""
    partner = env["res.partner"].search([("name", "=", name), ("is_company", "=", True)], limit=1)
    return partner or env["res.partner"].create(
        {"name": name, "is_company": True, "country_id": env.ref("base.cn").id, **vals}
    )


def make_quote(env, user, partner, lines, **vals):
    """A quote written by ``user``; ``lines`` are (product code, quantity)."""
    products = {product.default_code: product for product in env["product.product"].search([])}
    return (
        env["sale.order"]
        .with_user(user)
        .create(
            {
                "partner_id": partner.id,
                "user_id": user.id,
                "order_line": [
                    Command.create({"product_id": products[code].id, "product_uom_qty": quantity})
                    for code, quantity in lines
                ],
                **vals,
            }
        )
    )


def build(env):
    """Builds what is not there yet; the first product tells whether it is."""
    # people freeze and sign papers in their own language
    env = env(context={**env.context, "lang": "zh_CN"})
    paper.build(env)
    if env["product.product"].search_count([("default_code", "=", PRODUCTS[0][1])]):
        return
    users = people(env)
    env.ref("crm_quote_approval.policy_quote").with_user(users["suite_admin"]).action_turn_on()
    tax = env["account.tax"].search(
        [("type_tax_use", "=", "sale"), ("amount", "=", 13), ("company_id", "=", env.company.id)], limit=1
    )
    for name, code, price in PRODUCTS:
        env["product.product"].create(
            {
                "name": name,
                "default_code": code,
                "type": "service",
                "list_price": price,
                "standard_price": round(price * 0.7, 2),
                "invoice_policy": "order",
                "taxes_id": [Command.set(tax.ids)],
            }
        )
    lead = env["crm.lead"].search([("partner_name", "=", "苏州吴江纺机制造有限公司")], limit=1)
    rep = lead.user_id or users["sales_rep"]
    partner = customer_of(env, lead.partner_name or "苏州吴江纺机制造有限公司", city="苏州", phone=lead.phone)
    lead.with_user(rep).convert_opportunity(partner)
    waiting = make_quote(env, rep, partner, [("QC-L600", 1)], opportunity_id=lead.id)
    waiting.action_approval_submit()
    task = env["crm.approval.task"].search([("res_id", "=", waiting.id), ("state", "=", "pending")], limit=1)
    task.with_user(task.user_id).action_approve("价格与账期可以接受")
    small = customer_of(env, "常熟虞山五金加工厂", city="常熟", phone="0512-52770011")
    make_quote(env, users["sales_rep"], small, [("QC-SP01", 2)])
