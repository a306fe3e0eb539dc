"""The suite comes onto a company that lived without it: nothing changes until something is switched on, each addon can
be updated and leaves nothing behind, and no lead's address goes to an outside service.

See ``tests/support/living.py`` for what the company has.
"""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from guest import Guest, difference, touched
from house.testing import free_port
from suite import ApiError, Person, settings, wait_for

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import living

pytestmark = pytest.mark.slow

CLOSED = [str(settings.PYTHON), str(settings.TOP / "tests" / "support" / "closed_network.py")]
USERS = ["stock_rep_0", "stock_rep_1", "stock_all", "stock_clerk", "stock_manager"]

# Odoo's own registers of modules, models, views … in which every addon stands while it is there
REGISTERS = re.compile(r"^(ir_(?!attachment|default|property|mail_server|exports|filters)\w+|orm_signaling_\w+)$")
# rows of ours in stock tables while we are there; the messages greet our own new records in the chatter
OURS_BESIDE = {
    "crm_lost_reason", "ir_attachment", "mail_activity_type", "mail_message", "mail_template", "report_paperformat",
    "res_groups", "res_groups_implied_rel", "res_groups_privilege", "res_groups_report_rel", "rule_group_rel",
}  # fmt: skip
# Odoo writes the date of these when groups change: the administrator's group, and the partners of its two users
REDATED = {"res_groups": {"4"}, "res_partner": {"2", "3"}}

# who sees what: number and checksum of ids, per person and model
VISIBLE = f"""
import hashlib, json
found = {{}}
for login in {USERS!r}:
    user = env["res.users"].search([("login", "=", login)])
    for model in ("crm.lead", "res.partner", "sale.order", "sale.order.line", "account.move", "calendar.event"):
        records = env[model].with_user(user).with_context(active_test=False)
        if records.has_access("read"):
            ids = records.search([], order="id").ids
            found[login + " " + model] = [len(ids), hashlib.md5(repr(ids).encode()).hexdigest()]
print("OUT " + json.dumps(found))
"""

# what goes out of a stock database: leads when the job comes, a company's name while it is typed
SEND = """
env["crm.lead"]._iap_enrich_leads_cron()
env["res.partner"].autocomplete_by_name("Prospect 7", 48)
"""

# all but the one by which Odoo itself reports the number of users and its modules once a week
EVERY_JOB = """
env["crm.lead"].create({"name": "asked by the website", "email_from": "new@prospect.example.org"})
env["res.partner"].autocomplete_by_name("Prospect 7", 48)
env.cr.commit()
for cron in env["ir.cron"].search([]) - env.ref("mail.ir_cron_module_update_notification"):
    cron.method_direct_trigger()
    env.cr.commit()
"""

KEYS = f"""
import datetime, json
expiry = datetime.datetime.now() + datetime.timedelta(days=1)
keys = {{
    login: env(user=env["res.users"].search([("login", "=", login)]))["res.users.apikeys"]._generate(None, "e2e", expiry)
    for login in {USERS!r}
}}
env.cr.commit()
print("OUT " + json.dumps(keys))
"""

OLD_ORDERS = """
import json
policies = env["crm.approval.policy"].with_context(active_test=False).search([("res_model", "=", "sale.order")])
policies.action_turn_on()
rep = env["res.users"].search([("login", "=", "stock_rep_0")])
Orders = env["sale.order"].with_user(rep)
old = Orders.search([("state", "=", "sale"), ("amount_total", ">", 500000), ("invoice_status", "=", "to invoice")], limit=1)
quote = Orders.search([("state", "=", "draft"), ("amount_total", ">", 500000)], limit=1)
assert old and quote
html = lambda order: env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", order.ids)[0].decode()
old.with_context(mark_so_as_sent=False).message_post(body="still our order")
old.write({"client_order_ref": "PO 1"})
result = {
    "old": old._approval_blocked(), "old paper": "background-image: url(data" in html(old),
    "new": quote._approval_blocked(), "new paper": "background-image: url(data" in html(quote),
}
clerk = env["res.users"].search([("login", "=", "stock_clerk")])
invoice = old.with_user(env.ref("base.user_admin"))._create_invoices()
invoice.invoice_date = "2026-03-02"
invoice.with_user(clerk).action_post()
result["invoice"] = invoice.state
try:
    with env.cr.savepoint():
        quote.action_confirm()
    result["confirmed"] = True
except Exception as error:
    result["confirmed"] = type(error).__name__
env["finance.connection"].create({
    "name": "Kingdee", "base_url": "https://erp.example.com/k3cloud/", "account_set": "a", "user_name": "b",
    "app_id": "c", "organisation": "100", "default_material": "M", "default_unit": "Pcs", "secret_input": "secret",
    "responsible_id": env.ref("base.user_admin").id,
}).sudo()._switch("on")
result["queued"] = env["finance.outbox"].search_count([])
result["tasks"] = env["crm.approval.task"].search_count([])
env["crm.region"].action_switch_on()
pool = env["crm.pool"].create({"name": "East"})
leads = env["crm.lead"].search([("user_id", "=", False), ("type", "=", "lead")], limit=5)
leads._pool_move("enter", {env["res.users"]: leads}, "first", pool=pool)
result["taken"] = leads.ids
env.cr.commit()
print("OUT " + json.dumps(result))
"""


def rows_touched(guest, columns, before):
    """What happened to stock rows and columns besides what Odoo itself keeps of its modules."""
    found = {}
    for table, (changed, came) in touched(before, guest.rows(columns)).items():
        if REGISTERS.match(table):
            continue
        changed = [key for key in changed if key not in REDATED.get(table, ())]
        came = [] if table in OURS_BESIDE else came
        if changed or came:
            found[table] = (changed[:5], came[:5])
    return found


def calls(path):
    return set(path.read_text().split()) if path.exists() else set()


# -- each addon comes, is updated and goes ------------------------------------------------------------------------


@pytest.mark.parametrize("addon", [*settings.SUITE, "all"])
def test_it_comes_is_updated_and_goes(addon):
    guest = Guest("e2e_living_guest", living.template)
    addons = settings.SUITE if addon == "all" else [addon]
    try:
        columns = guest.columns()
        rows, catalogue, visible = guest.rows(columns), guest.catalogue(), guest.odoo(script=VISIBLE)
        files = guest.unreferenced_files()
        # the tables are large enough to show what a table's rewrite or a computed column would change
        assert len(rows["crm_lead"]) >= living.LEADS and len(rows["sale_order"]) >= living.ORDERS
        guest.install(*addons)
        assert not rows_touched(guest, columns, rows)
        assert guest.odoo(script=VISIBLE) == visible
        guest.update(*addons)
        assert not rows_touched(guest, columns, rows)
        assert guest.odoo(script=VISIBLE) == visible
        guest.uninstall(settings.SUITE[0])
        left = difference(catalogue, guest.catalogue())
        assert not left, json.dumps(left, indent=1, ensure_ascii=False)
        assert not rows_touched(guest, columns, rows)
        assert guest.odoo(script=VISIBLE) == visible
        assert guest.unreferenced_files() <= files
        assert not guest.complaints, guest.complaints
    finally:
        guest.close()


# -- nobody is called ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """All addons on the living company, everything switched off; no process of it may speak to another machine."""
    guest = Guest("e2e_living", living.template)
    guest.calls = tmp_path_factory.mktemp("calls") / "calls"
    guest.closed = {"start_script": CLOSED, "environment": {"CRM_SUITE_CALLS": str(guest.calls)}}
    try:
        guest.install(*settings.SUITE, **guest.closed)
        yield guest
    finally:
        guest.close()


def test_a_stock_database_sends_leads_and_the_test_would_see_it(tmp_path):
    guest = Guest("e2e_living_guest", living.template)
    try:
        guest.odoo(script=SEND, start_script=CLOSED, environment={"CRM_SUITE_CALLS": str(tmp_path / "calls")})
        assert len(calls(tmp_path / "calls")) == 2, calls(tmp_path / "calls")
    finally:
        guest.close()


def test_no_job_and_no_screen_calls_anybody(company):
    columns = company.columns()
    company.odoo(script=EVERY_JOB, **company.closed)
    assert calls(company.calls) == set()
    assert columns == company.columns()


def test_a_service_that_comes_later_is_closed_as_well(tmp_path):
    """Left to itself Odoo adds the modules of paid services whenever a module is installed by hand."""
    guest = Guest("e2e_living_guest")
    try:
        guest.install(settings.SUITE[0])
        guest.install(*living.OUTSIDE_SERVICES)
        guest.odoo(script=EVERY_JOB, start_script=CLOSED, environment={"CRM_SUITE_CALLS": str(tmp_path / "calls")})
        assert calls(tmp_path / "calls") == set()
        # who wants it may still have it
        job = 'env.ref("crm_iap_enrich.ir_cron_lead_enrichment")'
        guest.odoo(script=f"{job}.active = True\nenv.cr.commit()\n")
        assert guest.odoo(script=f'print("OUT " + str({job}.active).lower())\n') is True
    finally:
        guest.close()


# -- people go on working -----------------------------------------------------------------------------------------


class Browser:
    """A person at the screens, for what JSON-2 does not give: printing."""

    def __init__(self, url, database, login):
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        body = json.dumps({"params": {"db": database, "login": login, "password": login}}).encode()
        request = urllib.request.Request(
            f"{url}/web/session/authenticate", data=body, headers={"Content-Type": "application/json"}
        )
        assert "error" not in json.load(self.opener.open(request, timeout=60))

    def get(self, path):
        with self.opener.open(self.url + path, timeout=180) as reply:
            return reply.read()


@pytest.fixture(scope="module")
def server(company):
    keys = company.odoo(script=KEYS)
    port = free_port()
    command = company.databases.odoo_command(
        "-d", company.name, "--db-filter", f"^{company.name}$", "--http-port", str(port), "--max-cron-threads=0"
    )
    command[: len(settings.odoo_script())] = CLOSED
    environment = dict(os.environ, CRM_SUITE_CALLS=str(company.calls))
    with open(settings.STATE / f"e2e-{company.name}.log", "wb") as stream:
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream, start_new_session=True)
    company.url = f"http://127.0.0.1:{port}"

    def answers():
        try:
            return urllib.request.urlopen(f"{company.url}/web/health", timeout=2).status == 200
        except OSError:
            return False

    try:
        wait_for(answers, timeout=90)
        yield {login: Person(company, login, key) for login, key in keys.items()}
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_no_quote_is_stopped(company, server):
    rep, clerk = server["stock_rep_0"], server["stock_clerk"]
    quotes = rep.search("sale.order", [["state", "=", "draft"]], "id", "amount_total", order="amount_total desc")
    confirmed, sent, printed = (row["id"] for row in quotes[:3])
    assert quotes[0]["amount_total"] > 500_000, "above every tier that we ship"
    rep.call("sale.order", "action_confirm", [confirmed])
    action = rep.call("sale.order", "action_quotation_send", [sent])
    composer = rep.call("mail.compose.message", "create", vals_list=[{}], context=action["context"])
    rep.call("mail.compose.message", "action_send_mail", composer, context=action["context"])
    states = {row["id"]: row["state"] for row in rep.read("sale.order", [confirmed, sent, printed], "state")}
    assert states == {confirmed: "sale", sent: "sent", printed: "draft"}
    page = Browser(company.url, company.name, "stock_rep_0")
    for paper in (confirmed, printed):
        html = page.get(f"/report/html/sale.report_saleorder/{paper}").decode()
        assert "Machine" in html and "background-image: url(data" not in html
    assert page.get(f"/report/pdf/sale.report_saleorder/{printed}").startswith(b"%PDF")
    # an old order is invoiced and its invoice posted
    order = rep.search(
        "sale.order", [["state", "=", "sale"], ["invoice_status", "=", "to invoice"]], "id", "name", limit=1
    )[0]
    wizard = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order["id"]]]]}
    manager = server["stock_manager"]
    created = manager.create("sale.advance.payment.inv", wizard)
    manager.call("sale.advance.payment.inv", "create_invoices", [created])
    invoice = clerk.search("account.move", [["invoice_origin", "=", order["name"]]], "id")[0]["id"]
    clerk.call("account.move", "write", [invoice], vals={"invoice_date": "2026-03-02"})
    clerk.call("account.move", "action_post", [invoice])
    assert clerk.read("account.move", invoice, "state")[0]["state"] == "posted"
    # a lead comes, is taken and won; a customer is entered
    lead = rep.create("crm.lead", {"name": "new", "type": "lead", "email_from": "boss@factory.example.org"})
    rep.call("crm.lead", "convert_opportunity", [lead], partner=False)
    rep.call("crm.lead", "action_set_won", [lead])
    rep.create("res.partner", {"name": "factory.example.org", "is_company": True, "website": "factory.example.org"})
    assert company.sql("SELECT count(*) FROM finance_outbox").strip() == "0"
    assert company.sql("SELECT count(*) FROM crm_approval_request").strip() == "0"
    assert calls(company.calls) == set()


def test_what_was_there_before_counts_as_before(company, server):
    """Now approvals, bridge and pools are switched on: old orders go on, new ones are judged."""
    with pytest.raises(ApiError):
        server["stock_rep_0"].call("crm.pool.lead", "action_pool_claim", [1])
    visible = company.odoo(script=VISIBLE)
    done = company.odoo(script=OLD_ORDERS)
    taken = done.pop("taken")
    assert not done["old"] and not done["old paper"] and done["invoice"] == "posted"
    assert done["new"] and done["new paper"] and done["confirmed"] == "UserError"
    assert done["queued"] == 0 and done["tasks"] == 0
    now = company.odoo(script=VISIBLE)
    for key, (number, _checksum) in visible.items():
        if key.endswith("crm.lead"):
            assert now[key][0] in (number, number - len(taken)), key
        elif not key.endswith("account.move"):
            assert now[key][0] == number, key
    ids = {row["id"] for row in server["stock_rep_0"].search("crm.lead", [["id", "in", taken]], "id")}
    assert not ids, "what a pool took is seen by its members only"
