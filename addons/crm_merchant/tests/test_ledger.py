from datetime import datetime

import psycopg2
from markupsafe import Markup

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ..lib.hashing import canonical_json, chain_hash
from ..models.kernel.inserting import sql_array


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

    def test_hash_covers_the_canonical_text_of_a_row(self):
        """Whichever way many rows are spelled, the text is that of one row alone, so that old chains stay whole."""
        nasty = 'a"b\\c,{NULL}\n甲 \U0001f600'
        rows = [
            {"res_model": "x.test", "res_id": 8, "res_name": name, "reason": reason}
            for name, reason in [("", nasty), ("NULL", nasty), (nasty, False), ("{}", "null"), ("{}", ""), ("1", "1")]
        ]
        made = self.ledger._ledger_append(rows)
        self.env.invalidate_all()
        self.assertEqual([row.res_name or "" for row in made], [row["res_name"] for row in rows])
        self.assertEqual([row.reason for row in made], [row["reason"] for row in rows])
        names = [name for name, field in made._fields.items() if field.store and name not in ("id", "hash")]
        for row in made:
            values = {name: row[name] for name in names if row[name]}
            self.assertEqual(row.hash, chain_hash(row.previous_hash or "", canonical_json(values)))

    def test_arrays_are_what_a_list_is(self):
        """One literal instead of an expression a value, for every kind of column."""
        for column_type, values in (
            ("int4", [1, None, -3]),
            ("varchar", ["", None, "NULL", 'a"b', "a\\b", "{x,y}", "  ", "甲\n乙", Markup('<b class="x">&amp;</b>')]),
            ("bool", [True, None, False]),
            ("timestamp", [datetime(2026, 3, 2, 1, 2, 3, 456789), None]),
            ("numeric", [1.5, None]),
            ("text", []),
        ):
            with self.subTest(column_type):
                self.env.cr.execute(SQL("SELECT v FROM unnest(%s) AS a(v)", sql_array(values, column_type)))
                self.assertEqual([value for (value,) in self.env.cr.fetchall()], values)

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
