"""Our documents beside theirs."""

from ..figures import Result, figure
from ..inside import measured
from .books import make_connection, make_invoices, multiply


@figure("reconciliation/seconds", unit="s", need="ours <= 30")
def reconciliation(bench):
    """Our documents beside theirs, one in a hundred differs."""
    count = 200_000
    ours = bench.side("suite").later(compare_books, count=count)()
    yield Result("reconciliation/seconds", ours["seconds"], note=f"{count} documents, {ours['lines']} differences")


def compare_books(env, count):
    """Seconds of one comparison, after the other side's documents were read."""
    connection = make_connection(env)
    product = env["product.product"].create({"name": "Gearbox", "type": "consu"})
    partner = env["res.partner"].create({"name": "苏州华芯机械有限公司", "is_company": True})
    move = make_invoices(env, partner, product, 1)
    move.action_post()
    row = env["finance.outbox"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
    env.flush_all()
    first = multiply(env, "account_move", move.id, count, name="'BENCH/' || n", sequence_number="n")
    multiply(
        env, "finance_outbox", row.id, count, res_id=f"{first} + n - 1", business_key="'bench/' || n",
        lane="'bench/' || n", number="'CRM-AR-B' || n", state="'done'",
    )  # fmt: skip
    env["finance.binding"]._bind(connection, "res.partner", partner.id, "customer", number="CRM-C-1")
    env.cr.execute("ANALYZE account_move, finance_outbox, finance_binding")
    env.invalidate_all()
    day, amount = move.invoice_date, move.amount_total
    theirs = [
        (f"CRM-AR-B{n}", str(n), "CRM-C-1", "PRE001", amount + (n % 100 == 0), n % 333 != 0, False, "C", day)
        for n in range(1, count + 1)
    ]
    run = env["finance.reconciliation"]._open(connection, day, day)
    cost = measured(env, lambda: run._compare(theirs))
    return {**cost, "lines": run.line_count}
