from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models import finance_connection as module
from .common import BridgeCase
from .fake_erp import FakeAdapter

# before any test has put another one in its place
ADAPTER = module.FinanceConnection._adapter


@tagged("post_install", "-at_install")
class TestCopiedDatabase(BridgeCase):
    """Two databases that give the same numbers: only the one in which it was switched on talks to the books."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(module.FinanceConnection, "_adapter", ADAPTER))
        kind = type("Kind", (FakeAdapter,), {"connect": classmethod(lambda cls, *_a, **_kw: cls(self.erp))})
        self.startPatcher(patch.object(module, "adapter_for", lambda _product: kind))
        self.connection.with_user(self.env.ref("base.user_admin")).secret_input = "s" * 32
        self.move = self.invoice()

    def be_a_copy(self):
        self.connection._through_door("home").write({"home": "the_original"})

    def test_a_copy_sends_and_reads_nothing_and_tells_a_person(self):
        self.be_a_copy()
        self.deliver()
        self.poll()
        self.assertFalse(self.erp.calls)
        self.assertIn("the_original", self.connection.stop_reason)
        self.assertEqual(self.connection.activity_ids.user_id, self.clerk)
        self.assertEqual(self.row(self.move).state, "pending")
        # a test there is no leave to send
        self.connection.with_user(self.manager).action_test_connection()
        self.assertTrue(self.connection.stop_reason)

    def test_switched_on_again_it_is_the_one_that_sends(self):
        self.be_a_copy()
        self.deliver()
        connection = self.connection.with_user(self.manager)
        connection.action_switch_off()
        connection.action_test_connection()
        wizard = self.env["finance.switch.on"].with_user(self.manager)
        wizard.create({"connection_id": connection.id, "is_nothing_open": True}).action_confirm()
        self.deliver()
        self.assertExactlyOnce(self.move)

    def test_where_it_was_switched_on_it_works(self):
        self.deliver()
        self.assertExactlyOnce(self.move)

    def test_nobody_says_where_it_was_switched_on(self):
        with self.assertRaises(AccessError):
            self.connection.sudo().home = "another"
