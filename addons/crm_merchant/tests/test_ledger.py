import psycopg2

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger


@tagged("post_install", "-at_install")
class TestLedger(TransactionCase):
    def setUp(self):
        super().setUp()
        self.ledger = self.env["crm.ledger.seal"]
        rows = [{"res_model": "x.test", "res_id": 7, "res_name": f"row {n}"} for n in range(3)]
        self.rows = self.ledger._ledger_append(rows)
        self.domain = [("res_model", "=", "x.test")]

    def test_chain_is_whole(self):
        self.assertEqual(self.rows.mapped("seq"), [1, 2, 3])
        self.assertEqual(self.rows[1].previous_hash, self.rows[0].hash)
        self.assertFalse(self.ledger._ledger_broken(self.domain))

    def test_database_refuses_changes(self):
        self.env.flush_all()
        table = SQL.identifier(self.ledger._table)
        for statement in (
            SQL("UPDATE %s SET reason = 'forged'", table),
            SQL("DELETE FROM %s", table),
            SQL("TRUNCATE %s", table),
        ):
            with self.subTest(statement.code), mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                with self.env.cr.savepoint():
                    self.env.cr.execute(statement)

    def test_forged_row_is_found(self):
        self.env.flush_all()
        table = SQL.identifier(self.ledger._table)
        # who owns the database can switch the trigger off; the chain shows it
        self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", table))
        self.env.cr.execute(SQL("UPDATE %s SET reason = 'forged' WHERE id = %s", table, self.rows[1].id))
        self.env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", table))
        self.env.invalidate_all()
        self.assertEqual(self.ledger._ledger_broken(self.domain), self.rows[1])
