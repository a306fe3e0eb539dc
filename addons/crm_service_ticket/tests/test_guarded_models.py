from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_merchant.tests.guarded_common import GuardedModels


@tagged("post_install", "-at_install")
class TestGuardedModels(GuardedModels, TransactionCase):
    def test_which_they_are(self):
        names = {model._name for model in self.models()}
        self.assertLessEqual({"service.asset", "service.sla.policy"}, names)
