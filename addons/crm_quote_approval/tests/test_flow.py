from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestFlow(ApprovalCase):
    def states(self, order):
        return [(task.step_no, task.user_id.login, task.state) for task in order.sudo().approval_task_ids.sorted("id")]

    def test_four_steps_in_turn(self):
        order = self.submitted()
        self.assertEqual(order.approval_state, "pending")
        self.assertEqual([(no, login) for no, login, _state in self.states(order)], list(enumerate(CHAIN, start=1)))
        for number, role in enumerate(CHAIN, start=1):
            waiting = [row for row in self.states(order) if row[2] == "pending"]
            self.assertEqual(waiting, [(number, role, "pending")])
            self.approve(order, role)
        self.assertEqual(order.approval_state, "approved")
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.events(order), ["submit", *["approve"] * 4, "done"])
        self.assertFalse(
            self.env["crm.approval.ledger"]._ledger_broken(
                [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
            )
        )

    def test_tiers_are_strict(self):
        for amount, steps in ((50000, 0), (50000.01, 3), (100000, 3), (100000.01, 4), (500000, 4), (500000.01, 5)):
            with self.subTest(amount):
                order = self.quote(amount, partner_id=self.world["partner"].copy().id)
                self.assertEqual(len(order._approval_required()), steps)

    def test_below_every_tier(self):
        order = self.quote(50000)
        self.assertEqual(order.approval_state, "none")
        with self.refused(UserError, "needs no approval"):
            order.action_approval_submit()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_todo_follows_the_task(self):
        order = self.submitted()
        todos = self.env["mail.activity"].search([("res_model", "=", "crm.approval.task")])
        self.assertEqual(todos.user_id, self.users["sales_supervisor"])
        self.assertFalse(order.sudo().activity_ids, "an activity on the order subscribes the approver to it")
        self.approve(order, "sales_supervisor")
        todos = self.env["mail.activity"].search([("res_model", "=", "crm.approval.task")])
        self.assertEqual(todos.user_id, self.users["technical_lead"])

    def test_reject(self):
        order = self.submitted()
        with self.refused(UserError, "Say why"):
            self.task(order, "sales_supervisor").action_reject("  ")
        self.task(order, "sales_supervisor").action_reject("Too cheap")
        self.assertEqual(order.approval_state, "rejected")
        todo = order.sudo().activity_ids
        self.assertEqual((todo.user_id, "Too cheap" in todo.note), (self.rep, True))
        self.assertNotIn("pending", order.sudo().approval_task_ids.mapped("state"))
        self.assertNotIn("waiting", order.sudo().approval_task_ids.mapped("state"))
        with self.refused(UserError, "Too cheap"):
            order.action_confirm()
        # mended, it goes the whole way again
        order.order_line.price_unit = 130000
        order.action_approval_submit()
        self.assertEqual(order.approval_state, "pending")
        self.assertEqual(order.version_count, 2)
        self.assertEqual(self.events(order), ["submit", "reject", "submit"])

    def test_return_to_requester(self):
        order = self.submitted()
        self.task(order, "sales_supervisor").action_return(0, "Add the delivery time")
        self.assertEqual(order.approval_state, "returned")
        order.order_line.name = "Press, delivered in 30 days"
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        self.assertEqual(order.approval_state, "approved")

    def test_return_to_an_earlier_step(self):
        order = self.submitted()
        self.approve(order, "sales_supervisor", "technical_lead")
        with self.assertRaises(UserError):
            self.task(order, "finance_manager").action_return(3, "no such step")
        self.task(order, "finance_manager").action_return(2, "Check the motor again")
        self.assertEqual(order.approval_state, "pending")
        self.assertTrue(self.task(order, "technical_lead"))
        self.assertFalse(self.task(order, "finance_manager"))
        self.approve(order, "technical_lead", "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")

    def test_withdraw(self):
        order = self.submitted()
        with self.refused(UserError, "Say why"):
            order.action_approval_withdraw("")
        order.action_approval_withdraw("Customer changed his mind")
        self.assertEqual(order.approval_state, "draft")
        self.assertEqual(order.approval_request_id.reason, "Customer changed his mind")
        self.assertFalse(self.task(order, "sales_supervisor"))
        request = order.approval_request_id
        order.action_approval_submit()
        self.assertEqual(order.approval_request_id, request)
        self.approve(order, *CHAIN)
        self.assertEqual(order.approval_state, "approved")

    def test_transfer(self):
        order = self.submitted()
        other = self.users["technical_lead"].copy({"login": "technical_lead_2", "name": "钱二"})
        self.approve(order, "sales_supervisor")
        task = self.task(order, "technical_lead")
        # two leads now, the task was found before: it is his alone, and he hands it on
        with self.refused(UserError, "does not have the role"):
            task.action_transfer(self.users["service_agent"])
        with self.refused(UserError, "his own"):
            task.action_transfer(self.rep.id)
        with self.refused(UserError, "signs .* already"):
            task.action_transfer(self.users["sales_supervisor"])
        task.action_transfer(other.id, "On a journey")
        self.assertEqual(task.state, "transferred")
        new = self.env["crm.approval.task"].with_user(other).search([("state", "=", "pending")])
        new.action_approve()
        self.approve(order, "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")
        self.assertIn("transfer", self.events(order))

    def test_the_dialog_offers_whom_the_step_takes(self):
        """Transfer and Add Signer offer exactly those whom the decision then does not refuse."""
        order = self.submitted()
        lead = self.users["technical_lead"]
        other = lead.copy({"login": "technical_lead_2", "name": "钱二"})
        self.approve(order, "sales_supervisor")
        task = self.task(order, "technical_lead")
        wizard = self.env["crm.approval.decision"].with_user(lead)
        everybody = self.env["res.users"].search([])

        def taken(added):
            for user in everybody:
                try:
                    task.sudo()._check_receiver(user, added=added)
                except UserError:
                    continue
                yield user.id

        offered = wizard.new({"task_id": task.id, "kind": "transfer"}).receiver_ids
        self.assertIn(other.id, offered.ids)
        self.assertNotIn(self.users["service_agent"].id, offered.ids)
        self.assertCountEqual(offered.ids, taken(added=False))
        asked = wizard.new({"task_id": task.id, "kind": "add_sign"}).receiver_ids
        self.assertIn(self.users["service_agent"].id, asked.ids)
        self.assertCountEqual(asked.ids, taken(added=True))
        self.assertFalse(wizard.new({"task_id": task.id, "kind": "reject"}).receiver_ids)
        # in words: who is offered, and what to do if nobody is
        role = self.env.ref("crm_merchant.group_technical_lead").name
        self.assertIn(role, wizard.new({"task_id": task.id, "kind": "transfer"}).receivers_note)
        self.assertFalse(wizard.new({"task_id": task.id, "kind": "reject"}).receivers_note)
        other.active = False
        alone = wizard.new({"task_id": task.id, "kind": "transfer"})
        self.assertFalse(alone.receiver_ids)
        self.assertIn("There is nobody", alone.receivers_note)

    def test_the_dialog_tells_strangers_nothing(self):
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        wizard = self.env["crm.approval.decision"].with_user(self.users["service_agent"])
        stranger = wizard.new({"task_id": task.id, "kind": "add_sign"})
        self.assertFalse(stranger.receiver_ids or stranger.receivers_note)

    def test_add_signers_before(self):
        order = self.submitted()
        clerk, agent = self.users["finance_clerk"], self.users["service_agent"]
        self.task(order, "sales_supervisor").action_add_sign([clerk.id, agent.id], "before", "Look at it, please")
        self.assertFalse(self.task(order, "sales_supervisor"))
        self.approve(order, "finance_clerk")
        self.assertFalse(self.task(order, "sales_supervisor"), "added people sign jointly")
        with self.refused(UserError, "cannot add others"):
            self.task(order, "service_agent").action_add_sign(self.users["suite_admin"], "after")
        self.approve(order, "service_agent")
        self.approve(order, *CHAIN)
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(self.events(order).count("add_sign"), 2)

    def test_add_signer_after(self):
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        task.action_add_sign(self.users["service_agent"], "after")
        task.action_approve()
        self.assertFalse(self.task(order, "technical_lead"), "the step is not done before the added signer")
        self.approve(order, "service_agent", "technical_lead", "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")

    def test_modes_inside_a_step(self):
        leads = self.users["service_agent"] | self.users["finance_clerk"]
        for mode, rounds in (("any", 1), ("all", 2), ("in_turn", 2)):
            with self.subTest(mode):
                self.policy.step_ids.filtered(lambda s: s.sequence > 10).unlink()
                step = self.policy.step_ids[:1]
                step.write({"source": "user", "user_ids": leads.ids, "mode": mode, "superiors_first": False})
                order = self.submitted(partner_id=self.world["partner"].copy().id)
                tasks = order.sudo().approval_task_ids
                self.assertEqual(len(tasks), 2)
                self.assertEqual(len(tasks.filtered(lambda t: t.state == "pending")), 1 if mode == "in_turn" else 2)
                for _round in range(rounds):
                    self.assertEqual(order.approval_state, "pending")
                    task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")[:1]
                    task.with_user(task.user_id).action_approve()
                self.assertEqual(order.approval_state, "approved")
                if mode == "any":
                    self.assertEqual(sorted(tasks.mapped("state")), ["approved", "cancelled"])

    def test_deadline(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        # Monday 10:00, four working hours over lunch
        with freeze_time("2026-03-02 02:00:00"):
            order = self.submitted()
            task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
            self.assertEqual(task.deadline, datetime(2026, 3, 2, 7))
        with freeze_time(task.deadline + timedelta(days=30)):
            task.invalidate_recordset(["is_late"])
            self.assertTrue(task.is_late)
            self.assertEqual(order.approval_state, "pending", "time running out decides nothing")

    def test_submit_and_approve_in_one_transaction(self):
        order = self.submitted()
        self.approve(order, *CHAIN)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_who_is_told_of_a_rejection_reads_his_own_language(self):
        for code in ("en_US", "zh_CN"):
            self.env["res.lang"]._activate_lang(code)
        supervisor = self.users["sales_supervisor"]
        for theirs, mine in (("zh_CN", "en_US"), ("en_US", "zh_CN")):
            with self.subTest(mine):
                supervisor.lang, self.rep.lang = theirs, mine
                order = self.submitted(partner_id=self.world["partner"].copy().id)
                self.task(order, "sales_supervisor").with_context(lang=theirs).action_reject("Too cheap")
                todo = self.env["mail.activity"].search([("res_model", "=", order._name), ("res_id", "=", order.id)])
                note = self.env["mail.message"].search(
                    [("partner_ids", "in", self.rep.partner_id.ids)], order="id desc", limit=1
                )
                self.assertEqual(todo.user_id, self.rep)
                self.assertIn("Too cheap", todo.note)
                for text in (todo.summary, note.subject):
                    self.assertIn(order.name, text)
                    self.assertEqual("Rejected" in text, mine == "en_US", text)

    def test_opportunity_moves_to_quoted(self):
        stage = self.env.company.approval_quoted_stage_id
        self.assertTrue(stage)
        lead = self.env["crm.lead"].create(
            {"name": "Line 3", "type": "opportunity", "partner_id": self.world["partner"].id, "user_id": self.rep.id}
        )
        self.approved(opportunity_id=lead.id)
        self.assertEqual(lead.stage_id, stage)
        later = self.env["crm.stage"].create({"name": "Negotiation", "sequence": stage.sequence + 1})
        lead.stage_id = later
        self.approved(opportunity_id=lead.id)
        self.assertEqual(lead.stage_id, later, "never backwards")

    def test_a_won_or_lost_opportunity_stays_where_it_is(self):
        stage = self.env.company.approval_quoted_stage_id
        first = self.env["crm.stage"].create({"name": "First", "sequence": stage.sequence - 5})
        won = self.env["crm.stage"].create({"name": "Won", "sequence": stage.sequence - 3, "is_won": True})
        for where, vals in (("won", {"stage_id": won.id}), ("lost", {"stage_id": first.id, "active": False})):
            with self.subTest(where):
                lead = self.env["crm.lead"].create(
                    {"name": where, "type": "opportunity", "stage_id": first.id, "user_id": self.rep.id}
                )
                order = self.submitted(opportunity_id=lead.id, partner_id=self.world["partner"].copy().id)
                lead.write(vals)
                self.approve(order, *CHAIN)
                self.assertEqual((order.approval_state, lead.stage_id.id), ("approved", vals["stage_id"]))

    def test_stage_of_the_policy_comes_first(self):
        stage = self.env["crm.stage"].create({"name": "Offer Out", "sequence": 90})
        self.policy.quoted_stage_id = stage
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "partner_id": self.world["partner"].id, "user_id": self.rep.id}
                for name in ("Line 4", "Line 5")
            ]
        )
        self.approved(opportunity_id=leads[0].id)
        self.assertEqual(leads[0].stage_id, stage)
        self.policy.sudo().quoted_stage_id = False
        self.approved(opportunity_id=leads[1].id)
        self.assertEqual(leads[1].stage_id, self.env.company.approval_quoted_stage_id)

    def test_a_changed_stage_counts_for_later_requests(self):
        then, company = self.env["crm.stage"].create({"name": "Offer Out", "sequence": 90}), self.env.company
        now = then.copy({"name": "Sent", "sequence": 95})
        for holder, name in ((self.policy, "quoted_stage_id"), (company, "approval_quoted_stage_id")):
            with self.subTest(name):
                holder.sudo()[name] = then
                lead = self.env["crm.lead"].create(
                    {
                        "name": name,
                        "type": "opportunity",
                        "user_id": self.rep.id,
                        "partner_id": self.world["partner"].copy().id,
                    }
                )
                order = self.submitted(opportunity_id=lead.id, partner_id=lead.partner_id.id)
                holder.sudo()[name] = now
                self.approve(order, *CHAIN)
                self.assertEqual((order.approval_state, lead.stage_id), ("approved", then))
            self.policy.sudo().quoted_stage_id = False

    def test_cancelled_quote_withdraws(self):
        order = self.submitted()
        order._action_cancel()
        self.assertEqual(order.approval_state, "draft")
        self.assertFalse(self.task(order, "sales_supervisor"))
