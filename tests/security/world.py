"""The company that is attacked: a closed region, papers in every state, money on its way, and people with every right.

``SECRETS`` are words that stand only in records of the closed region 华东; whoever does not belong there must never get
one of them in an answer, whatever he asks.
"""

import json
import urllib.error
import urllib.request
import xmlrpc.client
from http.cookiejar import CookieJar

from suite import ApiError, Person, SuiteServer

SECRETS = ("机密", "13912345678", "139 1234 5678", "secret@example.com")
APP_SECRET = "5f0c1d2e3b4a59687786950413a2b3c4"

BUILD = """
import json, datetime
from odoo.addons.crm_merchant.demo.roles import build_roles
users = build_roles(env)
admin = env.ref("base.user_admin")
company = env.company
ids = {}

def user(login, groups, **more):
    found = env["res.users"].with_context(no_reset_password=True).create({
        "name": login, "login": login, "password": login, "lang": "zh_CN", "email": login + "@example.com",
        "group_ids": [(6, 0, [env.ref(group).id for group in groups])], **more,
    })
    users[login] = found
    return found

user("plain", ["base.group_user"])
other = env["res.company"].create({"name": "Other Company", "country_id": env.ref("base.cn").id})
user("clerk_other", ["crm_merchant.group_finance_clerk"], company_id=other.id, company_ids=[(6, 0, other.ids)])
customer = env["res.partner"].create({
    "name": "East Customer", "is_company": True, "user_id": users["sales_rep"].id,
})
user("customer", ["base.group_portal"], partner_id=env["res.partner"].create(
    {"name": "Portal", "parent_id": customer.id, "email": "portal@example.com"}).id)
users["administrator"] = admin

# regions: 华东 and 华南 are closed
env["crm.region"].action_switch_on()
east, south = env.ref("crm_merchant.region_east"), env.ref("crm_merchant.region_south")
(east | south).is_scoped = True
east.manager_ids = users["region_manager"]
a, b = users["sales_rep"], users["sales_rep_2"]
team = env["crm.team"].create({"name": "华东", "user_id": users["sales_supervisor"].id, "member_ids": [(6, 0, a.ids)]})
pools = env["crm.pool"].create([
    {"name": "East", "region_ids": [(6, 0, east.ids)], "member_ids": [(0, 0, {"user_id": a.id})],
     "admin_ids": [(6, 0, users["region_manager"].ids)]},
    {"name": "South", "region_ids": [(6, 0, south.ids)], "member_ids": [(0, 0, {"user_id": b.id})]},
])
jiangsu, guangdong = env.ref("base.state_cn_JS").id, env.ref("base.state_cn_GD").id

def lead(name, holder, state, **more):
    return env["crm.lead"].create({
        "name": name, "type": "opportunity", "user_id": holder, "state_id": state, "team_id": team.id, **more,
    })

secret = {"phone": "139 1234 5678", "partner_name": "苏州机密精工有限公司", "email_from": "secret@example.com",
          "contact_name": "机密人"}
first = lead("机密机会", a.id, jiangsu, partner_id=customer.id, **secret)
pooled = lead("机密线索", False, jiangsu, **secret)
mine = lead("B's own", b.id, guangdong, phone="020 8888 0001", partner_name="B Ltd")
pooled._pool_move("enter", {env["res.users"]: pooled}, "first")
first._pool_move("assign", {a: first}, "first")
assert first.pool_state == "owned" and pooled.pool_state == "pooled" and first.region_id == east == pooled.region_id
assert mine.region_id == south
message = first.message_post(body="机密：底价", partner_ids=customer.ids)
first.message_subscribe(partner_ids=customer.ids)
activity = first.activity_schedule("mail.mail_activity_data_todo", summary="机密任务", user_id=a.id)
event = env["calendar.event"].with_user(a).create({
    "name": "机密会议", "start": "2030-01-01 01:00:00", "stop": "2030-01-01 02:00:00", "opportunity_id": first.id,
})
attachment = env["ir.attachment"].create({
    "name": "机密.txt", "raw": "机密".encode(), "res_model": "crm.lead", "res_id": first.id,
})
ids |= {"lead": first.id, "pooled": pooled.id, "b_lead": mine.id, "message": message.id, "activity": activity.id,
        "event": event.id, "attachment": attachment.id, "east_pool": pools[0].id, "south_pool": pools[1].id,
        "east": east.id, "south": south.id, "pool_row": env["crm.pool.ledger"].search([], limit=1).id,
        "member": pools[0].member_ids.id, "team": team.id}

# customers of 华东, whose words are not among SECRETS: clerks, project managers and plain employees work with all customers
held, lying = env["res.partner"].create([
    {"name": f"苏州密函{n}有限公司", "is_company": True, "state_id": jiangsu, "phone": "137 0000 1111",
     "email": "mihan@example.com", "child_ids": [(0, 0, {"name": "密函采购", "phone": "137 0000 1111"})]}
    for n in ("铸造", "压铸")
])
held._pool_move("assign", {a: held}, "first")
lying._pool_move("enter", {env["res.users"]: lying}, "first")
assert held.user_id == a and held.region_id == east == lying.region_id and lying.pool_state == "pooled"
held_note = held.message_post(body="密函：账期")
held.with_user(a).action_followup_write("call", "密函客户来电，要求下周提供报价和布局图")
followup = env["crm.followup"].search([("partner_id", "=", held.id)])
held_order = env["sale.order"].with_user(a).create({
    "partner_id": held.id, "order_line": [(0, 0, {"name": "密函专机", "price_unit": 100, "product_uom_qty": 1})],
})
env["res.partner.bank"].create({"partner_id": held.id, "acc_number": "62220000密函"})
held_event = env["calendar.event"].with_user(a).create({
    "name": "密函会议", "start": "2030-01-02 01:00:00", "stop": "2030-01-02 02:00:00",
    "partner_ids": [(6, 0, (a.partner_id | held.child_ids).ids)],
})
mine.message_subscribe(partner_ids=(held | lying.child_ids).ids)
ids |= {"held_event": held_event.id, "held": held.id, "lying": lying.id, "held_contact": held.child_ids.id, "lying_contact": lying.child_ids.id,
        "held_order": held_order.id, "held_line": held_order.order_line.id, "held_note": held_note.id,
        "followup": followup.id}

# quotes: approved ones, one that waits, one nobody submitted
env["crm.approval.policy"].with_context(active_test=False).search([("res_model", "=", "sale.order")]).action_turn_on()
product = env["product.product"].create({
    "name": "CNC", "type": "service", "service_tracking": "project_only", "invoice_policy": "order", "taxes_id": False,
    "list_price": 60000,
})

def quote(n, price=60000):
    partner = env["res.partner"].create({"name": f"Customer {n}", "is_company": True, "user_id": a.id})
    order = env["sale.order"].with_user(a).create({"partner_id": partner.id, "order_line": [
        (0, 0, {"product_id": product.id, "product_uom_qty": 1, "price_unit": price}),
        (0, 0, {"product_id": product.id, "product_uom_qty": 1, "price_unit": 10}),
    ]})
    return order

def approve(order):
    order.action_approval_submit()
    for role in ("sales_supervisor", "technical_lead", "finance_manager"):
        task = env["crm.approval.task"].search([("res_id", "=", order.id), ("user_id", "=", users[role].id)])
        task.with_user(users[role]).action_approve("ok")
    assert order.approval_state == "approved"

approved = [quote(n) for n in range(9)]
for order in approved:
    approve(order)
waiting, untouched, foreign = quote("waiting"), quote("untouched"), quote("foreign")
secret_order = env["sale.order"].with_user(a).create({
    "partner_id": customer.id, "opportunity_id": first.id,
    "order_line": [(0, 0, {"product_id": product.id, "price_unit": 100})],
})
waiting.action_approval_submit()
foreign.action_approval_submit()
env.flush_all()
task = lambda order: env["crm.approval.task"].search([("res_id", "=", order.id), ("state", "=", "pending")])
ids |= {"approved": [o.id for o in approved[1:]], "waiting": waiting.id, "untouched": untouched.id,
        "secret_order": secret_order.id, "foreign": foreign.id, "task": task(waiting).id,
        "foreign_task": task(foreign).id, "request": waiting.sudo().approval_request_id.id,
        "approval_row": env["crm.approval.ledger"].search([], limit=1).id, "version": waiting.version_ids.id,
        "policy": env["crm.approval.policy"].search([], limit=1).id, "product": product.id}

# contract, milestones, money
order = approved[0].with_user(env.user)
order.action_confirm()
order.with_user(a).action_create_contract()
contract = order.contract_ids
contract.manager_id = users["project_manager"]
contract.with_user(users["hq_commerce"]).action_sign()
env.flush_all()
draft_order = quote("draft contract", 100).with_user(env.user)
draft_order.action_confirm()
draft_order.with_user(a).action_create_contract()
deposit = contract.plan_line_ids.filtered(lambda line: line.state == "due")[:1]
connection = env["finance.connection"].create({
    "name": "Kingdee", "base_url": "https://erp.example.com/k3cloud/", "account_set": "set", "user_name": "crm",
    "app_id": "app", "organisation": "100", "default_material": "M", "default_unit": "Pcs",
    "secret_input": "%(secret)s", "responsible_id": users["finance_manager"].id,
    "receipt_journal_id": env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1).id,
})
connection.sudo()._switch("on")
deposit.with_user(users["finance_clerk"]).action_create_invoice()
invoice = deposit.move_ids
invoice.invoice_date = "2026-03-02"
invoice.action_post()
row = env["finance.outbox"].search([("kind", "=", "receivable")])
env["finance.attempt"]._note(row, "find", "ok")
binding = env["finance.binding"]._bind(connection, "res.partner", order.partner_id.id, "customer", number="C1")
payment = env["account.payment"].create({
    "payment_type": "inbound", "partner_type": "customer", "amount": 5, "journal_id": connection.receipt_journal_id.id,
})
payment._claim_open()
cursor = env["finance.cursor"]._of(connection, "receipts")
env["crm.ledger.seal"]._cron_seal()
ids |= {"contract": contract.id, "plan_line": deposit.id, "planned_line": contract.plan_line_ids[-1].id,
        "draft_contract": draft_order.contract_ids.id, "draft_line": draft_order.contract_ids.plan_line_ids[:1].id,
        "milestone": contract.milestone_ids[:1].id, "project": contract.project_id.id, "invoice": invoice.id,
        "invoice_line": invoice.invoice_line_ids[:1].id, "outbox": row.id, "connection": connection.id,
        "binding": binding.id, "attempt": env["finance.attempt"].search([], limit=1).id, "payment": payment.id,
        "cursor": cursor.id, "seal": env["crm.ledger.seal"].search([], limit=1).id,
        "customer": customer.id, "b_partner": b.partner_id.id, "a": a.id, "b": b.id, "other_company": other.id,
        "employee_a": a.employee_id.id, "users": {login: u.id for login, u in users.items()}}
expiry = datetime.datetime.now() + datetime.timedelta(days=1)
keys = {login: env(user=u)["res.users.apikeys"].sudo()._generate(None, "attacks", expiry) for login, u in users.items()}
env.cr.commit()
print("WORLD " + json.dumps({"ids": ids, "keys": keys}))
"""

# what nobody's attack may change; columns that Odoo touches by itself are left out
TABLES = (
    "crm_lead", "crm_pool", "crm_pool_member", "crm_pool_ledger", "crm_pool_admin_rel", "crm_region",
    "crm_region_reader_rel", "crm_region_manager_rel", "res_partner", "crm_followup", "crm_collaborator",
    "crm_settings_ledger", "crm_approval_policy_condition", "crm_approval_policy_version", "crm_ledger_seal", "crm_merge_undo", "crm_assignment_rule",
    "crm_team", "crm_team_member", "hr_employee", "res_users", "res_groups_users_rel", "res_company_users_rel",
    "sale_order", "sale_order_line", "sale_order_version", "crm_approval_policy", "crm_approval_policy_step",
    "crm_approval_request", "crm_approval_task", "crm_approval_ledger", "crm_approval_delegation",
    "crm_contract", "crm_payment_plan_line", "crm_payment_plan_line_move_rel", "crm_invoice_request",
    "project_milestone", "project_project", "account_move", "account_move_line", "account_payment",
    "account_partial_reconcile", "finance_connection", "finance_outbox", "finance_attempt", "finance_binding",
    "finance_mapping", "finance_cursor", "finance_receipt", "mail_followers", "mail_message", "mail_activity",
    "mail_tracking_value", "calendar_event", "ir_attachment", "ir_rule", "ir_model_access",
)  # fmt: skip
REFUSALS = (400, 403, 404, 422)
# what Odoo itself says to nonsense: an operator that is not for callers, a field that is not there
NONSENSE = ("builtins.ValueError", "builtins.AssertionError")


class Web:
    """The same user over a browser's session: ``/web/dataset/call_kw``."""

    def __init__(self, server, login, database):
        self.server, self.login = server, login
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        result = self.post("/web/session/authenticate", {"db": database, "login": login, "password": login})
        self.uid = result["uid"]

    def post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            self.server.url + path, data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with self.opener.open(request, timeout=120) as reply:
                answer = json.load(reply)
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, "", error.read().decode(errors="replace")[:300]) from None
        if "error" in answer:
            name = answer["error"].get("data", {}).get("name", "")
            status = 403 if name.startswith(("odoo.exceptions", *NONSENSE)) else 500
            raise ApiError(status, name, str(answer["error"].get("data", {}).get("message", "")))
        return answer["result"]

    def call(self, model, method, ids=None, **arguments):
        args = [] if ids is None else [ids]
        params = {"model": model, "method": method, "args": args, "kwargs": arguments}
        return self.post(f"/web/dataset/call_kw/{model}/{method}", params)


class Xml:
    """The same user over ``/xmlrpc/2/object``."""

    def __init__(self, server, login, uid, key, database):
        self.login, self.uid, self.key, self.database = login, uid, key, database
        self.proxy = xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/object", allow_none=True)

    def call(self, model, method, ids=None, **arguments):
        args = [] if ids is None else [ids]
        try:
            return self.proxy.execute_kw(self.database, self.uid, self.key, model, method, args, arguments)
        except xmlrpc.client.Fault as fault:
            # 1: an unhandled exception with its traceback; 2 warning, 3 access denied, 4 access error
            last = fault.faultString.strip().splitlines()[-1]
            nonsense = last.startswith(tuple(name.removeprefix("builtins.") for name in NONSENSE))
            status = 500 if fault.faultCode == 1 and not nonsense else 403
            raise ApiError(status, str(fault.faultCode), last if status == 403 else fault.faultString) from None


class World:
    """The built company, its people, and the proof that an attack changed nothing."""

    def __init__(self):
        # a setting of the tests' own machine would allow the addresses that are refused below
        self.server = SuiteServer("security", {"CRM_FINANCE_ONPREM_CIDR": ""})
        self.server.build()
        output = self.server.shell(BUILD % {"secret": APP_SECRET})
        built = json.loads(next(line for line in output.splitlines() if line.startswith("WORLD "))[6:])
        self.ids = built["ids"]
        self.people = {login: Person(self.server, login, key) for login, key in built["keys"].items()}
        self.keys = built["keys"]
        self.server.start("--max-cron-threads=0", "--limit-time-real=60")

    def __getitem__(self, name):
        return self.ids[name]

    def web(self, login):
        return Web(self.server, login, self.server.name)

    def xml(self, login):
        return Xml(self.server, login, self.ids["users"][login], self.keys[login], self.server.name)

    def sql(self, query):
        return self.server.databases.cluster.sql(query, self.server.name).strip()

    def models(self):
        """Names of the models whose records stay."""
        return self.sql("SELECT model FROM ir_model WHERE NOT transient AND NOT abstract ORDER BY 1").splitlines()

    def fingerprint(self):
        """Table -> hash of all its rows."""
        parts = [
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            for table in TABLES
        ]
        return dict(line.split("|") for line in self.sql(" UNION ALL ".join(parts)).splitlines())

    def admin(self, script):
        """A change that an administrator makes between two attacks."""
        self.server.shell(script + "\nenv.cr.commit()\n")


def ask(person, model, method, ids=None, **arguments):
    """(answer, refusal) of a call; exactly one of them is None. An unhandled exception is never a refusal."""
    try:
        return person.call(model, method, ids, **arguments), None
    except ApiError as error:
        assert error.status in REFUSALS or error.name in NONSENSE, f"{model}.{method}({ids}, {arguments}): {error}"
        return None, error


def words_of(answer):
    """The secret words in an answer or a refusal."""
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, default=str)
    return [word for word in SECRETS if word in text]
