import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestMapping(BridgeCase):
    def vals(self, number="01.01.0600"):
        return {
            "connection_id": self.connection.id,
            "kind": "product",
            "product_id": self.product.id,
            "number": number,
        }

    def test_clerk_enters_one(self):
        """It counts from the moment it is entered, and there is one a product."""
        mapping = self.env["finance.mapping"].with_user(self.clerk).create(self.vals())
        self.assertEqual(mapping.key, f"product.product,{self.product.id}")
        tables = self.env["finance.mapping"]._tables(self.connection)
        self.assertEqual(tables["product"][mapping.key], "01.01.0600")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            mapping.copy({"number": "other"})

    def test_nothing_is_mapped_without_a_record(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
            self.env["finance.mapping"].create({**self.vals(), "product_id": False})

    def test_sales_enters_none(self):
        with self.assertRaises(AccessError):
            self.env["finance.mapping"].with_user(self.rep).create(self.vals())
