import base64
import json

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestCycle(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.policy.step_ids.filtered(lambda step: step.sequence > 10).unlink()
        # the view measures against the database's clock: a Monday of the last weeks
        today = fields.Date.today()
        cls.monday = fields.Date.subtract(today, days=today.weekday() + 14)

    def decide(self, hours):
        with freeze_time(f"{self.monday} 01:00:00"):
            order = self.submitted(partner_id=self.world["partner"].copy().id)
        with freeze_time(f"{self.monday} {1 + hours:02d}:00:00"):
            self.approve(order, "sales_supervisor")

    def rows(self, kind, days="30"):
        self.env.flush_all()
        cycle = self.env["crm.approval.cycle"].with_user(self.users["sales_director"])
        return cycle.search([("kind", "=", kind), ("days", "=", days)])

    def test_median_and_share_late(self):
        for hours in (1, 2, 3, 8):
            self.decide(hours)
        task = self.env["crm.approval.task"].search([("state", "=", "approved")], order="id desc", limit=1)
        last = task.working_hours
        self.assertGreater(last, 4)
        self.assertTrue(task.was_late)
        for kind in ("step", "person", "policy"):
            with self.subTest(kind):
                row = self.rows(kind)
                self.assertEqual(row.count, 4)
                self.assertAlmostEqual(row.median, 2.5)
                self.assertAlmostEqual(row.ninetieth, 3 + 0.7 * (last - 3), 2)
                self.assertAlmostEqual(row.late_share, 25)
                self.assertAlmostEqual(row.goal_share, 75)
                self.assertTrue(row.name)
        self.assertFalse(self.rows("waiting", "0"))
        self.submitted(partner_id=self.world["partner"].copy().id)
        row = self.rows("waiting", "0")
        self.assertEqual((row.count, row.user_id), (1, self.users["sales_supervisor"]))
        self.assertTrue(row.oldest_at)

    def test_who_reads_it(self):
        for role in ("sales_rep", "sales_supervisor", "technical_lead"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["crm.approval.cycle"].with_user(self.users[role]).search([])


@tagged("post_install", "-at_install")
class TestLedgerCheck(ApprovalCase):
    def check(self):
        self.env.flush_all()
        wizard = self.env["crm.approval.check"].with_user(self.users["suite_admin"]).create({})
        wizard.action_check()
        return wizard

    def by_sql(self, statement, *args):
        """What somebody with the database in his hands can do."""
        table = "crm_approval_ledger"
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.env.cr.execute(statement, args)
        self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def test_whole(self):
        self.commit_hooks()
        order = self.approved()
        wizard = self.check()
        self.assertFalse(wizard.finding_count, wizard.findings)
        self.assertGreaterEqual(wizard.row_count, len(self.events(order)))

    def test_edited_cut_and_removed(self):
        order = self.approved()
        self.env["crm.ledger.seal"]._cron_seal()
        self.assertFalse(self.check().finding_count)
        for statement in (
            "UPDATE crm_approval_ledger SET actor_name = 'Nobody' WHERE res_id = %s AND seq = 2",
            "DELETE FROM crm_approval_ledger WHERE res_id = %s AND seq = 2",
            "DELETE FROM crm_approval_ledger WHERE res_id = %s AND seq = 6",
            "DELETE FROM crm_approval_ledger WHERE res_id = %s",
            "UPDATE crm_approval_ledger SET hash = 'x' WHERE res_id = %s AND seq = 6",
        ):
            with self.subTest(statement):
                savepoint = self.env.cr.savepoint(flush=False)
                self.by_sql(statement, order.id)
                self.assertTrue(self.check().finding_count)
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertFalse(self.check().finding_count)

    def test_the_end_is_found_without_a_seal(self):
        order = self.approved()
        self.by_sql("DELETE FROM crm_approval_ledger WHERE res_id = %s AND seq >= 5", order.id)
        self.assertIn("without a row", self.check().findings)

    def test_a_forged_signature_is_found(self):
        order = self.submitted()
        task = order.sudo().approval_task_ids[0]
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_approval_task SET state = 'approved' WHERE id = %s", (task.id,))
        self.env.invalidate_all()
        self.assertIn("without a row", self.check().findings)

    def test_export_of_the_seals(self):
        self.approved()
        self.env["crm.ledger.seal"]._cron_seal()
        wizard = self.check()
        wizard.action_export()
        rows = json.loads(base64.b64decode(wizard.seal_file))
        seal = self.env["crm.ledger.seal"].search(
            [("res_model", "=", "crm.approval.ledger")], order="seq desc", limit=1
        )
        self.assertEqual(rows[-1]["hash"], seal.hash)

    def test_wrong_people(self):
        wizard = self.env["crm.approval.check"].with_user(self.users["suite_admin"]).create({})
        portal = new_test_user(self.env, "portal_check", groups="base.group_portal")
        for user in (self.rep, self.users["sales_director"], self.users["technical_lead"], portal):
            for method in ("action_check", "action_export"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(wizard.with_user(user), method)()
