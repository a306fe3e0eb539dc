from odoo.tests import tagged

from odoo.addons.crm_merchant.tests.guarded_common import GuardedModels

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestGuardedModels(GuardedModels, BridgeCase):
    def test_which_they_are(self):
        names = {model._name for model in self.models()}
        ours = ("connection", "outbox", "binding", "receipt", "cursor", "reconciliation")
        self.assertLessEqual({f"finance.{name}" for name in ours}, names)
