"""F2 for all else that goes out: each kind of document is made by the people's own doors, and its worker killed."""

from decimal import Decimal
from functools import partial

from odoo import SUPERUSER_ID, Command

from odoo.addons.crm_finance_bridge.clients.kingdee_galaxy_forms import FORMS

from .kills import DRAINED, POINTS, kill_at, occasions

DOCUMENTS = 2
DAY = "2026-03-02"


def every_kind(world, report, count):
    """SIGKILL at each point of the way of each kind; thirty runs make each pair once."""
    _allow(world)
    often = {}
    for run in range(count):
        kind, point = list(MAKERS)[run % len(MAKERS)], list(POINTS)[run % len(POINTS)]
        make = partial(_make, world, kind)
        if kind not in often:
            make()
            often[kind] = occasions(world, world.deliver)
        made, since = kill_at(world, report, point, make, often[kind][point])
        report.worst("s to drain", seconds := round(world.drain(made)))
        report.require(seconds <= DRAINED, f"it took {seconds} s to carry the rest")
        _judge(world, report, kind, made, since)
        report.add(kind)
        report.runs += 1


def _allow(world):
    """All kinds go out over this connection."""
    with world.env() as env:
        connection = env["finance.connection"].browse(world.connection_id)
        connection.write({"sends_orders": True, "orders_after": "confirmed", "sends_receipts": True})
        seller = {"connection_id": connection.id, "kind": "salesperson", "user_id": SUPERUSER_ID}
        mapping = env["finance.mapping"]
        if not mapping.search_count([(name, "=", value) for name, value in seller.items()]):
            mapping.create({**seller, "number": "XSY001"})


# -- making them ----------------------------------------------------------------------------


def _make(world, kind):
    """{number: (name in the header over there, what must stand there)} of documents of a kind that wait to go out."""
    records, expected = MAKERS[kind](world)
    with world.env() as env:
        domain = [("connection_id", "=", world.connection_id), ("kind", "=", kind), ("res_id", "in", list(records))]
        rows = env["finance.outbox"].search(domain)
        return {row.number: expected[row.res_id] for row in rows}


def _credit_notes(world):
    with world.env() as env:
        moves = world.make_invoices(env, DOCUMENTS)
        moves.action_post()
    world.deliver()
    with world.env() as env:
        refunds = env["account.move"].browse(moves.ids)._reverse_moves([{"invoice_date": DAY}] * DOCUMENTS)
        refunds.action_post()
        return refunds.ids, {move.id: ("FALLAMOUNTFOR", -move.amount_total) for move in refunds}


def _changed_customers(world):
    with world.env() as env:
        partners = env["res.partner"].create([{"name": f"无锡客户 {n}", "is_company": True} for n in range(DOCUMENTS)])
        connection = env["finance.connection"].browse(world.connection_id)
        env["finance.outbox"]._enqueue(connection, "customer", partners)
    world.deliver()
    with world.env() as env:
        partners = env["res.partner"].browse(partners.ids)
        for partner in partners:
            partner.name = f"无锡改名客户 {partner.id}"
        return partners.ids, {partner.id: ("FNAME", partner.name) for partner in partners}


def _products(world):
    with world.env() as env:
        products = env["product.product"].create([{"name": f"减速机 {n}"} for n in range(DOCUMENTS)])
        connection = env["finance.connection"].browse(world.connection_id)
        env["finance.outbox"]._enqueue(connection, "product", products)
        return products.ids, {product.id: ("FNAME", product.name) for product in products}


def _orders(world):
    with world.env() as env:
        lines = [Command.create({"product_id": world.product_id, "product_uom_qty": 3, "price_unit": 33.33})]
        vals = {"partner_id": world.partner_id, "user_id": SUPERUSER_ID, "order_line": lines}
        orders = env["sale.order"].create([vals] * DOCUMENTS)
        orders.action_confirm()
        return orders.ids, {order.id: ("FBILLALLAMOUNT", order.amount_total) for order in orders}


def _receipts(world):
    with world.env() as env:
        journal = env["finance.connection"].browse(world.connection_id).receipt_journal_id
        vals = {"payment_type": "inbound", "partner_type": "customer", "partner_id": world.partner_id}
        payments = env["account.payment"].create(
            [{**vals, "journal_id": journal.id, "amount": 250 + n} for n in range(DOCUMENTS)]
        )
        payments.action_post()
        return payments.ids, {payment.id: ("FREALRECAMOUNTFOR", payment.amount) for payment in payments}


MAKERS = {
    "credit_note": _credit_notes,
    "customer_update": _changed_customers,
    "product": _products,
    "sales_order": _orders,
    "own_receipt": _receipts,
}


# -- the oracle -----------------------------------------------------------------------------


def _judge(world, report, kind, made, since):
    """Each stands there once, finished, with what we sent, was saved once, and is bound to our record."""
    form = FORMS[kind].upper()
    report.documents += len(made)
    report.require(len(made) == DOCUMENTS, f"{len(made)} documents of {kind} were written into the outbox")
    rows, there, calls = world.rows(made, kind), world.bodies(made, form), world.calls(since, form)
    for number, (name, value) in made.items():
        state, code, _attempts, remote_id, bound = rows[number]
        report.require(len(there[number]) == 1, f"{number} stands there {len(there[number])} times ({state} {code})")
        report.require(state == "done", f"{number} ended {state} {code}")
        for ident, status, body in there[number]:
            found = body["header"].get(name)
            report.require(status == world.there.done, f"{number} has state {status} there")
            report.require(_is_same(found, value), f"{number} has {found} there, {value} was sent")
            report.require(remote_id == bound == ident, f"{number} is bound to {bound}, {ident} stands there")
        saved = [call for call in calls if call[1:3] == (world.there.make, number) and "not run" not in call[3]]
        report.require(len(saved) == 1, f"{number} was saved {len(saved)} times")
    world.judge_order(report, kind, made, calls)


def _is_same(found, value):
    return found == value if isinstance(value, str) else Decimal(found or 0) == Decimal(str(value))
