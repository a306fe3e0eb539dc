"""What the tests of the EAS adapter against its simulator share."""

from kingdee_support import module, receivable_values

SETTINGS = {
    "organisation": "01",
    "materials": {"p1": "M001"},
    "units": {"pc": "U01"},
    "audit_kinds": ("customer", "product", "sales_order", "receivable", "credit_note", "own_receipt"),
}


def connect_eas(eas, **options):
    """An adapter to the simulator with short time limits."""
    limits = {"connect_timeout": 2.0, "read_timeout": 2.0, "total_timeout": 3.0}
    credentials = {**eas.credentials, **options.pop("credentials", {})}
    return (
        module("adapter")
        .adapter_for("kingdee_eas")
        .connect(
            eas.base_url,
            credentials,
            {**SETTINGS, **options.pop("settings", {})},
            allow_private_networks=eas.allow,
            **{**limits, **options},
        )
    )


def product_values(number="M001", **more):
    """Values of a product."""
    return {"number": number, "name": "实施服务", "unit": "pc", **more}


def red_values(number="CRM-AR-2", **more):
    """Values of a credit note over 113.10."""
    line = {
        "product": "p1", "unit": "pc", "quantity": "-10", "price_unit": "11.31", "tax_rate": "13",
        "amount_untaxed": "-100.09", "amount_tax": "-13.01", "amount_total": "-113.10",
    }  # fmt: skip
    return {
        "number": number, "customer_number": "CRM-C-1", "date": "2026-01-21", "due_date": "2026-01-21",
        "currency": "CNY", "amount_total": "-113.10", "lines": [line], **more,
    }  # fmt: skip


ORDER = receivable_values(
    "CRM-SO-1", contract_number="HT-2026-001", salesperson="s1", remark="S00042",
    lines=[{**receivable_values()["lines"][0], "delivery_date": "2026-03-01"}],
)  # fmt: skip
RECEIPT = {
    "number": "CRM-RC-1", "customer_number": "CRM-C-1", "date": "2026-02-01", "currency": "CNY", "amount_total": "113.10",
    "settlement": "journal", "reference": "BANK-7", "for": "INV/2026/1", "is_advance": True, "remark": "deposit",
}  # fmt: skip
# every kind of bill that goes out, with its values
SENT = [
    ("receivable", receivable_values(remark="INV/2026/1")),
    ("credit_note", red_values()),
    ("sales_order", ORDER),
    ("own_receipt", RECEIPT),
]
