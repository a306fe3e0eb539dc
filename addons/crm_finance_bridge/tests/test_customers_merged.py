from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestCustomersMerged(BridgeCase):
    def setUp(self):
        super().setUp()
        self.twin = self.env["res.partner"].create({"name": "华芯机械（苏州）", "is_company": True})

    def merge(self, tail, stays):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((tail | stays).ids, stays, extra_checks=False)

    def test_the_number_comes_along(self):
        first = self.invoice()
        self.deliver()
        row = self.row(self.partner)
        gone = self.partner.id
        self.merge(self.partner, self.twin)
        self.assertFalse(self.env["res.partner"].browse(gone).exists())
        self.assertEqual(first.partner_id, self.twin)
        self.assertEqual((row.res_id, row.business_key), (self.twin.id, f"res.partner/{self.twin.id}"))
        second = self.invoice(partner=self.twin)
        self.deliver()
        self.assertExactlyOnce(second)
        customers = [document for document in self.erp.documents if document["kind"] == "customer"]
        self.assertEqual(len(customers), 1)
        # and over there it is called as it is called here now
        self.assertEqual(customers[0]["payload"]["name"], self.twin.name)
        self.assertEqual(
            self.env["finance.receipt"]._partners_by_number(self.connection, {row.number}), {row.number: self.twin.id}
        )

    def test_the_one_with_the_number_stays(self):
        self.invoice()
        self.deliver()
        self.merge(self.twin, self.partner)
        self.assertExactlyOnce(self.partner)

    def test_two_over_there_stay_two_here(self):
        self.invoice()
        self.invoice(partner=self.twin)
        self.deliver()
        with self.assertRaises(UserError) as error:
            self.merge(self.twin, self.partner)
        self.assertIn(self.row(self.twin).number, str(error.exception))

    def test_what_is_on_its_way_arrives_first(self):
        self.invoice()
        for tail, stays in ((self.partner, self.twin), (self.twin, self.partner)):
            with self.subTest(tail=tail), self.assertRaises(UserError), self.env.cr.savepoint():
                self.merge(tail, stays)
        self.deliver()
        self.invoice()
        with self.assertRaises(UserError):
            self.merge(self.partner, self.twin)

    def test_who_has_a_number_is_not_deleted(self):
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", self.twin.id, "customer", number="KH001", by_hand=True
        )
        with self.assertRaises(UserError):
            self.twin.unlink()
        self.env["res.partner"].create({"name": "Nobody's customer"}).unlink()
