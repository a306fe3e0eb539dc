"""The addons come onto a database that is in use, do nothing until they are switched on, and leave it as they found it.

Each addon is installed on stock data, used, and uninstalled in reverse order; after each step the catalogue of the
database (tables, columns, triggers, parameters, views, groups …) is what it was before that addon came. The steps build
on each other.
"""

import json

import pytest
from guest import Guest, difference
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

def shipped(model):
    return env["ir.model.data"].search([("model", "=", model)]).mapped("res_id")

for model in ours:
    rows = env[model._name].sudo().with_context(active_test=False).search([("id", "not in", shipped(model._name))])
    # the steps of a shipped rule came with it
    for field in model._fields.values():
        if field.store and field.type == "many2one" and field.ondelete == "cascade":
            rows = rows.filtered(lambda row: row[field.name].id not in shipped(field.comodel_name))
    if rows:
        filled[model._name] = len(rows)
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
    "crm_service_ticket": """
users = {u.login: u for u in env["res.users"].search([])}
contract = env["crm.contract"].search([], limit=1)
contract.order_id.order_line.product_id.service_is_equipment = True
env["service.asset"]._register_accepted(contract.milestone_ids[-1:])
team = env.ref("crm_service_ticket.team_after_sales")
team.write({"alias_name": "service", "member_ids": [(0, 0, {"user_id": users["service_agent"].id})]})
env["service.sla.switch"].with_user(users["service_lead"]).create({}).action_apply()
ticket = env["service.ticket"].create({
    "subject": "noise", "partner_id": contract.commercial_partner_id.id, "channel": "portal",
    "asset_id": env["service.asset"].search([], limit=1).id,
})
assert ticket.user_id and len(ticket.sla_status_ids) == 2 and ticket.contract_id
ticket.with_user(users["service_agent"]).action_solve("mended")
ticket.rating_apply(5, rating=ticket.rating_ids)
second = ticket.copy()
second.activity_schedule("mail.mail_activity_data_todo", user_id=users["service_lead"].id)
second.message_post(body="x", attachments=[("a.txt", b"a")], message_type="comment", subtype_xmlid="mail.mt_comment")
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


def flow(stage, word):
    return stage.odoo(script=FLOW % {"word": word})


def row(stage, table, columns, row_id):
    return stage.sql(f"SELECT {columns} FROM {table} WHERE id = {row_id}").strip()


@pytest.fixture(scope="module")
def stage():
    stage = Guest(NAME)
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
        stage.stock = flow(stage, "before")
        yield stage
    finally:
        stage.close()


STOCK_ROWS = (
    ("crm_lead", "lead", "name, type, user_id, partner_id, stage_id, active, phone, city"),
    ("sale_order", "order", "name, state, amount_total, partner_id, opportunity_id"),
    ("account_move", "invoice", "name, state, amount_total, payment_state, invoice_date"),
)


@pytest.mark.parametrize("addon", settings.SUITE)
def test_installed_and_switched_off_it_does_nothing(stage, addon):
    rows = {name: row(stage, table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS}
    stage.before[addon] = stage.catalogue()
    stage.install(addon)
    flow(stage, f"with {addon}")
    assert {name: row(stage, table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS} == rows
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
    rows = {name: row(stage, table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS}
    stage.uninstall(addon)
    left = difference(stage.before[addon], stage.catalogue())
    if addon in ("crm_service_ticket", "crm_finance_bridge"):
        # the counters of contract and ticket numbers were used after this addon came; they go with their own
        if all(line.startswith("+ir_sequence_") for line in left.get("tables", ())):
            left.pop("tables", None)
    assert {name: row(stage, table, columns, stage.stock[name]) for table, name, columns in STOCK_ROWS} == rows
    assert not left, json.dumps(left, indent=1, ensure_ascii=False)


def test_stock_odoo_goes_on_as_before(stage):
    flow(stage, "after")


def test_the_log_was_quiet(stage):
    assert not stage.complaints, stage.complaints
