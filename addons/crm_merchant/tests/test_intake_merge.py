from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intake_common import IntakeCase

HEADER = ["公司名称", "联系人", "手机", "城市", "备注"]


@tagged("post_install", "-at_install")
class TestIntakeMerge(IntakeCase):
    def suggestions(self, batch, **vals):
        domain = [("batch_id", "=", batch.id), *((name, "=", value) for name, value in vals.items())]
        return self.env["crm.merge.suggestion"].with_user(self.supervisor).search(domain)

    # -- rows ------------------------------------------------------------------------------------

    def test_confirmed_before_the_import(self):
        rows = [["恒锐机械厂", "王伟", "13800138000", "苏州", ""], ["恒锐机械厂", "", "13800138000", "", "要<b>样本"]]
        batch = self.batch_of(rows, header=HEADER)
        batch.action_confirm_very_likely()
        self.assertEqual(batch.duplicate_count, 1)
        batch.action_import()
        lead = self.leads(batch)
        self.assertEqual((batch.imported_count, batch.merged_count), (1, 1))
        self.assertIn("要&lt;b&gt;样本", lead.message_ids[0].body)
        self.assertIn("#3", lead.message_ids[0].body)
        line = batch.sudo().line_ids.filtered(lambda line: line.state == "merged")
        self.assertEqual(line.merged_lead_id, lead)
        self.assertEqual(lead.message_ids[0].author_id, self.supervisor.partner_id)

    def test_confirmed_after_the_import_fills_what_is_empty(self):
        rows = [["恒锐机械厂", "王伟", "13800138000", "", "甲"], ["恒锐机械厂", "李四", "13800138000", "苏州", ""]]
        batch = self.batch_of(rows, header=HEADER)
        batch.action_import()
        lead = self.leads(batch)
        self.assertFalse(lead.city)
        self.suggestions(batch).action_confirm()
        self.assertEqual((lead.city, lead.contact_name), ("苏州", "王伟"))
        self.assertEqual(self.suggestions(batch).decided_by_id, self.supervisor)
        self.assertEqual(batch.merged_count, 1)

    def test_rejected_rows_become_leads(self):
        rows = [["恒锐机械厂", "王伟", "13800138000", "", ""], ["恒锐机械厂", "李四", "13800138000", "", ""]]
        batch = self.batch_of(rows, header=HEADER)
        batch.action_import()
        self.suggestions(batch).action_reject()
        self.assertEqual(len(self.leads(batch)), 2)
        self.assertEqual(batch.state, "done")

    def test_row_into_an_existing_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "a", "phone": "13800138000", "contact_name": "旧", "user_id": self.rep.id}
        )
        batch = self.batch_of([["恒锐机械厂", "新", "13800138000", "苏州", "话"]], header=HEADER)
        self.suggestions(batch).action_confirm()
        self.assertEqual((lead.partner_name, lead.contact_name, lead.city), ("恒锐机械厂", "旧", "苏州"))
        self.assertEqual(lead.user_id, self.rep)
        self.assertIn("话", lead.message_ids[0].body)
        self.assertEqual(batch.merged_count, 1)

    def test_row_into_a_customer_leaves_his_data_alone(self):
        customer = self.env["res.partner"].create({"name": "恒锐机械厂", "is_company": True, "phone": "13800138000"})
        batch = self.batch_of([["恒锐机械厂", "新", "13800138000", "苏州", "话"]], header=HEADER)
        self.suggestions(batch).action_confirm()
        self.assertFalse(customer.city)
        self.assertIn("话", customer.message_ids[0].body)

    def test_lead_that_the_decider_may_not_change_is_only_noted(self):
        lead = self.env["crm.lead"].create({"name": "a", "phone": "13800138000"})
        batch = self.batch_of([["恒锐机械厂", "新", "13800138000", "苏州", "话"]], header=HEADER)
        with patch.object(type(lead), "_filtered_access", lambda records, operation: records.browse()):
            self.suggestions(batch).action_confirm()
        self.assertFalse(lead.city)
        self.assertIn("话", lead.message_ids[0].body)

    def test_name_of_an_unreadable_survivor_is_not_told(self):
        lead = self.env["crm.lead"].create(
            {"name": "秘密", "phone": "13800138000", "user_id": self.users["sales_rep_2"].id}
        )
        batch = self.batch_of([["恒锐机械厂", "新", "13800138000", "", ""]], header=HEADER)
        suggestion = self.suggestions(batch)
        self.assertEqual(suggestion.survivor_label, lead.display_name)
        with patch.object(type(lead), "_filtered_access", lambda records, operation: records.browse()):
            suggestion.invalidate_recordset()
            self.assertNotIn("秘密", suggestion.survivor_label)
            self.assertEqual(suggestion.survivor_owner, self.users["sales_rep_2"].name)

    def test_deciding_twice_changes_nothing(self):
        rows = [["恒锐机械厂", "王伟", "13800138000", "", ""]] * 2
        batch = self.batch_of(rows, header=HEADER)
        suggestion = self.suggestions(batch)
        suggestion.action_confirm()
        suggestion.action_reject()
        self.assertEqual(suggestion.state, "confirmed")

    # -- leads -----------------------------------------------------------------------------------

    def pair(self):
        """A lead and its duplicate, with history on the duplicate."""
        head, tail = self.env["crm.lead"].create(
            [
                {"name": "head", "type": "opportunity", "phone": "13800138000", "user_id": False},
                {"name": "tail", "type": "lead", "phone": "138-0013-8000", "city": "苏州", "user_id": False},
            ]
        )
        message = tail.message_post(body="said", subject="call", message_type="comment")
        activity = tail.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id)
        attachment = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"a", "res_model": "crm.lead", "res_id": tail.id}
        )
        event = self.env["calendar.event"].create(
            {"name": "visit", "start": "2026-03-02 01:00:00", "stop": "2026-03-02 02:00:00", "opportunity_id": tail.id,
             "res_model_id": self.env["ir.model"]._get_id("crm.lead"), "res_id": tail.id}
        )  # fmt: skip
        return head, tail, message, activity, attachment, event

    def keeping(self, leads):
        return patch.object(type(leads), "_merge_keeps_tail", lambda records: records)

    def test_tail_with_pool_history_is_kept_whoever_merges(self):
        head, tail, message, activity, attachment, event = self.pair()
        with self.keeping(head):
            (head | tail).with_user(self.supervisor).merge_opportunity()
        self.assertTrue(tail.exists())
        self.assertEqual((tail.active, tail.merged_into_id), (False, head))
        self.assertEqual(tail.won_status, "pending")
        self.assertEqual({message.res_id, activity.res_id, attachment.res_id, event.opportunity_id.id}, {head.id})
        self.assertEqual(head.city, "苏州")

    def test_other_tails_merge_as_shipped(self):
        head, tail, message = self.pair()[:3]
        (head | tail).with_user(self.supervisor).merge_opportunity()
        self.assertFalse(tail.exists())
        self.assertEqual(message.res_id, head.id)
        self.assertFalse(self.env["crm.merge.undo"].search([("survivor_id", "=", head.id)]))

    def test_merging_can_be_undone(self):
        head, tail, message, activity, attachment, event = self.pair()
        with self.keeping(head):
            (head | tail).merge_opportunity()
        undo = self.env["crm.merge.undo"].search([("tail_id", "=", tail.id)])
        undo.with_user(self.supervisor).action_undo()
        self.assertEqual((tail.active, tail.merged_into_id.id), (True, False))
        self.assertEqual({message.res_id, activity.res_id, attachment.res_id, event.opportunity_id.id}, {tail.id})
        self.assertEqual((message.subject, attachment.name), ("call", "a.txt"))
        self.assertFalse(head.city)
        self.assertEqual(undo.state, "undone")
        with self.assertRaises(UserError):
            undo.with_user(self.supervisor).action_undo()

    def test_undo_keeps_what_was_changed_since(self):
        head, tail = self.pair()[:2]
        with self.keeping(head):
            (head | tail).merge_opportunity()
        head.city = "无锡"
        self.env["crm.merge.undo"].search([("tail_id", "=", tail.id)]).with_user(self.supervisor).action_undo()
        self.assertEqual(head.city, "无锡")

    def test_earlier_tails_follow_their_survivor(self):
        head, tail = self.pair()[:2]
        third = self.env["crm.lead"].create({"name": "third", "type": "lead"})
        with self.keeping(head):
            (tail | third).merge_opportunity()
            survivor = tail if tail.active else third
            (head | survivor).merge_opportunity()
        self.assertEqual((tail | third).merged_into_id, head)

    def test_suggestions_among_leads(self):
        head, tail = self.pair()[:2]
        Suggestion = self.env["crm.merge.suggestion"].with_user(self.supervisor)
        action = (head | tail).with_user(self.supervisor).action_suggest_merges()
        suggestion = Suggestion.search(action["domain"])
        self.assertEqual((suggestion.lead_id, suggestion.survivor_res_id), (tail, head.id))
        again = Suggestion.search(tail.with_user(self.supervisor).action_suggest_merges()["domain"])
        self.assertEqual(again, suggestion)
        suggestion.action_confirm()
        self.assertEqual((tail.active, tail.merged_into_id), (False, head))
        self.assertTrue(self.env["crm.merge.undo"].search([("tail_id", "=", tail.id)]))

    def test_merging_leads_needs_the_right_to_change_them(self):
        head, tail = self.pair()[:2]
        suggestion = (head | tail).with_user(self.supervisor).action_suggest_merges()
        suggestion = self.env["crm.merge.suggestion"].search(suggestion["domain"]).with_user(self.supervisor)
        with patch.object(type(head), "check_access", side_effect=AccessError("no")), self.assertRaises(AccessError):
            suggestion.action_confirm()
        self.assertTrue(tail.active)
