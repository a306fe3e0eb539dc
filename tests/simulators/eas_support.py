"""What the tests of the EAS adapter against its simulator share."""

from kingdee_support import module

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
