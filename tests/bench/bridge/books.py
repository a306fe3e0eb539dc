"""What the measurements of the bridge work on."""

import contextlib
import sys
import time

from house import settings


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


def make_connection(env, **changed):
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
            **changed,
        }
    )
    connection._switch("on")
    return connection


# -- a simulator ----------------------------------------------------------------------------


@contextlib.contextmanager
def kingdee():
    """The simulator of Kingdee Cloud Galaxy as a process of its own."""
    folder = str(settings.TOP / "tests" / "simulators")
    if folder not in sys.path:
        sys.path.append(folder)
    from kingdee.runner import KingdeeSimulator

    with KingdeeSimulator() as erp:
        yield erp


def address_of(erp):
    """What :func:`connect` needs to know of a simulator, fit for JSON."""
    return {"base_url": erp.base_url, **erp.credentials}


def connect(env, erp, **changed):
    """A connection to a simulator, the only one of the database, with a customer and a product."""
    # what else the server does by itself is not measured
    env["ir.cron"].search([]).active = False
    connection = make_connection(
        env, base_url=erp["base_url"], account_set=erp["acct_id"], user_name=erp["user_name"], app_id=erp["app_id"],
        secret_input=erp["app_secret"], **changed,
    )  # fmt: skip
    product = env["product.product"].create({"name": "Gearbox", "type": "consu"})
    partner = env["res.partner"].create({"name": "苏州华芯机械有限公司", "is_company": True})
    return connection, partner, product
