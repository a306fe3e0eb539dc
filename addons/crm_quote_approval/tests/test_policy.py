from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestPolicyVersions(ApprovalCase):
    def change(self, **vals):
        self.policy.step_ids[0].with_user(self.users["suite_admin"]).write(vals)
        self.commit_hooks()

    def rows(self):
        return self.env["crm.approval.ledger"].search(
            [("res_model", "=", self.policy._name), ("res_id", "=", self.policy.id), ("event", "=", "policy_change")]
        )

    def test_a_change_is_a_version_with_a_ledger_row(self):
        self.commit_hooks()
        number, rows = self.policy.version, len(self.rows())
        self.change(threshold=70000)
        self.assertEqual(self.policy.version, number + 1)
        version = self.policy.version_ids[0]
        self.assertEqual(version.user_id, self.users["suite_admin"])
        self.assertIn("50000", version.change_text)
        self.assertIn("70000", version.change_text)
        row = self.rows() - self.rows()[1:]
        self.assertEqual(len(self.rows()), rows + 1)
        self.assertIn("70000", row.reason)
        self.assertEqual(row.actor_uid, self.users["suite_admin"].id)
        self.assertIn("70000", self.policy.message_ids[0].body)
        self.assertFalse(self.env["crm.approval.ledger"]._ledger_broken([("res_model", "=", self.policy._name)]))

    def test_what_is_remembered_has_the_number_of_the_version(self):
        self.commit_hooks()
        self.policy.step_ids[0].with_user(self.users["suite_admin"]).threshold = 70000
        # judged between the change and the keeping of its version
        self.policy._recall()
        self.commit_hooks()
        number = self.policy.version
        self.env.invalidate_all()
        self.policy._recall()
        self.assertEqual(self.policy.version, number)

    def test_a_delegation_made_now_is_asked_for_now(self):
        days = self.env["crm.approval.delegation"]
        today = self.env.company._merchant_today()
        days._ids_of_day(today)
        rep, boss = self.users["sales_supervisor"], self.users["sales_director"]
        made = days.sudo().create({"user_id": rep.id, "delegate_id": boss.id, "date_from": today, "date_to": today})
        self.assertIn((made.id, rep.id), days._ids_of_day(today))
        made.unlink()
        self.assertNotIn((made.id, rep.id), days._ids_of_day(today))

    def test_a_change_says_what_changed_and_nothing_else(self):
        self.commit_hooks()
        step = self.policy.step_ids[0]
        lang = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"

        def said():
            return self.policy.version_ids.sorted("number")[-1].change_text

        def line(name, before, now):
            label = step.with_context(lang=lang)._fields[name]._description_string(self.env(context={"lang": lang}))
            return f"{step.with_context(lang=lang).name} · {label}: {before} → {now}"

        self.change(threshold=1234567)
        self.assertEqual(said(), line("threshold", 50000, 1234567))
        self.change(threshold=1234567.5)
        self.assertEqual(said(), line("threshold", 1234567, 1234567.5))
        self.change(comment_required=True)
        text = said()
        yes, no = ("是", "否") if lang == "zh_CN" else ("Yes", "No")
        self.assertEqual(text, line("comment_required", no, yes))
        self.assertEqual(self.rows().sorted("seq")[-1].reason, f"v{self.policy.version}\n{text}")
        clerk, lead = self.users["finance_clerk"], self.users["technical_lead"]
        self.change(copy_user_ids=[Command.set(clerk.ids)])
        self.change(copy_user_ids=[Command.set(lead.ids)])
        text = said()
        self.assertEqual(text, line("copy_user_ids", clerk.display_name, lead.display_name))
        lead.name = clerk.name
        self.change(comment_required=False)
        self.change(copy_user_ids=[Command.set(clerk.ids)])
        self.assertIn(f"#{clerk.id}", said(), "two of one name")
        name = step.with_context(lang=lang).name
        step.with_context(lang=lang).name = "Renamed"
        self.commit_hooks()
        self.assertRegex(said(), f"^Renamed · .*[:：] *{name} → Renamed$")
        step.unlink()
        self.commit_hooks()
        self.assertEqual(len(said().splitlines()), 1)
        self.assertRegex(said(), "^Renamed[:：]")

    def test_after_a_version_that_kept_no_values(self):
        """Those were written before each value was kept by itself."""
        self.commit_hooks()
        last = self.policy.version_ids.sorted("number")[-1]
        last.sudo().content = [row[:2] for row in last.content]
        number = self.policy.version
        self.change(threshold=50000)
        self.assertEqual(self.policy.version, number)
        self.change(threshold=70000)
        text = self.policy.version_ids.sorted("number")[-1].change_text
        self.assertEqual((self.policy.version, len(text.splitlines())), (number + 1, 1))
        self.assertRegex(text, "50000.*→.*70000")

    def test_what_reads_the_same_is_no_version(self):
        self.commit_hooks()
        number = self.policy.version
        self.change(threshold=50000)
        self.assertEqual(self.policy.version, number)

    def test_rows_and_steps_that_go_count(self):
        self.commit_hooks()
        number = self.policy.version
        step = self.policy.step_ids[0]
        row = self.env["crm.approval.policy.condition"].create(
            {"step_id": step.id, "measure": "discount", "operator": ">", "number": 5}
        )
        self.commit_hooks()
        row.unlink()
        self.commit_hooks()
        step.unlink()
        self.commit_hooks()
        self.assertEqual(self.policy.version, number + 3)

    def test_a_request_names_the_version_that_judged_it(self):
        self.commit_hooks()
        first = self.submitted()
        number = self.policy.version
        self.assertEqual(first.approval_request_id.policy_version, number)
        self.policy.step_ids[0].threshold = 60000
        second = self.submitted(partner_id=self.world["partner"].copy().id)
        self.assertEqual(second.approval_request_id.policy_version, number + 1, "changed in the same transaction")
        self.assertEqual(first.approval_request_id.policy_version, number)

    def test_versions_are_written_by_nobody(self):
        self.commit_hooks()
        version = self.policy.version_ids[0]
        for role in ("sales_rep", "sales_director", "suite_admin"):
            user = self.users[role]
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    version.with_user(user).write({"change_text": "nothing"})
                with self.assertRaises(AccessError):
                    version.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    self.policy.with_user(user).write({"version": 1})
        with self.assertRaises(AccessError):
            self.policy.with_user(self.users["suite_admin"]).write({"version_ids": [Command.create({"number": 9})]})
        made = self.env["crm.approval.policy"].create({"name": "x", "version": 9})
        self.assertEqual(made.version, 0)
        portal = new_test_user(self.env, "portal_policy", groups="base.group_portal")
        with self.assertRaises(AccessError):
            version.with_user(portal).read(["content"])

    def test_a_step_that_no_paper_reaches(self):
        row = self.env["crm.approval.policy.condition"].create(
            {"policy_id": self.policy.id, "measure": "amount", "operator": "<=", "number": 100000}
        )
        self.policy.invalidate_recordset()
        self.assertIn("Sales Director", self.policy.with_context(lang="en_US").warning_text)
        self.assertIn("contradicts", self.policy.warning_text)
        row.number = 600000
        self.policy.invalidate_recordset()
        self.assertFalse(self.policy.warning_text)

    def test_warnings(self):
        self.assertFalse(self.policy.warning_text)
        second = self.policy.copy({"name": "Second", "sequence": 5})
        self.assertNotIn("never asked", second.warning_text or "")
        second.sequence = 50
        self.assertIn("never asked", second.warning_text)
        lead = self.users["technical_lead"]
        second.step_ids[:2].write({"source": "user", "user_ids": lead.ids})
        self.assertIn("decides once", second.warning_text)
        lead.active = False
        second.invalidate_recordset()
        self.assertIn("has left", second.warning_text)


@tagged("post_install", "-at_install")
class TestPreview(ApprovalCase):
    def run_on_past(self, policy):
        action = policy.with_user(self.users["suite_admin"]).action_simulate()
        return self.env["crm.approval.simulation"].browse(action["res_id"])

    def test_this_quote_would_go_to(self):
        order = self.quote()
        action = order.action_approval_preview()
        simulation = self.env["crm.approval.simulation"].with_user(self.rep).browse(action["res_id"])
        way = simulation.line_ids.way
        for role in ("sales_supervisor", "technical_lead", "finance_manager", "sales_director"):
            self.assertIn(self.users[role].name, way)
        self.assertEqual(order.approval_state, "none")
        self.assertFalse(order.sudo().approval_task_ids)
        with self.assertRaises(AccessError):
            order.with_user(self.users["service_agent"]).action_approval_preview()
        with self.assertRaises(AccessError):
            simulation.with_user(self.users["sales_rep_2"]).read(["line_ids"])

    def test_past_quotes_by_a_policy_that_is_off(self):
        small, large = self.quote(9000), self.quote(90000, partner_id=self.world["partner"].copy().id)
        other = self.policy.copy({"name": "Stricter"})
        other.step_ids.threshold = 5000
        titles_of_both = [order._approval_title() for order in small | large]
        for policy, caught in ((self.policy, large), (other, small | large)):
            simulation = self.run_on_past(policy)
            titles = [order._approval_title() for order in caught]
            found = simulation.line_ids.filtered(lambda line: line.caught and line.title in titles_of_both)
            self.assertEqual(sorted(found.mapped("title")), sorted(titles))
        for role in ("sales_rep", "sales_supervisor", "technical_lead"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.policy.with_user(self.users[role]).action_simulate()
