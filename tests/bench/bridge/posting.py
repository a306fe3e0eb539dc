"""What the finance bridge costs whoever posts an invoice."""

import time

from .figures import Result, figure, in_turn, median_of
from .inside import measured


@figure("posting/queries-1", unit="queries", need="ours <= 8")
@figure("posting/queries-50", unit="queries", need="ours <= 8")
@figure("posting/ms-1", unit="ms", need="ours <= 15")
@figure("posting/ms-50", unit="ms", need="ours <= 15")
def posting(bench):
    """What posting invoices costs more with a connection that is on than without the bridge."""
    for count, rounds in ((1, 15), (50, 3)):
        if not (bench.wants(f"posting/queries-{count}") or bench.wants(f"posting/ms-{count}")):
            continue
        with_bridge, without = in_turn(
            bench.side("suite").later(post_invoices, count=count, rounds=rounds, connected=True),
            bench.side("without_bridge").later(post_invoices, count=count, rounds=rounds),
        )  # fmt: skip
        more = {key: with_bridge[key] - without[key] for key in without}
        yield Result(f"posting/queries-{count}", more["queries"], note=f"{without['queries']:.0f} without")
        yield Result(f"posting/ms-{count}", more["seconds"] * 1000, note=f"{without['seconds'] * 1000:.0f} without")


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


def multiply(env, table, row_id, count, **changed):
    """Copies one row ``count`` times, the columns of ``changed`` by an expression over ``n``; gives the first new id."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id'", [table]
    )
    names = [row[0] for row in env.cr.fetchall()]
    values = [changed.get(name, f't."{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM {table} t, generate_series(1, {count}) n "
        f"WHERE t.id = {row_id} ORDER BY n RETURNING id"
    )
    return env.cr.fetchone()[0]


def post_invoices(env, count, rounds, connected=False):
    """Median cost of posting ``count`` invoices at once."""
    if connected:
        make_connection(env)
    product = env["product.product"].create({"name": "Gearbox", "type": "consu"})
    partner = env["res.partner"].create({"name": "苏州华芯机械有限公司", "is_company": True})
    costs = []
    # the first one warms up
    for _number in range(rounds + 1):
        moves = make_invoices(env, partner, product, count)
        costs.append(measured(env, moves.action_post))
    return median_of(costs[1:])


def make_invoices(env, partner, product, count):
    today = time.strftime("%Y-%m-%d")
    line = {"product_id": product.id, "quantity": 2, "price_unit": 500}
    moves = env["account.move"].create(
        [
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": today,
             "invoice_line_ids": [(0, 0, line)]}
            for _number in range(count)
        ]
    )  # fmt: skip
    # rows of a transaction that is still open have no statistics, and without them PostgreSQL plans wildly
    env.flush_all()
    env.cr.execute("ANALYZE account_move, account_move_line")
    return moves


def make_connection(env):
    """A connection that is on; nothing is sent, since no worker runs."""
    connection = env["finance.connection"].create(
        {
            "name": "Kingdee of the bench",
            "base_url": "https://erp.example.com/k3cloud/",
            "account_set": "5f0000000000",
            "user_name": "crm",
            "app_id": "200000_test",
            "organisation": "100",
            "default_material": "M001",
            "default_unit": "Pcs",
            "responsible_id": env.uid,
            "receipt_journal_id": env["account.journal"].search([("type", "=", "bank")], limit=1).id,
        }
    )
    connection._switch("on")
    return connection
