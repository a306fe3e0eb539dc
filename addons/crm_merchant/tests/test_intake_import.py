from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestIntakeImport(IntakeCase):
    def test_values_of_a_lead(self):
        header = ["公司名称", "联系人", "电话", "所在省市", "来源", "预算", "信用代码", "行业", "登记日期"]
        row = ["上海ＡＢＣ科技有限公司", "王伟", "0512-68881234转801", "江苏省苏州", "官网", "12.8万", "91210108MA5348440B",
               "数控机床", "2023/8/26"]  # fmt: skip
        batch = self.batch_of([row], header=header)
        batch.action_import()
        lead = self.leads(batch)
        self.assertEqual(lead.type, "lead")
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.company_id, batch.company_id)
        self.assertEqual(lead.create_uid, self.supervisor)
        self.assertEqual((lead.partner_name, lead.contact_name), ("上海ABC科技有限公司", "王伟"))
        self.assertEqual((lead.phone, lead.phone_key), ("0512-68881234 ext. 801", "+8651268881234"))
        self.assertEqual((lead.state_id, lead.city), (self.env.ref("base.state_cn_JS"), "苏州"))
        self.assertEqual((lead.expected_revenue, lead.source_id.name), (128000, "官网"))
        self.assertEqual((lead.company_key, lead.credit_code), ("ABC科技@上海", "91210108MA5348440B"))
        for text in ("数控机床", "2023/8/26", "12.8万"):
            self.assertIn(text, lead.description)
        self.assertEqual(batch.state, "done")
        self.assertEqual(lead.import_line_id.with_user(self.supervisor).lead_id, lead)

    def test_sources_are_found_whatever_their_case(self):
        source = self.env["utm.source"].create({"name": "Expo Shanghai"})
        rows = self.rows(2)
        rows[0][4], rows[1][4] = "EXPO shanghai", "从未见过的来源"
        batch = self.batch_of(rows)
        batch.action_import()
        leads = self.leads(batch)
        self.assertEqual(leads[0].source_id, source)
        self.assertEqual(leads[1].source_id.name, "从未见过的来源")

    def test_html_of_a_cell_stays_text(self):
        rows = self.rows(1)
        rows[0][6] = "<script>alert(1)</script>"
        batch = self.batch_of(rows)
        batch.action_import()
        self.assertIn("&lt;script&gt;", self.leads(batch).description)

    def test_large_import_runs_in_the_background(self):
        with self.capture_triggers("crm_merchant.ir_cron_lead_import") as captured:
            batch = self.batch_of(self.rows(501))
            batch.action_import()
        self.assertEqual(len(captured.records), 1)
        self.assertEqual((batch.state, batch.imported_count), ("running", 0))
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_lead_import").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((batch.state, batch.imported_count, batch.progress), ("done", 501, 100.0))
        self.assertEqual(len(self.leads(batch)), 501)

    def test_interrupted_import_goes_on(self):
        batch = self.batch_of(self.rows(9))
        batch._set(state="running")
        self.assertEqual(batch._import_step(limit=4), 4)
        # the server dies in the middle of the next step: its transaction is gone
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            with patch.object(type(self.env["crm.lead"]), "_merchant_assign", side_effect=ZeroDivisionError):
                batch._import_step(limit=4)
        self.env.invalidate_all()
        self.assertEqual(len(self.leads(batch)), 4)
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_lead_import").method_direct_trigger()
        self.env.invalidate_all()
        leads = self.leads(batch)
        self.assertEqual(len(leads), 9)
        self.assertEqual(len(leads.import_line_id), 9)
        self.assertEqual(batch.state, "done")

    def test_no_row_becomes_two_leads(self):
        batch = self.batch_of(self.rows(1))
        batch.action_import()
        line = batch.sudo().line_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            self.env["crm.lead"]._import_mark([{"name": "twice", "import_line_id": line.id}]).flush_recordset()

    def test_a_refused_row_does_not_hold_the_others_up(self):
        batch = self.batch_of(self.rows(5))
        bad = batch.sudo().line_ids[2]
        prepare = type(batch)._prepare_lead_vals

        def broken(self, line, lookups):
            vals = prepare(self, line, lookups)
            return {**vals, "probability": 500} if line == bad else vals

        with patch.object(type(batch), "_prepare_lead_vals", broken), mute_logger("odoo.sql_db"):
            with self.assertLogs("odoo.addons.crm_merchant.models.intake.crm_import_batch_run", "WARNING"):
                batch.action_import()
        self.assertEqual((batch.imported_count, batch.problem_count), (4, 1))
        self.assertTrue(bad.problem)

    def test_a_failing_import_does_not_stop_the_others(self):
        batches = self.batch_of(self.rows(1)) + self.batch_of(self.rows(1, 1))
        for batch in batches:
            batch._set(state="running")
        step = type(batches)._import_step

        def failing(self, limit=500):
            if self.id == batches[0].id:
                raise RuntimeError("broken")
            return step(self, limit)

        logger = "odoo.addons.crm_merchant.models.intake.crm_import_batch_run"
        with patch.object(type(batches), "_import_step", failing), self.enter_registry_test_mode():
            with mute_logger(logger, "odoo.addons.base.models.ir_cron"):
                self.env.ref("crm_merchant.ir_cron_lead_import").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(batches.mapped("state"), ["running", "done"])
        self.assertTrue(batches[0].notice)

    def test_steps_out_of_turn_are_refused(self):
        batch = self.upload(self.rows(1))
        for method in ("action_check", "action_import", "action_back"):
            with self.subTest(method), self.assertRaises(UserError):
                getattr(batch, method)()
        batch.action_read()
        with self.assertRaises(UserError):
            batch.action_read()
        with self.assertRaises(UserError):
            batch.file = False
        batch.action_back()
        self.assertEqual((batch.state, batch.total_count), ("draft", 0))

    def test_imported_batch_is_not_deleted(self):
        batch = self.batch_of(self.rows(1))
        batch.action_import()
        with self.assertRaises(UserError):
            batch.unlink()
