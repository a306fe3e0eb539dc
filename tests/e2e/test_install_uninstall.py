"""The addons come onto a database that is in use, do nothing until they are switched on, and leave it as they found it.

Each addon is installed on stock data, used, and uninstalled in reverse order; after each step the catalogue of the
database (tables, columns, triggers, parameters, views, groups …) is what it was before that addon came. The steps build
on each other.
"""

import json
import os
import re
import subprocess

import pytest
from house.database import Databases
from house.postgres import Cluster
from house.testing import allowed, complaint_of
from suite import settings

pytestmark = pytest.mark.slow

NAME = "e2e_uninstall"
ENDPOINT = "https://autocomplete.example.com"

# what a company did with stock Odoo, and does again at every later moment
FLOW = """
import json
env = env(user=env.ref("base.user_admin").id, context={"lang": "en_US", "tz": "Asia/Shanghai"})
company = env.company
product = env["product.product"].search([("default_code", "=", "STOCK")], limit=1)
if not product:
    product = env["product.product"].create({
        "name": "Machine", "default_code": "STOCK", "type": "service", "list_price": 90000, "invoice_policy": "order",
        "service_tracking": "project_only",
    })
lead = env["crm.lead"].create({
    "name": "stock %(word)s", "type": "lead", "partner_name": "Stock %(word)s Ltd", "contact_name": "Li",
    "phone": "0512 6280 0001", "city": "苏州", "user_id": False,
})
lead.write({"user_id": env.uid})
lead.convert_opportunity(False)
lead._handle_partner_assignment(create_missing=True)
assert lead.type == "opportunity" and lead.partner_id
lead.copy({"name": "copy %(word)s"})
left, right = env["crm.lead"].create([
    {"name": f"merge %(word)s {n}", "type": "lead", "email_from": "a@example.com"} for n in range(2)
])
(left | right).merge_opportunity()
assert len((left | right).exists()) == 1
order = env["sale.order"].create({
    "partner_id": lead.partner_id.id, "opportunity_id": lead.id,
    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 10})],
})
order.action_quotation_sent()
order.action_confirm()
assert order.state == "sale" and order.order_line.project_id
milestone = env["project.milestone"].create({"name": "stock", "project_id": order.order_line.project_id.id})
milestone.is_reached = True
invoice = order._create_invoices()
invoice.invoice_date = "2026-03-02"
invoice.action_post()
assert invoice.state == "posted"
invoice.button_draft()
invoice.invoice_line_ids.price_unit = 1
invoice.action_post()
env["account.payment.register"].with_context(
    active_model="account.move", active_ids=invoice.ids
).create({})._create_payments()
assert invoice.payment_state in ("paid", "in_payment")
lead.action_set_won()
env.cr.commit()
print("OUT " + json.dumps({"lead": lead.id, "order": order.id, "invoice": invoice.id}))
"""

OFF = """
import json
ours = [m for m in env.registry.models.values() if m._original_module in %(suite)r and m._auto and not m._transient]
filled = {}
for model in ours:
    data = env["ir.model.data"].search([("model", "=", model._name)]).mapped("res_id")
    rows = env[model._name].sudo().with_context(active_test=False).search_count([("id", "not in", data)])
    if rows:
        filled[model._name] = rows
tasks = env["mail.activity"].search([("res_model", "=like", "crm.approval%%")])
print("OUT " + json.dumps({"filled": filled, "tasks": len(tasks)}))
"""

# everything is used once, so that uninstalling meets rows in every table
USE = {
    "crm_merchant": """
from odoo.addons.crm_merchant.demo.roles import build_roles
users = build_roles(env)
env.ref("base.user_admin").group_ids += env.ref("crm_merchant.group_suite_admin")
env["crm.region"].action_switch_on()
rep = users["sales_rep"]
pool = env["crm.pool"].create({"name": "East", "member_ids": [(0, 0, {"user_id": rep.id})]})
leads = env["crm.lead"].create([
    {"name": f"used {n}", "type": "lead", "user_id": False, "partner_name": f"Used {n}", "phone": "13800138000"}
    for n in range(3)
])
leads._pool_move("enter", {env["res.users"]: leads}, "first", pool=pool)
env["crm.lead"].with_user(rep).browse(leads[0].id).action_pool_claim()
env["crm.ledger.seal"]._cron_seal()
""",
    "crm_quote_approval": """
users = {u.login: u for u in env["res.users"].search([])}
policies = env["crm.approval.policy"].with_context(active_test=False).search([("res_model", "=", "sale.order")])
policies.action_turn_on()
rep = users["sales_rep"]
product = env["product.product"].search([("default_code", "=", "STOCK")], limit=1)
partner = env["res.partner"].create({"name": "Used Ltd", "is_company": True, "user_id": rep.id})
order = env["sale.order"].with_user(rep).create({
    "partner_id": partner.id,
    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1, "price_unit": 60000})],
})
order.action_approval_submit()
for role in ("sales_supervisor", "technical_lead", "finance_manager"):
    task = env["crm.approval.task"].search([("state", "=", "pending"), ("user_id", "=", users[role].id)])
    task.with_user(users[role]).action_approve("fine")
order.action_confirm()
assert order.approval_state == "approved" and order.state == "sale"
""",
    "crm_project_delivery": """
users = {u.login: u for u in env["res.users"].search([])}
order = env["sale.order"].search([("partner_id.name", "=", "Used Ltd")])
order.with_user(users["sales_rep"]).action_create_contract()
contract = order.contract_ids
contract.with_user(users["hq_commerce"]).action_sign()
env.flush_all()
deposit = contract.plan_line_ids.filtered(lambda line: line.state == "due")
assert contract.state == "signed" and deposit
deposit[:1].with_user(users["finance_clerk"]).action_create_invoice()
""",
    "crm_finance_bridge": """
users = {u.login: u for u in env["res.users"].search([])}
env["finance.connection"].create({
    "name": "Kingdee", "base_url": "https://erp.example.com/k3cloud/", "account_set": "a", "user_name": "b",
    "app_id": "c", "organisation": "100", "default_material": "M", "default_unit": "Pcs", "secret_input": "secret",
    "responsible_id": users["finance_manager"].id,
}).sudo()._switch("on")
contract = env["crm.contract"].search([], limit=1)
invoice = contract.plan_line_ids.move_ids
invoice.invoice_date = "2026-03-02"
invoice.action_post()
rows = env["finance.outbox"].search([])
assert rows
env["finance.attempt"]._note(rows[0], "find", "ok")
connection = env["finance.connection"].search([])
env["finance.binding"]._bind(connection, "account.move", invoice.id, "receivable", number="AR1")
""",
}

CATALOGUE = {
    "tables": "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'S') AND relnamespace = 'public'::regnamespace",
    "columns": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
    "WHERE table_schema = 'public'",
    "indexes": "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "parameters": "SELECT key, value FROM ir_config_parameter WHERE key NOT LIKE 'base.%' AND key NOT LIKE 'database.%'",
    "jobs": "SELECT cron_name, active, interval_number, interval_type FROM ir_cron",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name, ttype FROM ir_model_fields",
    "views": "SELECT name, model, active FROM ir_ui_view",
    "menus": "SELECT complete_name FROM (SELECT name->>'en_US' AS complete_name FROM ir_ui_menu) m",
    "actions": "SELECT type, name->>'en_US' FROM ir_actions",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "implied groups": "SELECT a.name->>'en_US', b.name->>'en_US' FROM res_groups_implied_rel r "
    "JOIN res_groups a ON a.id = r.gid JOIN res_groups b ON b.id = r.hid",
    "privileges": "SELECT name->>'en_US' FROM res_groups_privilege",
    "rules": "SELECT name, active FROM ir_rule",
    "access lines": "SELECT name FROM ir_model_access",
    "numbering": "SELECT code, name FROM ir_sequence",
    "templates": "SELECT name->>'en_US' FROM mail_template",
    "stages": "SELECT name->>'en_US', sequence FROM crm_stage",
    "defaults": "SELECT field_id, json_value FROM ir_default",
    "external ids": "SELECT module, name FROM ir_model_data WHERE module NOT IN ('__export__', 'base')",
    "models' relations": "SELECT name FROM ir_model_relation",
    "orphans": "SELECT DISTINCT res_model FROM ir_attachment WHERE res_model IS NOT NULL "
    "AND res_model NOT IN (SELECT model FROM ir_model) UNION ALL "
    "SELECT DISTINCT res_model FROM mail_activity WHERE res_model NOT IN (SELECT model FROM ir_model) UNION ALL "
    "SELECT DISTINCT res_model FROM mail_followers WHERE res_model NOT IN (SELECT model FROM ir_model)",
}
# what stays on purpose, because the data that people made needs it
STAYS = {
    # leads of people are shown in a menu; hidden again, nobody would find them
    "implied groups": ("+User: Own Documents Only|Show Lead Menu", "+Role / User|Use Milestones"),
    # opportunities stand in it
    "stages": ("+已报价|",),
}
# what Odoo leaves of every module: its notes about how modules that stay looked on models that went
ODOOS_NOTES = re.compile(r"^\+\w+\|(selection__|model_inherit__|constraint_)")


class Stage:
    """One database that addons come to and go from."""

    def __init__(self):
        self.databases = Databases(Cluster("test"))
        self.databases.cluster.start()
        self.databases.copy(self.databases.base_template(), NAME)
        self.before = {}
        self.complaints = []

    def odoo(self, *arguments, script=None):
        command = self.databases.odoo_command(
            "-d", NAME, "--no-http", "--max-cron-threads=0", *arguments, subcommand=("shell",) if script else ()
        )
        environment = dict(
            os.environ,
            CRM_SUITE_SECRET_KEY="yk3Sq0pGmS0dfFzqYhdPlgWg6nqSl1sVwD8LvZ2XhEs=",
            CRM_SUITE_ALLOW_NETWORKS="127.0.0.0/8",
        )
        done = subprocess.run(command, input=script, capture_output=True, text=True, env=environment, check=False)
        assert not done.returncode and "Traceback (most recent call last)" not in done.stderr, done.stderr[-5000:]
        excused = allowed("allowed_log_lines")
        self.complaints += [c for line in done.stderr.splitlines() if (c := complaint_of(line, excused))]
        found = [line for line in done.stdout.splitlines() if line.startswith("OUT ")]
        return json.loads(found[-1][4:]) if found else None

    def install(self, addon):
        self.odoo("-i", addon, "--skip-auto-install", "--stop-after-init")

    def uninstall(self, addon):
        self.odoo(script=f'env["ir.module.module"].search([("name", "=", "{addon}")]).button_immediate_uninstall()\n')

    def catalogue(self):
        return {name: sorted(self.databases.cluster.sql(query, NAME).splitlines()) for name, query in CATALOGUE.items()}

    def flow(self, word):
        return self.odoo(script=FLOW % {"word": word})

    def row(self, table, columns, row_id):
        return self.databases.cluster.sql(f"SELECT {columns} FROM {table} WHERE id = {row_id}", NAME).strip()


def difference(before, after):
    """Kind of thing -> what is there too much (+) and too little (-)."""
    found = {}
    for kind in before:
        more, less = list(after[kind]), []
        for line in before[kind]:
            if line in more:
                more.remove(line)
            else:
                less.append(line)
        changes = [f"+{line}" for line in more] + [f"-{line}" for line in less]
        changes = [change for change in changes if not change.startswith(STAYS.get(kind, ("\0",)))]
        if kind == "external ids":
            changes = [change for change in changes if not ODOOS_NOTES.match(change)]
        if changes:
            found[kind] = changes
    return found


@pytest.fixture(scope="module")
def stage():
    stage = Stage()
    try:
        # the modules that send leads away, as a stock database has them
        stage.install("crm_iap_enrich")
        stage.odoo(
            script=f"""
parameters = env["ir.config_parameter"]
parameters.set_param("crm.iap.lead.enrich.setting", "auto")
parameters.set_param("iap.partner_autocomplete.endpoint", "{ENDPOINT}")
env.ref("crm_iap_enrich.ir_cron_lead_enrichment").active = True
env.cr.commit()
"""
        )
        stage.stock = stage.flow("before")
        yield stage
    finally:
        stage.databases.drop(NAME)


STOCK_ROWS = (
    ("crm_lead", "lead", "name, type, user_id, partner_id, stage_id, active, phone, city"),
    ("sale_order", "order", "name, state, amount_total, partner_id, opportunity_id"),
    ("account_move", "invoice", "name, state, amount_total, payment_state, invoice_date"),
)


@pytest.mark.parametrize("addon", settings.SUITE)
def test_installed_and_switched_off_it_does_nothing(stage, addon):
    rows = {name: stage.row(table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS}
    stage.before[addon] = stage.catalogue()
    stage.install(addon)
    stage.flow(f"with {addon}")
    assert {name: stage.row(table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS} == rows
    found = stage.odoo(script=OFF % {"suite": settings.SUITE})
    assert not found["filled"] and not found["tasks"], found


def test_leads_stay_in_the_company_while_it_is_installed(stage):
    parameters = dict(line.split("|", 1) for line in stage.catalogue()["parameters"])
    assert parameters["crm.iap.lead.enrich.setting"] == "manual"
    assert ENDPOINT not in parameters["iap.partner_autocomplete.endpoint"]
    jobs = [job for job in stage.catalogue()["jobs"] if "enrich" in job.lower()]
    assert jobs and all("|f|" in job for job in jobs), jobs


@pytest.mark.parametrize("addon", settings.SUITE)
def test_it_is_used(stage, addon):
    stage.odoo(script=USE.get(addon, "") + "\nenv.cr.commit()\n")


@pytest.mark.parametrize("addon", settings.SUITE[::-1])
def test_uninstalled_it_leaves_nothing(stage, addon):
    rows = {name: stage.row(table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS}
    stage.uninstall(addon)
    left = difference(stage.before[addon], stage.catalogue())
    if addon == "crm_finance_bridge":
        # the counter of contract numbers was used after this addon came; it goes with its own
        if all(line.startswith("+ir_sequence_") for line in left.get("tables", ())):
            left.pop("tables", None)
    assert {name: stage.row(table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS} == rows
    assert not left, json.dumps(left, indent=1, ensure_ascii=False)


def test_stock_odoo_goes_on_as_before(stage):
    stage.flow("after")


def test_the_log_was_quiet(stage):
    assert not stage.complaints, stage.complaints
