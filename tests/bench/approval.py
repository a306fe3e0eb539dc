"""What approvals cost quotes, beside OCA's base_tier_validation and sale_tier_validation."""

from .data import people
from .figures import Result, figure, in_turn
from .inside import measured


@figure("unrelated-write/orders-1", unit="queries", need="ours <= 2")
@figure("unrelated-write/orders-50", unit="queries", need="ours <= 2")
@figure("unrelated-write/orders-1-configured", unit="queries", need="ours <= 2")
@figure("unrelated-write/orders-50-configured", unit="queries", need="ours <= 2")
def unrelated_write(bench):
    """Queries beyond stock Odoo's of a ``write`` of one field that nobody judges, with and without rules for quotes."""
    for suffix, configured in (("", False), ("-configured", True)):
        for count in (1, 50):
            name = f"unrelated-write/orders-{count}{suffix}"
            if not bench.wants(name):
                continue
            stock, ours, peer = in_turn(
                bench.side("stock").later(write_orders, count=count),
                bench.side("suite").later(write_orders, count=count, rules="ours" if configured else ""),
                bench.side("tier").later(write_orders, count=count, rules="tier" if configured else ""),
                times=1,
            )  # fmt: skip
            note = f"stock {stock['queries']}"
            yield Result(name, ours["queries"] - stock["queries"], peer["queries"] - stock["queries"], note)


def write_orders(env, count, rules=""):
    """Cost of writing one field of quotes of a sales person."""
    from odoo.addons.crm_merchant.demo.roles import build_roles

    if rules == "ours":
        env.ref("crm_quote_approval.policy_quote").with_user(build_roles(env)["suite_admin"]).action_turn_on()
    elif rules == "tier":
        env["tier.definition"].create(
            [
                {"model_id": env.ref("sale.model_sale_order").id, "definition_domain": "[('amount_total', '>', 50000)]",
                 "reviewer_id": env.uid, "sequence": n}
                for n in range(3)
            ]
        )  # fmt: skip
    env = people.rep(env)
    orders = make_orders(env, count)
    return measured(
        env, lambda: orders.write({"client_order_ref": "b"}), warm=lambda: orders.write({"client_order_ref": "a"})
    )


def make_orders(env, count):
    """Quotes of one line, of the user of the environment."""
    root = env(su=True)
    product = root["product.product"].create({"name": "Press", "list_price": 1000, "type": "service"})
    partner = root["res.partner"].create({"name": "苏州精密机械有限公司", "is_company": True})
    line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 60000}
    return env["sale.order"].create(
        [{"partner_id": partner.id, "order_line": [(0, 0, line)]} for _number in range(count)]
    )
