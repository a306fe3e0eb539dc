"""A company that lived with stock Odoo: 10 000 leads, 2 000 confirmed orders, posted invoices, open quotes.

Made once in Odoo's shell, with Odoo's own modules only, among them those that send leads to paid services; kept as a
template named after this file and the one of Odoo's modules, so a changed generator makes a new one.
"""

import hashlib
from pathlib import Path

from house import settings

# what a stock database gets by itself beside CRM and contacts
OUTSIDE_SERVICES = ["crm_iap_enrich", "partner_autocomplete"]
LEADS, ORDERS, INVOICES, QUOTES = 10_000, 2_000, 300, 60

BUILD = """
import random
random.seed(7)
env = env(context={"lang": "en_US", "tz": "Asia/Shanghai", "tracking_disable": True, "no_reset_password": True,
                   "mail_create_nosubscribe": True})

def user(login, *groups):
    return env["res.users"].create({
        "name": login, "login": login, "password": login, "email": login + "@company.example.com",
        "group_ids": [(6, 0, [env.ref(group).id for group in ("base.group_user", *groups)])],
    })

reps = env["res.users"].concat(*(user(f"stock_rep_{n}", "sales_team.group_sale_salesman") for n in range(4)))
team_reps = user("stock_all", "sales_team.group_sale_salesman_all_leads")
clerk = user("stock_clerk", "account.group_account_invoice")
manager = user("stock_manager", "sales_team.group_sale_manager", "account.group_account_manager",
               "project.group_project_manager")
cities = ["苏州", "广州", "成都", "北京", "沈阳", "武汉", "西安"]
partners = env["res.partner"].create([
    {"name": f"Customer {n}", "is_company": True, "phone": f"0512 62{n:06d}", "city": cities[n % 7],
     "email": f"office@customer{n}.example.org", "user_id": reps[n % 4].id if n % 3 else False}
    for n in range(500)
])
env["res.partner"].create([
    {"name": f"Buyer {n}", "parent_id": partners[n].id, "email": f"buyer@customer{n}.example.org"} for n in range(300)
])
stages = env["crm.stage"].search([("is_won", "=", False)])
for start in range(0, __LEADS__, 2500):
    leads = env["crm.lead"].create([
        {
            "name": f"Lead {n}", "type": "lead" if n % 2 else "opportunity", "partner_name": f"Prospect {n % 4000}",
            "phone": f"1380013{n % 7000:04d}", "email_from": f"someone@prospect{n}.example.org",
            "city": cities[n % 7], "user_id": reps[n % 4].id if n % 5 else False,
            "stage_id": stages[n % len(stages)].id, "team_id": False,
            "partner_id": partners[n % 500].id if n % 10 == 0 else False,
        }
        for n in range(start, start + 2500)
    ])
    env.cr.commit()
    env.invalidate_all()
leads[:50].action_set_lost()

product = env["product.product"].create({
    "name": "Machine", "default_code": "STOCK", "type": "service", "list_price": 90000, "invoice_policy": "order",
})
opportunities = env["crm.lead"].search([("type", "=", "opportunity"), ("partner_id", "!=", False)], limit=200)
for start in range(0, __ORDERS__ + __QUOTES__, 500):
    orders = env["sale.order"].create([
        {
            "partner_id": partners[n % 500].id, "user_id": reps[n % 4].id,
            "opportunity_id": opportunities[n % 200].id if n % 4 == 0 else False,
            # every third above every tier
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 10 if n % 3 == 0 else 1})],
        }
        for n in range(start, min(start + 500, __ORDERS__ + __QUOTES__))
    ])
    # the last ones stay quotes
    orders[: max(0, __ORDERS__ - start)].action_confirm()
    env.cr.commit()
    env.invalidate_all()
orders = env["sale.order"].search([("state", "=", "sale")], order="id", limit=__INVOICES__)
moves = orders._create_invoices(grouped=True)
moves.invoice_date = "2026-03-02"
moves.action_post()
for move in moves[:100]:
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    ).create({})._create_payments()
env["ir.config_parameter"].set_param("crm.iap.lead.enrich.setting", "auto")
env["iap.account"].get("partner_autocomplete").sudo().account_token = "living"
env.cr.commit()
print("OUT", env["crm.lead"].with_context(active_test=False).search_count([]),
      env["sale.order"].search_count([("state", "=", "sale")]),
      env["account.move"].search_count([("move_type", "=", "out_invoice"), ("state", "=", "posted")]))
"""


def template(databases):
    """Name of the template; made when it is not there (some minutes)."""
    text = settings.template_key() + Path(__file__).read_text()
    return databases.template(f"living_{hashlib.sha256(text.encode()).hexdigest()[:12]}", Maker(databases))


class Maker:
    def __init__(self, databases):
        self.databases = databases

    def __call__(self, name):
        databases = self.databases
        databases.copy(databases.base_template(), name)
        log = settings.STATE / "living.log"
        databases._odoo_or_exit(
            "installing paid services", "-d", name, "-i", ",".join(OUTSIDE_SERVICES), "--skip-auto-install",
            "--stop-after-init", "--max-cron-threads=0", "--no-http", log=log,
        )  # fmt: skip
        script = BUILD
        for word, value in (("LEADS", LEADS), ("ORDERS", ORDERS), ("INVOICES", INVOICES), ("QUOTES", QUOTES)):
            script = script.replace(f"__{word}__", str(value))
        databases.shell(name, script)
