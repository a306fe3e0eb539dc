from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestCredit(ApprovalCase):
    def test_sync_is_the_only_door(self):
        partner = self.world["partner"]
        for vals in ({"credit_erp_balance": 1}, {"credit_limit_synced_at": datetime(2026, 1, 1)}):
            with self.assertRaises(AccessError):
                partner.write(vals)
        moment = datetime(2026, 1, 5, 8)
        partner._credit_sync(self.env.company, {partner.id: {"limit": 300000.0, "balance": 12000.0, "moment": moment}})
        self.assertEqual(partner.credit_limit, 300000)
        self.assertEqual(partner.credit_erp_balance, 12000)
        facts = partner._merchant_credit_facts(self.env.company)
        self.assertEqual(
            [(fact["code"], fact["amount"], fact["moment"]) for fact in facts], [("erp_balance", 12000, moment)]
        )
        other = self.env["res.company"].create({"name": "Second"})
        self.assertFalse(partner._merchant_credit_facts(other))

    def test_reps_do_not_read_it(self):
        with self.assertRaises(AccessError):
            self.world["partner"].with_user(self.rep).read(["credit_erp_balance"])

    def test_neutral_strip(self):
        self.assertEqual(self.quote()._go_no_go_items(), [])
