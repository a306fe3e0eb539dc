from odoo.exceptions import AccessError
from odoo.tests import tagged

from .intake_common import IntakeCase

IMPORTERS = ["sales_supervisor", "region_manager", "hq_commerce", "marketing", "sales_director", "suite_admin"]
OTHERS = [
    "sales_rep",
    "regional_agent",
    "finance_clerk",
    "technical_lead",
    "project_manager",
    "service_agent",
    "general_manager",
]


@tagged("post_install", "-at_install")
class TestIntakeRights(IntakeCase):
    def test_who_may_import(self):
        for role in IMPORTERS:
            with self.subTest(role):
                batch = self.batch_of(self.rows(1, IMPORTERS.index(role)), user=self.users[role])
                batch.action_import()
                self.assertEqual(batch.imported_count, 1)
        for role in OTHERS:
            with self.subTest(role), self.assertRaises(AccessError):
                self.upload(self.rows(1), user=self.users[role])

    def test_every_public_method_refuses_the_wrong_person(self):
        batch = self.batch_of([*self.rows(1), *self.rows(1), ["", "", "", "", "", "", "x"]])
        suggestion = self.env["crm.merge.suggestion"].search([("batch_id", "=", batch.id)])
        calls = {
            batch: ["action_read", "action_check", "action_change_columns", "action_back", "action_import",
                    "action_download_problems", "action_open_rows", "action_open_ready", "action_open_problems",
                    "action_open_suggestions", "action_open_leads", "action_confirm_certain", "action_confirm_very_likely"],
            suggestion: ["action_confirm", "action_reject"],
        }  # fmt: skip
        for records, methods in calls.items():
            for method in methods:
                # a rep, and an importer whose import it is not
                for role in ("sales_rep", "marketing", "finance_clerk"):
                    with self.subTest(method, role=role), self.assertRaises(AccessError):
                        getattr(records.with_user(self.users[role]), method)()
        with self.assertRaises(AccessError):
            batch.with_user(self.rep).action_confirm_all("certain")
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.rep.id})
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).action_suggest_merges()
        with self.assertRaises(AccessError):
            lead.with_user(self.users["sales_rep_2"]).action_open_duplicate_check()
        self.assertEqual((batch.state, suggestion.state), ("checked", "open"))

    def test_only_superiors_undo(self):
        head, tail = self.env["crm.lead"].create(
            [{"name": "a", "user_id": self.rep.id}, {"name": "b", "user_id": self.rep.id}]
        )
        (head | tail)._merge_and_keep()
        undo = self.env["crm.merge.undo"].search([("tail_id", "in", (head | tail).ids)])
        for role in ("sales_rep", "marketing", "finance_clerk", "general_manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                undo.with_user(self.users[role]).action_undo()
        undo.with_user(self.users["region_manager"]).action_undo()

    def test_merged_leads_are_read_with_the_lead_that_stayed(self):
        """Their rows hold phone and mail as they were."""
        region = self.env.ref("crm_merchant.region_east")
        region.action_unarchive()
        head, tail = self.env["crm.lead"].create(
            [{"name": n, "state_id": self.env.ref("base.state_cn_JS").id, "user_id": self.rep.id} for n in "ab"]
        )
        (head | tail)._merge_and_keep()
        undo = self.env["crm.merge.undo"].search([("tail_id", "in", (head | tail).ids)])
        roles = ("marketing", "sales_supervisor", "hq_commerce", "sales_director", "region_manager")
        for role in roles:
            self.assertTrue(undo.with_user(self.users[role]).has_access("read"), role)
        region.is_scoped = True
        self.env.flush_all()
        self.env.invalidate_all()
        for role in roles:
            with self.subTest(role):
                open_to = role in ("hq_commerce", "sales_director")
                self.assertEqual(undo.with_user(self.users[role]).has_access("read"), open_to)
                self.assertEqual(bool(undo.with_user(self.users[role]).search([("id", "=", undo.id)])), open_to)
        region.is_scoped = False
        pool = self.env["crm.pool"].create({"name": "All"})
        undo.survivor_id._pool_move("enter", {self.env["res.users"]: undo.survivor_id}, "", pool=pool)
        self.env.flush_all()
        self.env.invalidate_all()
        for role in roles:
            self.assertFalse(undo.with_user(self.users[role]).has_access("read"), role)

    def test_own_imports_and_headquarters(self):
        batch = self.batch_of(self.rows(1) * 2)
        line, mapping = batch.sudo().line_ids[0], batch.sudo().mapping_ids[0]
        suggestion = self.env["crm.merge.suggestion"].search([("batch_id", "=", batch.id)])
        for records in (batch, line, mapping, suggestion):
            with self.subTest(records._name):
                for role in ("hq_commerce", "sales_director", "suite_admin", "sales_supervisor"):
                    self.assertTrue(records.with_user(self.users[role]).has_access("read"), role)
                for role in ("marketing", "region_manager", "sales_rep", "finance_clerk"):
                    self.assertFalse(records.with_user(self.users[role]).has_access("read"), role)

    def test_other_company(self):
        batch = self.batch_of(self.rows(1) * 2)
        other = self.env["res.company"].create({"name": "Other"})
        director = self.users["sales_director"]
        director.sudo().write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        suggestion = self.env["crm.merge.suggestion"].search([("batch_id", "=", batch.id)])
        for records in (batch, batch.sudo().line_ids, batch.sudo().mapping_ids, suggestion):
            self.assertFalse(records.with_user(director).with_company(other).has_access("read"), records._name)

    def test_guarded_fields_of_a_batch(self):
        batch = self.upload(self.rows(1))
        rep_id = self.rep.id
        for vals in ({"state": "done"}, {"user_id": rep_id}, {"notice": "x"}, {"finished_at": "2026-01-01 00:00:00"}):
            with self.subTest(vals):
                with self.assertRaises(AccessError):
                    batch.write(vals)
                with self.assertRaises(AccessError):
                    batch.create(vals)
        made = batch.with_context(default_state="checked", default_user_id=rep_id).create({"name": "x"})
        self.assertEqual((made.state, made.user_id), ("draft", self.supervisor))
        self.assertEqual(batch.copy().state, "draft")
        result = batch.load(["name", "state"], [["x", "done"]])
        self.assertTrue(result["messages"])
        with self.assertRaises(AccessError):
            batch.write({"line_ids": [(0, 0, {"sheet": "x", "state": "ready"})]})

    def test_rows_and_decisions_cannot_be_written(self):
        batch = self.batch_of(self.rows(1) * 2)
        suggestion = self.env["crm.merge.suggestion"].search([("batch_id", "=", batch.id)])
        attacks = [
            (batch.sudo().line_ids[0], {"state": "ready"}),
            (batch.sudo().line_ids[0], {"values": {"company": "x"}}),
            (suggestion, {"state": "confirmed"}),
            (suggestion, {"survivor_res_id": 1}),
            (batch.sudo().mapping_ids[0], {"header": "x"}),
            (batch.sudo().mapping_ids[0], {"batch_id": batch.id}),
        ]
        for records, vals in attacks:
            with self.subTest(records._name, vals=vals), self.assertRaises(AccessError):
                records.with_user(self.supervisor).write(vals)
        for model in (
            "crm.import.line",
            "crm.merge.suggestion",
            "crm.merge.undo",
            "crm.duplicate.query",
            "crm.import.mapping",
        ):
            for user in (self.supervisor, self.users["suite_admin"]):
                for operation in ("create", "unlink"):
                    self.assertFalse(self.env[model].with_user(user).has_access(operation), (model, operation))

    def test_guarded_fields_of_a_lead(self):
        one, two = self.env["crm.lead"].create([{"name": "a"}, {"name": "b"}])
        director = self.users["suite_admin"]
        for vals in ({"merged_into_id": two.id}, {"import_line_id": 1}):
            with self.subTest(vals):
                with self.assertRaises(AccessError):
                    one.with_user(director).write(vals)
                with self.assertRaises(AccessError):
                    one.sudo().with_context(merchant_door=True).write(vals)
                with self.assertRaises(AccessError):
                    one.with_user(director).create({"name": "c", **vals})
        made = one.with_user(director).with_context(default_merged_into_id=two.id).create({"name": "d"})
        self.assertFalse(made.merged_into_id)

    def test_portal_sees_none_of_the_keys(self):
        portal = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create({"name": "p", "login": "p", "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])]})
        )
        for name in ("phone_key", "company_key", "credit_code"):
            with self.assertRaises(AccessError):
                portal.partner_id.with_user(portal).read([name])

    def test_nobody_blanks_the_keys_of_duplicates(self):
        lead = self.env["crm.lead"].create(
            {"name": "x", "phone": "13812008866", "partner_name": "苏州恒锐机械有限公司"}
        )
        company = self.env["res.partner"].create({"name": "苏州恒锐机械有限公司", "is_company": True})
        for record in (lead, company):
            for name in ("phone_key", "company_key"):
                with self.subTest(record=record, name=name), self.assertRaises(AccessError):
                    record.sudo().write({name: False})
        lead.write({"phone": "13900001111"})
        self.assertEqual(lead.phone_key, "+8613900001111")
