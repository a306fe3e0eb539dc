from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestMilestones(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.milestone = cls.contract.milestone_ids[0]
        cls.engineer = cls.users["field_engineer"]

    def test_planned_dates(self):
        signed = self.contract.date_sign
        self.assertEqual(
            self.contract.milestone_ids.mapped("deadline"), [signed + timedelta(days=days) for days in (30, 45, 60)]
        )

    def test_reached_only_by_acceptance(self):
        for role in ("project_manager", "field_engineer", None):
            milestone = self.milestone.with_user(self.users[role]) if role else self.milestone.sudo()
            for vals in (
                {"is_reached": True}, {"delivery_state": "accepted"}, {"delivery_contract_id": False},
                {"delivery_accepted_date": "2026-01-01"}, {"delivery_planned_date": "2030-01-01"},
            ):  # fmt: skip
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                    milestone.write(vals)
            with self.subTest(role=role), self.assertRaises(AccessError), self.env.cr.savepoint():
                milestone.toggle_is_reached(True)
            with self.subTest(role=role), self.assertRaises(UserError), self.env.cr.savepoint():
                milestone.unlink()
        self.assertFalse(self.milestone.is_reached)

    def test_ways_around(self):
        free = self.env["project.project"].create({"name": "内部项目", "allow_milestones": True})
        milestones = self.env["project.milestone"].with_user(self.manager)
        project = self.contract.project_id
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            milestones.create({"name": "x", "project_id": project.id, "is_reached": True})
        made = milestones.with_context(default_is_reached=True, default_delivery_state="accepted").create(
            {"name": "x", "project_id": free.id}
        )
        self.assertFalse(made.delivery_state)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            milestones.with_context(default_is_reached=True).create({"name": "x", "project_id": project.id})
        # out of the project, ticked there, and back
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.milestone.with_user(self.manager).project_id = free
        done = milestones.create({"name": "y", "project_id": free.id, "is_reached": True})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            done.project_id = project
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            project.with_user(self.manager).write(
                {"milestone_ids": [Command.update(self.milestone.id, {"is_reached": True})]}
            )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            project.sudo().write({"delivery_contract_ids": [Command.clear()]})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            project.with_user(self.manager).unlink()
        project.sudo().write({"delivery_milestones": False})
        project.invalidate_recordset()
        self.assertTrue(project.delivery_milestones)

    def test_other_projects_stay_as_odoo_made_them(self):
        free = self.env["project.project"].create({"name": "内部项目", "allow_milestones": True})
        milestone = self.env["project.milestone"].with_user(self.engineer).create({"name": "x", "project_id": free.id})
        milestone.is_reached = True
        self.assertTrue(milestone.reached_date)
        milestone.toggle_is_reached(False)
        self.assertFalse(milestone.is_reached)
        other = self.env["project.project"].create({"name": "另一个"})
        milestone.project_id = other
        milestone.unlink()
        self.assertFalse(free.delivery_milestones)
        found = self.env["project.project"].search([("delivery_milestones", "=", True)])
        self.assertIn(self.contract.project_id, found)
        self.assertNotIn(free, found)
        self.assertIn(free, found.search([("delivery_milestones", "=", False)]))

    def test_who_accepts(self):
        self._attach(self.milestone)
        for role in ("field_engineer", "sales_rep", "hq_commerce", "finance_manager"):
            for method in ("action_accept", "action_return", "action_reopen"):
                with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                    getattr(self.milestone.with_user(self.users[role]), method)()
        self.contract.project_id.user_id = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self.milestone.with_user(self.manager).action_accept()
        self.contract.project_id.user_id = False
        self.milestone.with_user(self.manager).action_accept()
        self.assertTrue(self.milestone.is_reached)
        self.assertEqual(self.milestone.delivery_accepted_by_id, self.manager)

    def test_nobody_names_himself_manager_of_a_foreign_project(self):
        self._attach(self.milestone)
        project, admin = self.contract.project_id, self.users["suite_admin"]
        other = self.manager.copy({"login": "project_manager_2"})
        self.assertEqual(project.user_id, self.manager)
        for value in (other.id, False, self.engineer.id):
            for foreign in (project.with_user(other), project.with_user(other).sudo()):
                with self.subTest(value=value, su=foreign.env.su), self.assertRaises(AccessError):
                    foreign.write({"user_id": value})
        project.with_user(other).write({"name": "x", "user_id": self.manager.id})
        with self.assertRaises(AccessError):
            self.milestone.with_user(other).action_accept()
        # he may hand it over himself, and who looks after the suite may where he is away
        project.with_user(self.manager).user_id = other
        project.with_user(admin).user_id = self.manager
        with self.assertRaises(AccessError):
            self.milestone.with_user(other).action_accept()
        # a project of nobody is taken by whoever manages projects, and one without a contract is Odoo's business
        project.with_user(admin).user_id = False
        project.with_user(other).user_id = other
        plain = self.env["project.project"].create({"name": "内部", "user_id": self.manager.id})
        plain.with_user(other).user_id = other

    def test_deliverables_first(self):
        with self.assertRaises(UserError):
            self.milestone.with_user(self.manager).action_accept()
        self._accept(self.milestone)
        self.assertEqual(self.milestone.delivery_state, "accepted")
        with self.assertRaises(UserError):
            self.milestone.with_user(self.manager).action_accept()

    def test_hand_in_and_give_back(self):
        self.milestone.delivery_owner_id = self.engineer
        with self.assertRaises(UserError):
            self.milestone.with_user(self.engineer).action_submit()
        self._attach(self.milestone)
        with self.assertRaises(AccessError):
            self.milestone.with_user(self.users["service_agent"]).action_submit()
        self.milestone.with_user(self.engineer).action_submit()
        self.assertEqual(self.milestone.delivery_state, "submitted")
        self.milestone.with_user(self.manager).action_return("照片不清楚")
        self.assertEqual(self.milestone.delivery_state, "open")

    def test_delay_needs_cause_and_side(self):
        self.milestone._through_door("delivery_planned_date").delivery_planned_date = "2020-01-01"
        self._attach(self.milestone)
        milestone = self.milestone.with_user(self.manager)
        with self.assertRaises(UserError):
            milestone.action_accept()
        milestone.write({"delivery_delay_cause": "土建未完成", "delivery_delay_side": "customer"})
        milestone.action_accept()
        self.assertTrue(milestone.delivery_is_late)

    def test_acceptance_opens_rows_and_reopening_closes_them(self):
        progress = self.contract.plan_line_ids[1]
        self._accept(self.milestone)
        today = fields.Date.context_today(self.milestone.with_user(self.manager))
        self.assertEqual((progress.state, progress.due_date), ("due", today + timedelta(days=7)))
        self.milestone.with_user(self.manager).action_reopen()
        self.assertEqual((progress.state, progress.due_date, self.milestone.is_reached), ("planned", False, False))
        self._accept(self.milestone)
        self._invoice(progress)
        self.milestone.with_user(self.manager).action_reopen()
        self.assertEqual(progress.state, "invoiced")

    def test_hook_runs_once_with_the_milestones(self):
        calls = []
        self.patch(self.registry["project.milestone"], "_on_accepted", lambda records: calls.append(records.ids))
        self._accept(self.milestone)
        self.assertEqual(calls, [self.milestone.ids])

    def test_template_is_editable(self):
        template = self.env.ref("crm_project_delivery.delivery_template_equipment")
        template.line_ids[1].unlink()
        template.line_ids[0].days_offset = 5
        contract = self._contract()
        self.assertEqual(contract.milestone_ids.mapped("delivery_kind"), ["production", "acceptance"])
        self.assertEqual(contract.milestone_ids[0].deadline, contract.date_sign + timedelta(days=5))
        self.assertEqual(len(self.contract.milestone_ids), 3)
