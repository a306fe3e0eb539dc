"""The server is killed (SIGKILL to all its processes) at every point on the way of an invoice to Kingdee, and again
while receipts are read. The books of the simulator are the proof: one document each, audited; one payment a receipt."""

import os
import signal
import time

import pytest
from kingdee import KingdeeSimulator
from suite import SuiteServer, wait_for

pytestmark = pytest.mark.slow

RECEIPTS = 12
PREPARE = """
company = env.company
env.ref("base.user_admin").group_ids += env.ref("crm_merchant.group_suite_admin")
connection = env["finance.connection"].create({{
    "name": "Kingdee", "base_url": {url!r}, "account_set": {account[acct_id]!r}, "user_name": {account[user_name]!r},
    "app_id": {account[app_id]!r}, "organisation": "100", "default_material": "CRM-SERVICE", "default_unit": "Pcs",
    "secret_input": {account[app_secret]!r}, "responsible_id": users["finance_manager"].id,
    "receipt_journal_id": env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1).id,
    "settle_seconds": 30,
}})
connection.sudo()._switch("on")
product = env["product.product"].create({{"name": "Service", "type": "service", "taxes_id": False}})
partner = env["res.partner"].create({{"name": "苏州恒锐精密机械有限公司", "is_company": True}})
env["account.move"].create([{{
    "move_type": "out_invoice", "partner_id": partner.id, "ref": f"kill {{n}}", "invoice_date": "2026-03-02",
    "invoice_line_ids": [(0, 0, {{"product_id": product.id, "quantity": 1, "price_unit": 1000 + n}})],
}} for n in range(10)])
"""
FORM = "AR_receivable"
# name: (number of the invoice, the call that is on its way when the server is killed, whether the far side has carried
# that call out, states of the invoice's documents there at that moment)
POINTS = {
    "asked, nothing sent": (2, ("ExecuteBillQuery", FORM), False, []),
    "request sent, nothing done": (3, ("Save", FORM), False, []),
    "saved, no reply": (4, ("Save", FORM), True, ["A"]),
    "saved, not submitted": (5, ("Submit", FORM), False, ["A"]),
    "submitted, no reply": (6, ("Submit", FORM), True, ["B"]),
    "submitted, not audited": (7, ("Audit", FORM), False, ["B"]),
    "audited, no reply": (8, ("Audit", FORM), True, ["C"]),
}


class Way:
    def __init__(self, server, erp):
        self.server, self.erp = server, erp
        self.clerk = server.people["finance_clerk"]
        rows = self.clerk.search("account.move", [("ref", "like", "kill ")], "ref")
        self.invoices = {int(row["ref"].split()[1]): row["id"] for row in rows}

    def post(self, number):
        self.clerk.call("account.move", "action_post", [self.invoices[number]])

    def row(self, number):
        domain = [("res_model", "=", "account.move"), ("res_id", "=", self.invoices[number])]
        found = self.clerk.search("finance.outbox", domain, "number", "state", "last_error", "attempt_count")
        assert len(found) == 1, found
        return found[0]

    def wait_done(self, number):
        def done():
            row = self.row(number)
            assert row["state"] not in ("rejected", "dead"), row
            return row["state"] == "done" and row

        return wait_for(done, timeout=200, interval=0.5)

    def documents(self, ours):
        """The receivables over there under our business number ``ours``."""
        return [doc for doc in self.erp.ledger()[FORM] if doc["number"] == ours]

    def check(self, number):
        """One document, audited, bound, with the amount; every change over there happened once."""
        row = self.wait_done(number)
        documents = self.documents(row["number"])
        assert [doc["status"] for doc in documents] == ["C"], documents
        domain = [("res_model", "=", "account.move"), ("res_id", "=", self.invoices[number])]
        bindings = self.clerk.search("finance.binding", domain, "number", "remote_id", "kind")
        assert [(b["number"], b["kind"]) for b in bindings] == [(row["number"], "receivable")]
        assert bindings[0]["remote_id"] == str(documents[0]["id"])
        for operation in ("Save", "Submit", "Audit"):
            calls = [c for c in self.erp.calls(operation, FORM) if c["number"] == row["number"] and c["committed"]]
            assert len(calls) == 1, (operation, calls)

    def cron(self, name):
        self.server.shell(f'env.ref("crm_finance_bridge.{name}")._trigger()\nenv.cr.commit()\n')


@pytest.fixture(scope="module")
def way():
    with KingdeeSimulator() as erp:
        server = SuiteServer("e2e_kill")
        try:
            server.build(PREPARE.format(url=erp.base_url, account=erp.credentials))
            server.start()
            way = Way(server, erp)
            way.post(0)
            way.check(0)
            yield way
        finally:
            server.close()


def test_killed_with_the_row_claimed_and_no_call_heard(way):
    # the far side stands still: it takes no call, and no call ends
    far_side = way.erp._process.pid
    os.kill(far_side, signal.SIGSTOP)
    try:
        way.post(1)
        wait_for(lambda: way.row(1)["state"] == "sending", timeout=90, interval=0.05)
        way.server.kill()
    finally:
        os.kill(far_side, signal.SIGCONT)
    assert not way.documents(f"CRM-AR-{way.invoices[1]}")
    way.server.start()
    way.check(1)


@pytest.mark.parametrize("point", POINTS)
def test_killed_on_the_way_out(way, point):
    number, (operation, form), is_done, statuses = POINTS[point]
    before = len(way.erp.calls(operation, form))
    # with ``commit`` the far side carries it out and then never answers
    way.erp.inject("hang", op=operation, form=form, commit=is_done)
    way.post(number)
    wait_for(lambda: len(way.erp.calls(operation, form)) > before, timeout=90, interval=0.05)
    if is_done:
        wait_for(lambda: way.erp.calls(operation, form)[-1]["committed"], timeout=30, interval=0.05)
    row = way.row(number)
    assert row["state"] == "sending"
    way.server.kill()
    assert [doc["status"] for doc in way.documents(row["number"])] == statuses
    way.erp.clear_faults()
    way.server.start()
    way.check(number)


def test_killed_while_receipts_are_read(way):
    customer = way.clerk.search("finance.binding", [("kind", "=", "customer")], "number")[0]["number"]
    for n in range(RECEIPTS):
        way.erp.enter_receipt(customer, 10 + n, remark=f"no reference {n}")
    queries = len(way.erp.calls("ExecuteBillQuery", "AR_RECEIVEBILL"))
    way.erp.inject("hang", op="ExecuteBillQuery", form="AR_RECEIVEBILL")
    way.cron("cron_poll")
    wait_for(lambda: len(way.erp.calls("ExecuteBillQuery", "AR_RECEIVEBILL")) > queries, timeout=90, interval=0.05)
    way.server.kill()
    way.erp.clear_faults()
    way.server.start()
    way.cron("cron_poll")
    # and once more in the middle of registering what was read
    wait_for(lambda: way.clerk.search("finance.receipt", [], "id"), timeout=90, interval=0.02)
    way.server.kill()
    time.sleep(0.2)
    way.server.start()
    for _again in range(2):
        way.cron("cron_poll")
        time.sleep(3)

    def registered():
        rows = way.clerk.search("finance.receipt", [], "number", "payment_id", "amount", "state")
        return len(rows) == RECEIPTS and all(row["payment_id"] for row in rows) and rows

    rows = wait_for(registered, timeout=120, interval=0.5)
    payments = way.clerk.search("account.payment", [], "amount")
    assert sorted(payment["amount"] for payment in payments) == [10.0 + n for n in range(RECEIPTS)]
    assert len({row["payment_id"][0] for row in rows}) == RECEIPTS


def test_nothing_stands_there_twice(way):
    ledger = way.erp.ledger()
    assert [doc["status"] for doc in ledger["BD_Customer"]] == ["C"]
    numbers = [doc["number"] for doc in ledger["AR_receivable"]]
    assert len(numbers) == len(set(numbers)) == 2 + len(POINTS)


def test_the_log_is_quiet(way):
    assert not way.server.complaints()
