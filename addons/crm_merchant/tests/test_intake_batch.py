import io
from unittest.mock import patch

import python_calamine

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intake_common import HEADER, IntakeCase


@tagged("post_install", "-at_install")
class TestIntakeBatch(IntakeCase):
    """An import as a whole: what is remembered, where its leads go, its result, its way back."""

    def test_a_mapping_is_remembered(self):
        first = self.upload([["恒锐机械厂", "13800138000", "甲"]], header=["公司", "随手记号码", "等级词"])
        first.action_read()
        odd, word = first.mapping_ids[1], first.mapping_ids[2]
        self.assertEqual((odd.target, word.target), ("note", "note"))
        odd.target = "phone"
        word.target = "tags"
        # what was not checked yet says nothing
        early = self.upload([["恒锐机械厂", "13800138000"]], header=["公司", "随手记号码"])
        early.action_read()
        self.assertEqual(early.mapping_ids[1].target, "note")
        first.action_check()
        second = self.upload([["x", "y", "z"]], header=["等级词", "公司", "随手记号码"], user=self.users["marketing"])
        second.action_read()
        self.assertEqual(second.mapping_ids.mapped("target"), ["tags", "company", "phone"])

    def test_straight_into_a_pool(self):
        home = self.env["crm.pool"].create({"name": "Home"})
        fair = self.env["crm.pool"].create({"name": "Fair"})
        self.env["crm.assignment.rule"].search([]).active = False
        batch = self.batch_of(self.rows(3))
        batch.pool_id = fair
        batch.action_import()
        leads = self.leads(batch)
        self.assertEqual((leads.pool_id, set(leads.mapped("pool_state"))), (fair, {"pooled"}))
        rows = self.env["crm.pool.ledger"].search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
        self.assertEqual((len(rows), set(rows.mapped("event"))), (3, {"enter"}))
        self.assertNotEqual(home, fair)
        with self.assertRaises(UserError):
            batch.pool_id = home

    def test_the_channel_gives_the_origin(self):
        medium = self.env["utm.medium"].create({"name": "名录"})
        source = self.env["utm.source"].create({"name": "老表"})
        channel = self.env["crm.intake.channel"].create(
            {"name": "Sheets", "kind": "import", "medium_id": medium.id, "source_id": source.id}
        )
        rows = self.rows(2)
        rows[0][4] = ""
        batch = self.batch_of(rows)
        batch.channel_id = channel
        batch.action_import()
        leads = self.leads(batch)
        self.assertEqual((leads.intake_channel_id, leads.medium_id), (channel, medium))
        self.assertEqual(leads.mapped("source_id.name"), ["老表", "官网"])

    def test_update_instead_of_append(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "old",
                "type": "lead",
                "partner_name": "旧名字",
                "phone": "138-1000-0000",
                "city": "上海",
                "user_id": False,
            }
        )
        self.rows(1)
        batch = self.upload(self.rows(2))
        batch.update_existing = True
        batch.action_read()
        batch.action_check()
        self.assertEqual((batch.update_count, batch.ready_count, batch.open_suggestion_count), (1, 1, 0))
        batch.action_import()
        self.assertEqual((batch.state, batch.merged_count, batch.imported_count), ("done", 1, 1))
        self.assertEqual((lead.partner_name, lead.city), (self.rows(1)[0][0], "上海"))
        self.assertEqual(lead.expected_revenue, 50000)
        # undone: what it had before is back
        batch.action_undo()
        self.assertEqual((lead.partner_name, lead.expected_revenue), ("旧名字", 0))

    def test_update_of_a_lead_that_is_gone(self):
        lead = self.env["crm.lead"].create({"name": "old", "phone": "138-1000-0000"})
        batch = self.upload(self.rows(1))
        batch.update_existing = True
        batch.action_read()
        batch.action_check()
        lead.unlink()
        batch.action_import()
        self.assertEqual((batch.state, batch.problem_count), ("done", 1))

    def test_who_may_not_change_a_lead_updates_nothing(self):
        self.env["crm.region"]._shipped().action_unarchive()
        self.env.ref("crm_merchant.region_south").is_scoped = True
        guangdong = self.env.ref("base.state_cn_GD")
        lead = self.env["crm.lead"].create(
            {"name": "old", "phone": "138-1000-0000", "state_id": guangdong.id, "user_id": self.rep.id, "city": "东莞"}
        )
        batch = self.upload(self.rows(1), user=self.users["marketing"])
        batch.update_existing = True
        batch.action_read()
        batch.action_check()
        batch.action_import()
        self.assertFalse(lead.partner_name)

    def test_large_files_are_checked_in_the_background(self):
        batch = self.upload([*self.rows(6), *self.rows(1)])
        batch.action_read()
        module = "odoo.addons.crm_merchant.models.intake.crm_import_batch_check"
        with patch(f"{module}.CHECK_STEP", 3), self.capture_triggers("crm_merchant.ir_cron_lead_import") as captured:
            batch.action_check()
        self.assertEqual((batch.state, batch.progress, len(captured.records)), ("checking", 0, 1))
        self.assertEqual(batch._check_step(limit=3), 3)
        self.assertAlmostEqual(batch.progress, 100 * 3 / 7)
        for call in ("action_check", "action_import", "action_confirm_certain", "action_back"):
            with self.subTest(call), self.assertRaises(UserError):
                getattr(batch, call)()
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_lead_import").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((batch.state, batch.ready_count, batch.duplicate_count), ("checked", 6, 1))

    def test_pages_of_a_check_do_not_matter(self):
        """Rows are compared with rows of other pages, and with records, as if all were read at once."""
        self.env["crm.lead"].create({"name": "x", "phone": self.rows(1, 3)[0][2]})
        rows = [
            *self.rows(6),
            *self.rows(2),
            ["苏州别名机械有限公司", "王伟", self.rows(1, 5)[0][2], "江苏", "", "", ""],
        ]

        def found():
            batch = self.upload(rows)
            batch.action_read()
            batch.action_check()
            while batch._check_step():
                pass
            suggestions = batch.sudo().suggestion_ids.sorted(lambda suggestion: suggestion.line_id.row_no)
            return [
                (s.line_id.row_no, s.survivor_line_id.row_no, s.survivor_model, s.level, s.kind) for s in suggestions
            ]

        at_once = found()
        self.assertEqual(len(at_once), 4)
        module = "odoo.addons.crm_merchant.models.intake.crm_import_batch_check"
        with patch(f"{module}.CHECK_STEP", 2):
            self.assertEqual(found(), at_once)

    def test_what_sql_writes_is_what_the_orm_would(self):
        """Lines are written in bulk: no stored column is forgotten."""
        batch = self.batch_of(self.rows(1))
        line = batch.sudo().line_ids
        stored = {name for name, field in line._fields.items() if field.store and field.column_type}
        filled = {name for name in stored if line[name]}
        nothing = {"problem", "hint", "merged_lead_id", "filled"}
        self.assertEqual(stored - nothing, filled)
        self.assertEqual((line.company_id, line.create_uid), (batch.company_id, self.supervisor))

    # -- result ----------------------------------------------------------------------------------

    def test_the_result_names_each_row(self):
        known = self.env["crm.lead"].create({"name": "known", "phone": "138-1000-0001", "user_id": self.rep.id})
        bad = ["", "", "138", "", "", "", "=cmd"]
        batch = self.batch_of([*self.rows(2), bad])
        batch.action_import()
        action = batch.action_download_result()
        attachment = self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))
        table = (
            python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(attachment.raw)).get_sheet_by_index(0).to_python()
        )
        self.assertEqual(table[0][: len(HEADER)], HEADER)
        states = dict(self.env["crm.import.line"]._fields["state"]._description_selection(self.env))
        self.assertEqual([row[-2] for row in table[1:]], [states["imported"], states["duplicate"], states["problem"]])
        self.assertIn("known", table[2][-1])
        self.assertTrue(table[3][-1])
        self.assertEqual(table[3][6], "'=cmd")
        self.assertTrue(known)

    # -- undo ------------------------------------------------------------------------------------

    def test_undo(self):
        other = self.env["crm.lead"].create({"name": "other"})
        batch = self.batch_of([*self.rows(3), *self.rows(1)])
        batch.action_import()
        batch.action_confirm_certain()
        leads = self.leads(batch)
        self.assertEqual(len(leads), 3)
        batch.action_undo()
        self.assertEqual((batch.state, leads.exists(), batch.imported_count), ("undone", leads.browse(), 0))
        self.assertTrue(other.exists())
        # the same file can come in again
        again = self.batch_of(self.rows(3))
        self.assertEqual(again.ready_count, 3)
        with self.assertRaises(UserError):
            batch.action_undo()

    def test_worked_on_leads_stop_the_undoing(self):
        def note(lead):
            lead.message_post(body="called him", message_type="comment")

        def meet(lead):
            self.env["calendar.event"].create(
                {"name": "x", "start": "2026-01-05 02:00", "stop": "2026-01-05 03:00", "opportunity_id": lead.id}
            )

        def claim(lead):
            lead._pool_move("claim", {self.rep: lead}, "", pool=self.env["crm.pool"].create({"name": "P"}))

        def todo(lead):
            lead.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id).action_done()

        works = [
            note,
            meet,
            claim,
            todo,
            lambda lead: lead.convert_opportunity(self.env["res.partner"]),
            lambda lead: lead.action_set_lost(),
        ]
        for number, work in enumerate(works):
            with self.subTest(number):
                batch = self.batch_of(self.rows(2, 10 * number))
                batch.action_import()
                leads = self.leads(batch)
                work(leads[0])
                with self.assertRaises(UserError):
                    batch.action_undo()
                self.assertEqual((batch.state, leads.exists()), ("done", leads))

    def test_large_ones_are_undone_in_the_background(self):
        batch = self.batch_of(self.rows(9))
        batch.action_import()
        leads = self.leads(batch)
        batch._set(state="undoing")
        self.assertEqual(batch._undo_step(limit=4), 4)
        # one of the others is worked on meanwhile: it stays
        leads[-1].message_post(body="x", message_type="comment")
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_lead_import").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((batch.state, leads.exists()), ("undone", leads[-1]))
        self.assertEqual(leads[-1].import_line_id.state, "kept")

    def test_who_undoes_and_downloads(self):
        batch = self.batch_of(self.rows(1))
        batch.action_import()
        for role in ("sales_rep", "marketing", "finance_clerk"):
            for call in ("action_undo", "action_download_result"):
                with self.subTest(role, call=call), self.assertRaises(AccessError):
                    getattr(batch.with_user(self.users[role]), call)()
