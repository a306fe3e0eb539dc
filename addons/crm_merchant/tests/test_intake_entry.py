from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .channel_common import ChannelCase


@tagged("post_install", "-at_install")
class TestIntakeEntry(ChannelCase):
    """Entering by hand: phone, referral, the lead form; and what is told of what is there already."""

    def entry(self, user=None, kind="phone", **vals):
        Entry = self.env["crm.intake.entry"].with_user(user or self.rep)
        return Entry.create(
            {"kind": kind, "phone": "13900001111", "company": "无锡启明阀门有限公司", "contact": "王伟", **vals}
        )

    def test_a_call_becomes_a_lead(self):
        channel = self.channel("phone")
        action = self.entry(need="两台五轴，月底前").action_save()
        lead = self.leads(channel)
        self.assertEqual(
            (lead.partner_name, lead.contact_name, lead.phone), ("无锡启明阀门有限公司", "王伟", "13900001111")
        )
        self.assertIn("两台五轴", lead.description)
        self.assertEqual((lead.pool_state, lead.create_uid), ("pooled", self.rep))
        # it went into the pool, which the rep does not read
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(channel.created_count, 1)

    def test_who_keeps_it_has_it(self):
        channel = self.channel("phone")
        action = self.entry(keep=True).action_save()
        self.assertEqual((self.leads(channel).user_id, action["res_model"]), (self.rep, "crm.lead"))

    def test_unreadable_numbers_are_refused_in_words(self):
        self.channel("phone")
        for phone in ("138", "1" * 300, "abc"):
            with self.subTest(phone), self.assertRaises(UserError):
                self.entry(phone=phone).action_save()

    def test_the_answer_while_typing(self):
        self.channel("phone")
        known = self.known()
        with Form(self.env["crm.intake.entry"].with_user(self.users["sales_rep_2"])) as form:
            form.phone = "138-1200-8866"
            self.assertIn(self.rep.name, form.answer)
            self.assertNotIn("恒锐", form.answer)
            form.phone = "1381200"
            self.assertFalse(form.answer)
            form.phone = "13900001111"
            self.assertFalse(form.answer)
        self.assertTrue(self.env["crm.duplicate.query"].search([("user_id", "=", self.users["sales_rep_2"].id)]))
        self.assertTrue(known)

    def test_block_says_who_holds_it(self):
        channel = self.channel("phone", duplicate_policy="block")
        self.known()
        with self.assertRaisesRegex(UserError, self.rep.name):
            self.entry(self.users["sales_rep_2"], phone="13812008866").action_save()
        self.assertFalse(self.leads(channel))

    def test_referral_keeps_who_recommended(self):
        channel = self.channel("referral")
        with self.assertRaises(UserError):
            self.entry(kind="referral").action_save()
        colleague = self.users["technical_lead"].partner_id
        self.entry(kind="referral", referrer_id=colleague.id).action_save()
        self.assertEqual((self.leads(channel).referrer_id, self.leads(channel).referred), (colleague, colleague.name))

    def test_only_sales_and_only_the_right_channel(self):
        self.channel("phone")
        with self.assertRaises(AccessError):
            self.entry(self.users["finance_clerk"])
        other = self.channel("endpoint")
        with self.assertRaises(UserError):
            self.entry(channel_id=other.id).action_save()
        entry = self.entry()
        with self.assertRaises(AccessError):
            entry.with_user(self.users["sales_rep_2"]).action_save()

    # -- the lead form ---------------------------------------------------------------------------

    def test_the_lead_form_says_it_while_it_is_typed(self):
        self.known()
        with Form(self.env["crm.lead"].with_user(self.users["sales_rep_2"])) as form:
            form.name = "new"
            form.partner_name = "苏州恒锐机械有限责任公司"
            self.assertIn(self.rep.name, form.intake_answer)
            form.partner_name = "杭州别家机械有限公司"
            self.assertFalse(form.intake_answer)

    def test_its_own_number_is_no_duplicate(self):
        known = self.known()
        with Form(known.with_user(self.rep)) as form:
            form.phone = "13812008867"
            form.phone = "13812008866"
            self.assertFalse(form.intake_answer)
        self.assertFalse(known.with_user(self.rep).read(["intake_answer"])[0]["intake_answer"])

    def test_asking_too_often_answers_nothing_and_holds_nobody_up(self):
        self.known()
        self.env["ir.config_parameter"].sudo().set_param("crm_merchant.duplicate_checks_per_hour", 1)
        check = self.env["crm.duplicate.check"].with_user(self.users["sales_rep_2"])
        self.assertTrue(check._answer(["13812008866"]))
        self.assertEqual(check._answer(["13812008866"]), "")

    # -- closed regions and the owner ------------------------------------------------------------

    def closed(self):
        self.env["crm.region"]._shipped().action_unarchive()
        east = self.env.ref("crm_merchant.region_east")
        east.is_scoped = True
        return self.known(state_id=self.env.ref("base.state_cn_JS").id)

    def check(self, user, query="13812008866"):
        check = self.env["crm.duplicate.check"].with_user(user).create({"query": query})
        check.action_search()
        return check.line_ids

    def test_of_a_closed_region_only_that_it_exists(self):
        lead = self.closed()
        stranger = self.users["sales_rep_2"]
        line = self.check(stranger)
        self.assertEqual((len(line), line.owner, line.last_contact, line.res_id), (1, False, False, 0))
        self.assertNotIn("恒锐", line.label)
        answer = self.env["crm.duplicate.check"].with_user(stranger)._answer(["13812008866"])
        self.assertTrue(answer)
        self.assertNotIn(self.rep.name, answer)
        with self.assertRaises(AccessError):
            line.read(["found_id"])
        # its owner reads it as ever
        self.assertEqual(self.check(self.rep).res_id, lead.id)

    def test_asking_the_owner_is_a_quiet_todo_for_him(self):
        lead = self.closed()
        stranger = self.users["sales_rep_2"]
        line = self.check(stranger)
        action = line.action_ask_owner()
        self.assertNotIn(self.rep.name, str(action))
        todo = self.todos(lead)
        self.assertEqual((todo.user_id, line.is_asked), (self.rep, True))
        self.assertIn(stranger.name, todo.summary)
        self.check(stranger).action_ask_owner()
        self.assertEqual(len(self.todos(lead)), 1)
        with self.assertRaises(AccessError):
            line.with_user(self.users["regional_agent"]).action_ask_owner()
