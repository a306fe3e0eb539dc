"""What the tests of the Kingdee simulator share besides fixtures."""

import importlib
import importlib.util
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
_NAME = "finance_clients"


def _load():
    spec = importlib.util.spec_from_file_location("kingdee_test_loading", HERE.parent / "support" / "loading.py")
    loading = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loading)
    return loading.load_package("addons/crm_finance_bridge/clients", _NAME)


_load()


def module(name):
    """A module of the client package, loaded without the addon around it."""
    return importlib.import_module(f"{_NAME}.{name}")


SETTINGS = {"organisation": "100", "materials": {"p1": "M001"}, "units": {"pc": "Pcs"}}


def connect(erp, **options):
    """An adapter to the simulator with short time limits."""
    limits = {"connect_timeout": 2.0, "read_timeout": 2.0, "total_timeout": 3.0}
    return (
        module("adapter")
        .adapter_for("kingdee_galaxy")
        .connect(
            erp.base_url,
            erp.credentials,
            {**SETTINGS, **options.pop("settings", {})},
            allow_private_networks=erp.allow,
            **{**limits, **options},
        )
    )


def customer_values(number="CRM-C-1", **more):
    """Values of a customer as the outbox freezes them."""
    return {
        "number": number,
        "name": "杭州示例科技有限公司",
        "credit_code": "91330100MA0000000X",
        **more,
    }


def receivable_values(number="CRM-AR-1", customer="CRM-C-1", **more):
    """Values of a receivable over 113.10."""
    line = {
        "product": "p1",
        "unit": "pc",
        "quantity": "10",
        "price_unit": "11.31",
        "tax_rate": "13",
        "amount_untaxed": "100.09",
        "amount_tax": "13.01",
        "amount_total": "113.10",
    }
    return {
        "number": number,
        "customer_number": customer,
        "date": "2026-01-20",
        "due_date": "2026-02-19",
        "currency": "CNY",
        "amount_total": "113.10",
        "lines": [line],
        **more,
    }


def deliver(adapter, kind, values):
    """Carry a document through all its steps, as the worker does; returns what is there then."""
    payload = adapter.build(kind, values)
    found = adapter.find(kind, values["number"])
    document = found[0] if found else None
    while (step := adapter.next_step(kind, document)) in adapter.steps(kind):
        document = adapter.send_step(kind, step, values["number"], payload)
    adapter.verify(kind, values, document)
    return document


def utc_now():
    """Now, aware."""
    return datetime.now(UTC)
