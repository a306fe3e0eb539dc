from datetime import datetime

from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import DeliveryCase

SCRIPT = "crm_project_delivery/migrations/19.0.1.1.0/post-when-completed.py"
SAID, ACCEPTED, WRITTEN = (datetime(2025, month, 4, 8) for month in (3, 5, 7))


@tagged("post_install", "-at_install")
class TestMigration(DeliveryCase):
    """Contracts that were completed before it was written down when."""

    def migrate(self):
        self.env.flush_all()
        load_script(file_path(SCRIPT), "when_completed").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def older(self, **columns):
        """A completed contract as an older version left it."""
        contract = self._contract(user=self.rep)
        contract._contract_transition("complete")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_contract SET completed_at = NULL, write_date = %s WHERE id = %s",
            (columns.get("written", WRITTEN), contract.id),
        )
        self.env.invalidate_all()
        return contract

    def say_states(self, contract, *moments):
        field = self.env["ir.model.fields"]._get("crm.contract", "state")
        self.env["mail.message"].create(
            [
                {
                    "model": "crm.contract",
                    "res_id": contract.id,
                    "date": moment,
                    "tracking_value_ids": [(0, 0, {"field_id": field.id, "old_value_char": "执行中"})],
                }
                for moment in moments
            ]
        )

    def test_what_the_chatter_tells(self):
        contract = self.older()
        self.say_states(contract, datetime(2025, 1, 1), SAID)
        self.migrate()
        self.assertEqual(contract.completed_at, SAID)

    def test_else_the_later_of_write_and_acceptance(self):
        one = self.older()
        other = self.older(written=datetime(2025, 1, 1))
        self.env.cr.execute(
            "UPDATE project_milestone SET delivery_accepted_date = %s WHERE delivery_contract_id = ANY(%s)",
            (ACCEPTED, (one | other).ids),
        )
        self.assertTrue(other.milestone_ids)
        self.migrate()
        self.assertEqual(one.completed_at, WRITTEN)
        self.assertEqual(other.completed_at.date(), ACCEPTED.date())

    def test_nothing_else_is_touched(self):
        known = self.older()
        known._through_door("completed_at").write({"completed_at": ACCEPTED})
        running = self._contract(user=self.rep)
        self.migrate()
        self.assertEqual((known.completed_at, running.completed_at), (ACCEPTED, False))
