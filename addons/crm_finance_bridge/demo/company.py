"""The demo company's books in Kingdee: what arrived there, what was refused, what waits.

``bin/run`` starts a simulated Kingdee and names it in the environment; then the documents really go there. Without one
the connection stays off and the rows are left as that road leaves them.
"""

import json
import os
import urllib.request
from datetime import timedelta

from odoo.addons.crm_merchant.demo.story import story
from odoo.addons.crm_project_delivery.demo.company import invoice, make_contract

from ..clients.errors import Rejected, RemoteMessage

NOWHERE = "https://erp.example.com/k3cloud/"
CONTRACTS = {
    "refused_receivable": ("安庆桐城包装机械有限公司", "安庆", "AH", "0556-61200701", "91340881MADEMO0021", "sales_rep",
                           [("QC-R20", 1)]),
    "refused_customer": ("南通如皋液压件有限公司", "南通", "JS", "0513-87650702", "91320682MADEMO0022", "sales_rep_2",
                         [("QC-MT18", 2)]),
}  # fmt: skip
# (our product, material over there)
MATERIALS = [
    ("QC-L600", "01.01.0600"),
    ("QC-V850", "01.02.0850"),
    ("QC-D630", "01.03.0630"),
    ("QC-D1250", "01.03.1250"),
    ("QC-R20", "01.04.0020"),
    ("QC-MT18", "01.05.0018"),
]
PERIOD_CLOSED = ("FDATE", "单据日期所在的会计期间已结账，不能保存应收单")
NAME_TAKEN = ("FName", "客户名称“南通如皋液压件有限公司”已被编码为 KH0317 的客户使用")
# a receipt that an accountant enters in Kingdee, for a customer who owes nothing yet
ADVANCE = ("丹阳后巷工具有限公司", "50000.00", "二期设备预付")
LIMIT = "800000"
FAPIAO = "26322000000120250101"


def build(env):
    """Builds what is not there yet; the connection tells whether it is."""
    if env["finance.connection"].search_count([]):
        return
    with story(env) as told:
        told.at(6, 14)
        for key, data in CONTRACTS.items():
            make_contract(told, key, data)
    # the clock runs again: the other side's login asks for the real time
    connection = _connection(told)
    simulated = bool(os.environ.get("CRM_SUITE_SIMULATOR_URL"))
    _mappings(told, connection)
    _switch_on(told, connection)
    if simulated:
        env["finance.outbox"]._cron_deliver()
    _refused(told, "refused_receivable", "AR_receivable", PERIOD_CLOSED, simulated)
    _refused(told, "refused_customer", "BD_Customer", NAME_TAKEN, simulated)
    if simulated:
        _receipt_over_there(told, connection)
        _accountant_over_there(told, connection)
    else:
        told.by("finance_manager", connection).action_switch_off()


def _connection(told):
    """The finance manager's connection, not yet switched on."""
    env = told.env
    url = os.environ.get("CRM_SUITE_SIMULATOR_URL")
    account = json.loads(os.environ.get("CRM_SUITE_SIMULATOR_ACCOUNT") or "{}")
    vals = {
        "name": "金蝶云星空（模拟）" if url else "金蝶云星空",
        "base_url": url or NOWHERE,
        "account_set": account.get("acct_id", "demo"),
        "user_name": account.get("user_name", "demo"),
        "app_id": account.get("app_id", "demo"),
        "organisation": "100",
        "default_material": "QC-SERVICE",
        "default_unit": "Pcs",
        "responsible_id": told.users["finance_clerk"].id,
        "receipt_journal_id": env["account.journal"]
        .search([("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
        .id,
    }
    if url:
        vals["secret_input"] = account["app_secret"]
    return env["finance.connection"].create(vals)


def _mappings(told, connection):
    """How Kingdee calls the machines; services and spare parts go by the connection's defaults."""
    products = {product.default_code: product for product in told.env["product.product"].search([])}
    told.by("finance_clerk", told.env["finance.mapping"]).create(
        [
            {"connection_id": connection.id, "kind": "product", "product_id": products[code].id, "number": number}
            for code, number in MATERIALS
        ]
    )


def _switch_on(told, connection):
    """The manager switches on and sends all invoices: the company's books over there are as new as the company."""
    wizard = told.by("finance_manager", told.env["finance.switch.on"]).create(
        {
            "connection_id": connection.id,
            "is_from_now": False,
            "start_date": told.day(0) - timedelta(days=800),
            "is_nothing_open": True,
        }
    )
    wizard.action_confirm()


def _refused(told, key, form, why, simulated):
    """The deposit of a contract is invoiced; Kingdee refuses the receivable, or its customer before it."""
    env = told.env
    line = told.kept[key].plan_line_ids[0]
    if simulated:
        _simulator({"kind": "refuse", "op": "Save", "form": form, "field": why[0], "message": why[1]}, "faults")
    invoice(told, line)
    if simulated:
        env["finance.outbox"]._cron_deliver()
        return
    kind = "customer" if form == "BD_Customer" else "receivable"
    record = line.partner_id if kind == "customer" else line.invoice_id
    row = env["finance.outbox"].search([("res_model", "=", record._name), ("res_id", "=", record.id)])
    error = Rejected("refused", code=11, messages=(RemoteMessage(*why),), reason="msgcode_11")
    env["finance.attempt"]._note(row, "save", "Rejected", reason=error.reason)
    row._outbox_stop("rejected", row.connection_id._in_words()._error_sentence(error), error.reason)


def _receipt_over_there(told, connection):
    name, amount, remark = ADVANCE
    partner = told.env["res.partner"].search([("name", "=", name)], limit=1)
    numbers = told.env["finance.binding"]._numbers(connection, "res.partner", partner.ids, "customer")
    # read by the server's own job after its start
    _simulator({"customer_number": numbers[partner.id], "amount": amount, "remark": remark}, "receipts")


def _accountant_over_there(told, connection):
    """What the accountant does in Kingdee: a fapiao, a credit limit, and what the books then differ by."""
    env = told.env
    rows = env["finance.outbox"].search(
        [("connection_id", "=", connection.id), ("kind", "=", "receivable"), ("state", "=", "done")], order="id"
    )
    partner = env["res.partner"].search([("name", "=", ADVANCE[0])], limit=1)
    customer = env["finance.binding"]._numbers(connection, "res.partner", partner.ids, "customer")[partner.id]
    client = connection._adapter().client
    rows_of_fapiao = [{"FSRCBILLNO": rows[0].number, "FALLAMOUNTFOR_D": "1"}]
    for form, model in (
        ("IV_SALESIC", {"FINVOICENO": FAPIAO, "FCustomerID": {"FNumber": customer}, "FSALESICENTRY": rows_of_fapiao}),
        ("CRE_CustArchives", {"FOBJECTID": {"FNumber": customer}, "FCREDITAMOUNT": LIMIT}),
        ("AR_receivable", {**json.loads(rows[-1].payload)["Model"], "FBillNo": "YSD-2026-0117"}),
    ):
        number = client.save(form, {"Model": model}).number
        client.submit(form, number)
        client.audit(form, number)
    _simulator({"form": "AR_receivable", "number": rows[-1].number, "operation": "UnAudit"}, "act")
    env["finance.connection"]._cron_credit()
    env["finance.reconciliation"]._cron_reconcile()
    # a window ends before now: the server's own job reads the fapiao after its start
    env.ref("crm_finance_bridge.cron_changes")._trigger()


def _simulator(values, order):
    """Something happens at the other side."""
    base = os.environ["CRM_SUITE_SIMULATOR_URL"].removesuffix("k3cloud/")
    request = urllib.request.Request(  # noqa: S310 an address of bin/run's own
        f"{base}_sim/{order}", json.dumps(values).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass
