from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .customer_common import RightsCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestCollaborator(RightsCase):
    """Whom a holder lets in for some days, to leads and customers."""

    def test_a_collaborator_reads_until_the_day(self):
        self.east.is_scoped = True
        with freeze_time(START):
            lead = self.make_leads(user_id=self.rep.id)
            customer = self.make_held_customers()
            for record in (lead, customer):
                self.assertFalse(self.sees(record, "sales_rep_2"))
                record.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-05", reason="技术支持")
                self.assertTrue(self.sees(record, "sales_rep_2"))
                for vals in ({"comment" if record == customer else "description": "x"}, {"user_id": self.rep_2.id}):
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        record.with_user(self.rep_2).write(vals)
                self.assertIn("技术支持", self.rows(record)[-1].reason)
                self.assertEqual(self.rows(record)[-1].event, "share")
            self.assertTrue(self.sees(customer.child_ids, "sales_rep_2"))
        with freeze_time(START + timedelta(days=2)):
            self.assertTrue(self.sees(lead, "sales_rep_2"), "the last day counts")
        with freeze_time(START + timedelta(days=3)):
            # no job has run and no cache was cleared: the rule asks for the day
            for record in (lead, customer, customer.child_ids):
                self.assertFalse(self.sees(record, "sales_rep_2"))
                with self.assertRaises(AccessError):
                    record.with_user(self.rep_2).read(["name"])
            self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kw: 1)
            self.env["crm.collaborator"]._cron_end()
        self.assertFalse(lead.collaborator_ids | customer.collaborator_ids)
        self.assertEqual(self.rows(customer)[-1].event, "unshare")

    def test_a_collaborator_who_may_change_takes_nothing_away(self):
        with freeze_time(START):
            lead, customer = self.make_held(), self.make_held_customers()
            plain = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id)
            for record in (lead, plain, customer):
                record.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-05", True)
                other = record.with_user(self.rep_2)
                other.write({"city": "常熟"})
                for value in (self.rep_2.id, False):
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        other.write({"user_id": value})
                for call in (
                    lambda r: r.action_pool_release("x"), lambda r: r.action_pool_transfer(self.rep_2.id, "x"),
                    lambda r: r.action_collaborator_set(self.users["marketing"].id, "2026-03-05"),
                ):  # fmt: skip
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        call(other)
                self.env.invalidate_all()
                self.assertEqual(record.user_id, self.rep)

    def test_nobody_writes_collaborators_directly(self):
        with freeze_time(START):
            lead = self.make_held()
            lead.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-05")
            row = lead.collaborator_ids
            for role in ("sales_rep", "sales_rep_2", "sales_director", "suite_admin"):
                user = self.users[role]
                rows = self.env["crm.collaborator"].with_user(user)
                vals = {
                    "lead_id": lead.id,
                    "user_id": user.id,
                    "until": "2027-01-01",
                    "company_id": self.env.company.id,
                }
                for call in (
                    lambda rows=rows, vals=vals: rows.create(vals),
                    lambda user=user: row.with_user(user).write({"until": "2027-01-01"}),
                    lambda user=user: row.with_user(user).unlink(),
                    lambda user=user: lead.with_user(user).write(
                        {"collaborator_ids": [Command.update(row.id, {"can_write": True})]}
                    ),
                ):
                    with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                        call()
            for wrong in ((self.rep_2.id, "2026-03-01"), (self.rep_2.id, "2036-01-01"), (self.rep_2.id, "soon"),
                          (self.rep_2.id, False), (self.users["legal"].id, "2026-03-05")):  # fmt: skip
                with self.subTest(wrong), self.assertRaises(UserError), self.env.cr.savepoint():
                    lead.with_user(self.rep).action_collaborator_set(*wrong)
            with self.assertRaises(AccessError):
                row.with_user(self.users["marketing"]).action_end()
            lead.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-09")
            self.assertEqual((len(lead.collaborator_ids), str(row.until)), (1, "2026-03-09"))
            row.with_user(self.rep_2).action_end()
            self.assertFalse(row.exists())

    def test_in_the_pool_nobody_collaborates(self):
        with freeze_time(START):
            customer = self.make_held_customers()
            customer.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-30", True)
            customer.with_user(self.rep).action_pool_release("x")
        self.assertFalse(customer.collaborator_ids)
        self.assertEqual(self.rows(customer).mapped("event")[-2:], ["unshare", "release"])
        self.assertFalse(self.sees(customer, "sales_rep_2"))
