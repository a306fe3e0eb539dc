"""What the tests of the U8+ client share: settings, values, and a transport that answers from a list."""

import json
from urllib.parse import parse_qsl, urlsplit

from kingdee_support import customer_values, module, receivable_values

KNOWN = {"from_account": "crm_acc", "to_account": "u8_acc", "app_key": "opaDEMO", "app_secret": "geheim-0123abcd"}
SETTINGS = {
    "materials": {"p1": "M001"},
    "units": {"pc": "01"},
    "customer_class": "01",
    "product_class": "01",
    "department": "03",
    "person": "0007",
    "operator": "demo",
    "sale_type": "01",
    "revenue_account": "6001",
    "settle_style": "01",
    "auditor_person": "0007",
}
TOKEN = {"errcode": "0", "errmsg": "", "token": {"appKey": "opaDEMO", "expiresIn": 7200, "id": "5f0e"}}
NOTHING = {"errcode": "20002", "errmsg": "未检索到匹配的[应收单]。"}


def done(number, **more):
    """A good reply to an add."""
    return {"errcode": "0", "errmsg": "", "id": number, **more}


def found(resource, **document):
    """A good reply to a get."""
    return {"errcode": "0", "errmsg": "", resource: document}


def listed(name, rows, index=1, count=1, total=None):
    """A good page of a list."""
    return {
        "page_index": str(index),
        "page_count": str(count),
        "row_count": str(total or len(rows)),
        "rows_per_page": "20",
        "errmsg": "",
        "errcode": "0",
        name: rows,
    }


BILL = {
    "code": "CRM-AR-1",
    "cust_vendor_code": "CRM-C-1",
    "bdebitcredit": "1",
    "amount": "113.1000",
    "natamount": "113.1000",
    "state": "开立",
    "entry": [{"subjectcode": "6001", "currency_name": "人民币", "natamount": "113.1000", "amount": "113.1000"}],
}


class Scripted:
    """A transport which answers from a list and keeps what it was asked; an exception in the list is raised."""

    origin = "https://api.example.com:443/"

    def __init__(self, *answers):
        self._answers = list(answers)
        self.asked = []

    def path_of(self, name):
        return "/" + name

    def get(self, path, headers):
        return self._answer("GET", path, None)

    def post_json(self, path, payload, headers):
        return self._answer("POST", path, payload)

    def _answer(self, method, path, payload):
        parts = urlsplit(path)
        self.asked.append((method, parts.path, dict(parse_qsl(parts.query, strict_parsing=True)), payload))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        return module("transport").HttpReply(200, (), text)

    def paths(self):
        return [path for _method, path, _query, _payload in self.asked]


class Hands:
    """A clock that stands still unless told, and a sleep that moves it."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def scripted(*answers, token=True, settings=None, clock=None, tokens=None, **options):
    """An adapter that hears these answers (after a token); ``adapter.heard`` is its transport."""
    transport = Scripted(*([TOKEN] if token else []), *answers)
    clock = clock or Hands()
    client = module("u8_client").U8Client(
        transport,
        module("u8_client").U8Credentials(**KNOWN),
        tokens=tokens or module("u8_token").TokenCache(clock, lambda low, high: 0.0),
        sleep=clock.sleep,
        clock=clock,
        **options,
    )
    configured = module("u8_mapping").U8Settings(**{**SETTINGS, **(settings or {})})
    adapter = module("u8_adapter").YonyouU8Adapter(client, configured, clock=lambda: 1767225600)
    adapter.heard, adapter.hands = transport, clock
    return adapter


def product_values(number="CRM-P-1", **more):
    return {"number": number, "name": "伺服减速机", "unit": "pc", "specification": "PLF60", **more}


def order_values(number="CRM-SO-1", **more):
    values = receivable_values(number)
    return {**{k: v for k, v in values.items() if k not in ("installments", "due_date")}, **more}


def receipt_values(number="CRM-R-1", **more):
    return {
        "number": number,
        "customer_number": "CRM-C-1",
        "date": "2026-01-20",
        "currency": "CNY",
        "amount_total": "100.00",
        **more,
    }


def red_values(number="CRM-AR-2", **more):
    values = receivable_values(number)
    line = dict(values["lines"][0])
    for name in ("quantity", "amount_untaxed", "amount_tax", "amount_total"):
        line[name] = "-" + line[name]
    return {**values, "lines": [line], "amount_total": "-113.10", **more}


def connect(erp, *, settings=None, **options):
    """An adapter to the simulator with short time limits and a token cache of its own."""
    limits = {"connect_timeout": 2.0, "read_timeout": 2.0, "total_timeout": 3.0}
    return (
        module("adapter")
        .adapter_for("yonyou_u8")
        .connect(
            erp.base_url,
            erp.credentials,
            {**SETTINGS, **(settings or {})},
            allow_private_networks=erp.allow,
            **{"tokens": module("u8_token").TokenCache(), **limits, **options},
        )
    )


__all__ = ["customer_values", "receivable_values"]
