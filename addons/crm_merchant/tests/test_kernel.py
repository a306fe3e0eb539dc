from unittest.mock import patch

from odoo import models
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from ..demo.roles import build_roles


@tagged("post_install", "-at_install")
class TestKernel(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = build_roles(cls.env)

    def test_superiors_nearest_first(self):
        rep = self.users["sales_rep"]
        chain = [user.login for user in rep.with_user(rep)._merchant_superiors()]
        self.assertEqual(chain, ["sales_supervisor", "region_manager", "sales_director", "general_manager"])

    def test_a_circle_of_superiors_ends(self):
        top, rep = self.users["general_manager"], self.users["sales_rep"]
        top.employee_ids.with_context(tracking_disable=True).write({"parent_id": False})
        self.env.cr.execute(
            "UPDATE hr_employee SET parent_id = %s WHERE id = %s", (rep.employee_ids.id, top.employee_ids.id)
        )
        self.env.invalidate_all()
        self.assertEqual(len(rep._merchant_superiors()), 4)

    def test_without_a_card_the_team_leader_answers(self):
        user = self.users["sales_rep"]
        user.employee_ids.parent_id = False
        team = self.env["crm.team"].create({"name": "T", "user_id": self.users["sales_director"].id})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": user.id})
        self.assertEqual(user._merchant_superiors(), self.users["sales_director"])

    def test_what_is_remembered_is_forgotten_after_the_change(self):
        regions, company = self.env["crm.region"], self.env.company.id
        plain = models.BaseModel.write

        def asked_meanwhile(records, vals):
            records.env["crm.region"]._region_map(company)
            return plain(records, vals)

        regions._region_map(company)
        region = regions.create({"name": "New", "code": "new", "city_names": "苏州"})
        self.assertEqual(regions._region_map(company)["city"].get("苏州"), region.id)
        with patch.object(models.BaseModel, "write", asked_meanwhile):
            region.city_names = "无锡"
        self.assertEqual(regions._region_map(company)["city"].get("无锡"), region.id)
        region.unlink()
        self.assertNotIn("无锡", regions._region_map(company)["city"])

    def test_many_todos_one_message_a_person(self):
        partner = self.env["res.partner"].create({"name": "X"})
        people = self.users["sales_rep"] | self.users["sales_rep_2"]
        vals = [
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": partner.id,
                "user_id": user.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                "summary": f"Call {number}",
            }
            for user in people
            for number in range(25)
        ]
        before = self.env["mail.message"].search_count([("message_type", "=", "user_notification")])
        before_queries = self.env.cr.sql_log_count
        activities = self.env["mail.activity"]._merchant_schedule_quietly(vals, "Calls")
        queries = self.env.cr.sql_log_count - before_queries
        self.assertEqual(len(activities), 50)
        messages = self.env["mail.message"].search(
            [("message_type", "=", "user_notification")], order="id desc", limit=10
        )
        self.assertEqual(
            self.env["mail.message"].search_count([("message_type", "=", "user_notification")]) - before, len(people)
        )
        self.assertIn("Call 19", messages[0].body)
        self.assertNotIn("Call 20", messages[0].body)
        self.assertLess(queries, 40, "50 to-dos must not cost a mail each")
        self.assertFalse(partner.message_partner_ids & people.partner_id, "who is reminded does not begin to follow")

    def test_each_person_reads_his_own_language(self):
        """A job has none; its to-dos would all be in English."""
        partner = self.env["res.partner"].create({"name": "X"})
        people = self.users["sales_rep"] | self.users["sales_rep_2"]
        self.env["res.lang"]._activate_lang("zh_CN")
        people[0].lang, people[1].lang = "zh_CN", "en_US"
        vals = [
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": partner.id,
                "user_id": user.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                "summary": lambda env: f"in {env.lang}",
            }
            for user in people
        ]
        job = self.env["mail.activity"].with_context(lang=None)
        activities = job._merchant_schedule_quietly(vals, lambda env: f"about {env.lang}")
        self.assertEqual(activities.mapped("summary"), ["in zh_CN", "in en_US"])
        messages = self.env["mail.message"].search(
            [("partner_ids", "in", people.partner_id.ids)], order="id desc", limit=2
        )
        self.assertEqual(
            {message.partner_ids: message.subject for message in messages},
            {people[0].partner_id: "about zh_CN", people[1].partner_id: "about en_US"},
        )

    def test_the_door_is_no_context_key(self):
        """Whatever a caller can put into JSON is not the door."""
        lead = self.env["crm.lead"].create({"name": "x"})
        for forged in (True, 1, "pool_state", ["pool_state"], {"model": "crm.lead", "fields": ["pool_state"]}):
            with self.subTest(forged), self.assertRaises(AccessError):
                lead.with_context(merchant_door=forged).sudo().write({"pool_state": "owned"})
        # a door for one field of one model opens nothing else
        door = lead._through_door("pool_state")
        with self.assertRaises(AccessError):
            door.write({"pool_id": False})
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_env(door.env).create({"name": "x", "region_id": 1})

    def test_leads_leave_the_company_to_nobody(self):
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertEqual(parameters.get_param("crm.iap.lead.enrich.setting"), "manual")
        self.assertIn("127.0.0.1", parameters.get_param("iap.partner_autocomplete.endpoint"))

    def test_seals_tie_the_chains_together(self):
        ledger, seals = self.env["crm.pool.ledger"], self.env["crm.ledger.seal"]
        row = {"res_model": "crm.lead", "res_id": 900001, "event": "claim"}
        ledger._ledger_append([row, {**row, "res_id": 900002}])
        seals._cron_seal()
        first = seals.search([("res_model", "=", "crm.pool.ledger")], limit=1, order="seq desc")
        self.assertEqual(first.head_count, 2)
        seals._cron_seal()
        self.assertEqual(seals.search([("res_model", "=", "crm.pool.ledger")], limit=1, order="seq desc"), first)
        ledger._ledger_append([row])
        seals._cron_seal()
        second = seals.search([("res_model", "=", "crm.pool.ledger")], limit=1, order="seq desc")
        self.assertEqual((second.previous_hash, second.head_count), (first.hash, 1))
        self.assertFalse(seals._ledger_broken())

    def test_hooks_of_later_addons_say_nothing_by_themselves(self):
        rep = self.users["sales_rep"]
        customer = self.env["res.partner"].create({"name": "杭州测试有限公司", "is_company": True})
        self.assertIsInstance(customer._merchant_360_sections(), list)
        self.assertIsInstance(customer.browse()._merchant_risk_signals(), list)
        self.assertIsInstance(customer._merchant_tier_measures(), dict)
        self.assertIsInstance(rep._merchant_handover_items(), dict)
