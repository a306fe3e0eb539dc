"""Ledgers, tasks, outbox: rows that nobody has a right to."""

import pytest
from attacks import refused_all, ways_to_write

pytestmark = pytest.mark.slow


LOCKED = {
    "crm.pool.ledger": ("pool_row", {"to_uid": 1}),
    "crm.approval.ledger": ("approval_row", {"reason": "forged"}),
    "crm.ledger.seal": ("seal", {"heads_hash": "0"}),
    "finance.attempt": ("attempt", {"reason": "forged"}),
    "crm.approval.request": ("request", {"state": "approved"}),
    "crm.approval.task": ("task", {"state": "approved"}),
    "sale.order.version": ("version", {"number": 9}),
    "finance.outbox": ("outbox", {"state": "pending"}),
    "finance.binding": ("binding", {"number": "EVIL"}),
    "finance.cursor": ("cursor", {"position": "{}"}),
}
OUTBOX = ({"state": "done"}, {"payload": "{}"}, {"values_text": "{}"}, {"number": "X"}, {"remote_possible": False},
          {"attempt_count": 0}, {"next_attempt_at": "2000-01-01 00:00:00"}, {"requires_id": False})  # fmt: skip


def locked_attacks(model, record_id, vals):
    return [
        *((method, model, method, ids, more) for method, ids, more in ways_to_write(model, record_id, vals)),
        ("create", model, "create", None, {"vals_list": [vals]}),
        ("web create", model, "web_save", [], {"vals": vals, "specification": {}}),
        ("name_create", model, "name_create", None, {"name": "forged"}),
        ("copy", model, "copy", [record_id], {}),
        ("unlink", model, "unlink", [record_id], {}),
        ("archive", model, "action_archive", [record_id], {}),
        ("append", model, "_ledger_append", [], {"rows": [vals]}),
        ("door", model, "_outbox_write", [record_id], {"vals": vals}),
        ("load new", model, "load", None, {"fields": list(vals), "data": [["x"]]}),
    ]


@pytest.mark.parametrize("model", LOCKED)
def test_rows_that_nobody_writes(world, model):
    """24, 37: not even a system administrator."""
    record, vals = LOCKED[model]
    for login in ("administrator", "suite_admin", "finance_manager", "finance_clerk", "sales_supervisor", "plain",
                  "customer"):  # fmt: skip
        through = refused_all(world.people[login], locked_attacks(model, world[record], vals))
        assert not through, (login, through)


def test_the_outbox_column_by_column(world):
    for login in ("administrator", "finance_manager", "finance_clerk"):
        for vals in OUTBOX:
            attacks = locked_attacks("finance.outbox", world["outbox"], vals)[:4]
            assert not refused_all(world.people[login], attacks), (login, vals)


def test_the_database_itself_refuses_ledger_changes(world):
    for table in ("crm_pool_ledger", "crm_approval_ledger", "finance_attempt", "crm_ledger_seal"):
        for statement in (f"UPDATE {table} SET reason = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(Exception, match="returned non-zero"):
                world.sql(statement)
