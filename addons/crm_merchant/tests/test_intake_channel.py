from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .channel_common import ChannelCase


@tagged("post_install", "-at_install")
class TestIntakeChannel(ChannelCase):
    """The one way in, whatever it is reached by."""

    def test_origin_assignment_and_hooks(self):
        channel = self.channel()
        seen = []
        Lead = type(self.env["crm.lead"])
        with patch.object(Lead, "_intake_started", lambda leads, c: seen.append((leads, c))):
            intake = self.take(channel)
        lead = intake.record
        self.assertEqual((intake.outcome, lead.type), ("created", "lead"))
        self.assertEqual((lead.source_id, lead.medium_id, lead.campaign_id), (self.source, self.medium, self.campaign))
        self.assertEqual((lead.intake_channel_id, lead.company_id), (channel, channel.company_id))
        self.assertEqual((lead.pool_state, lead.pool_id), ("pooled", self.pool))
        self.assertEqual(seen, [(lead, channel)])

    def test_its_own_source_wins(self):
        other = self.env["utm.source"].create({"name": "展会"})
        self.assertEqual(self.take(self.channel(), source_id=other.id).record.source_id, other)

    def test_intent_rules_first_match_wins(self):
        Rule = self.env["crm.intake.rule"]
        Rule.create({"sequence": 2, "field": "text", "operator": "contains", "value": "样本", "grade": "B"})
        eager = Rule.create({"sequence": 1, "field": "text", "operator": "contains", "value": "报价，急", "grade": "A"})
        Rule.create({"sequence": 3, "field": "budget", "operator": "at_least", "value": "50万", "grade": "A"})
        graded = []
        Lead = type(self.env["crm.lead"])
        with patch.object(
            Lead, "_intake_grade", lambda leads, grade, why: graded.append((leads.mapped("name"), grade, why))
        ):
            channel = self.channel()
            for name, text, budget in (
                ("1", "请报价，要样本", 0),
                ("2", "要样本", 0),
                ("3", "看看", 600000),
                ("4", "看看", 1),
            ):
                self.take(channel, name=name, phone=False, partner_name=name, description=text, expected_revenue=budget)
        self.assertEqual([(names, grade) for names, grade, _why in graded], [(["1"], "A"), (["2"], "B"), (["3"], "A")])
        self.assertIn(eager.name, graded[0][2])

    def test_the_rule_sets_the_grade_and_says_so(self):
        rule = self.env["crm.intake.rule"].create(
            {"field": "text", "operator": "contains", "value": "急", "grade": "A"}
        )
        lead = self.take(self.channel(), description="很急").record
        self.assertEqual(lead.merchant_grade, "A")
        rows = self.env["crm.pool.ledger"].search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
        self.assertIn(rule.name, str(rows.mapped("reason")))

    def test_rules_that_say_nothing_are_refused(self):
        for vals in (
            {"field": "text", "operator": "at_least", "value": "5"},
            {"field": "budget", "operator": "contains", "value": "5"},
            {"field": "budget", "operator": "at_least", "value": "many"},
            {"field": "text", "operator": "contains", "value": " , "},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env["crm.intake.rule"].create({"grade": "A", **vals})

    # -- duplicates ------------------------------------------------------------------------------

    def test_warn_takes_it_in_and_suggests(self):
        known = self.known()
        intake = self.take(self.channel())
        self.assertEqual(intake.outcome, "created")
        suggestion = self.env["crm.merge.suggestion"].search([("lead_id", "in", (known | intake.record).ids)])
        self.assertEqual((len(suggestion), suggestion.level), (1, "very_likely"))
        self.assertEqual(self.todos(known).user_id, self.rep)
        # the note says that there is something, not what
        note = intake.record.message_ids.filtered(lambda m: m.message_type == "notification")[:1].body
        self.assertNotIn(self.rep.name, note)

    def test_merge_fills_what_is_empty(self):
        known = self.known()
        intake = self.take(
            self.channel(duplicate_policy="merge"),
            name="again",
            city="苏州",
            partner_name="别的名字",
            description="要报价",
        )
        self.assertEqual((intake.outcome, intake.record), ("merged", known))
        self.assertEqual((known.city, known.partner_name), ("苏州", "苏州恒锐机械有限公司"))
        self.assertIn("要报价", known.message_ids[:1].body)
        self.assertEqual(self.todos(known).user_id, self.rep)
        self.assertFalse(self.env["crm.lead"].search([("name", "=", "again")]))

    def test_block_changes_nothing_but_tells_the_owner(self):
        known = self.known()
        intake = self.take(self.channel(duplicate_policy="block"), city="苏州")
        self.assertEqual((intake.outcome, intake.record, known.city), ("held", known, False))
        self.assertTrue(self.todos(known))

    def test_block_knows_customers_merge_makes_a_new_chance(self):
        customer = self.env["res.partner"].create(
            {"name": "苏州恒锐机械有限公司", "is_company": True, "phone": "13812008866", "user_id": self.rep.id}
        )
        self.assertEqual(self.take(self.channel(duplicate_policy="block")).record, customer)
        lead = self.take(self.channel(duplicate_policy="merge")).record
        self.assertEqual((lead._name, lead.user_id), ("crm.lead", self.rep))
        # a visitor must not write into the customer's card
        self.assertFalse(lead.partner_id)

    def test_lost_and_won_leads_hold_nothing_back(self):
        known = self.known()
        known.action_set_lost()
        self.assertEqual(self.take(self.channel(duplicate_policy="block")).outcome, "created")

    def test_same_name_holds_nothing_back(self):
        self.known(phone=False)
        self.assertEqual(self.take(self.channel(duplicate_policy="block"), phone=False).outcome, "created")

    def test_a_known_lead_in_the_pool_is_told_to_its_administrator(self):
        known = self.known(user_id=False)
        known._merchant_assign()
        self.take(self.channel(duplicate_policy="block"))
        self.assertEqual(self.todos(known).user_id, self.users["region_manager"])

    def test_two_of_one_firm_in_one_call(self):
        vals = [{"name": str(n), "phone": "13900001111"} for n in range(3)] + [{"name": "z", "phone": "13900002222"}]
        intakes = self.env["crm.lead"]._merchant_intake(vals, self.channel(duplicate_policy="merge"))
        self.assertEqual([i.outcome for i in intakes], ["created", "merged", "merged", "created"])
        self.assertEqual(len({i.record for i in intakes}), 2)

    # -- made elsewhere --------------------------------------------------------------------------

    def test_leads_made_by_a_website_take_the_same_way(self):
        website = self.env["utm.medium"].create({"name": "Website"})
        channel = self.channel(medium_id=website.id, catch_created=True)
        public = self.env.ref("base.public_user")
        vals = {
            "name": "site",
            "contact_name": "王伟",
            "phone": "13900001111",
            "medium_id": website.id,
            "type": "lead",
            "user_id": False,
        }
        lead = self.env["crm.lead"].with_user(public).sudo().create(vals)
        self.assertEqual(
            (lead.intake_channel_id, lead.source_id, lead.campaign_id), (channel, self.source, self.campaign)
        )
        self.assertEqual(lead.pool_state, "pooled")
        owned = self.env["crm.lead"].create({**vals, "user_id": self.rep.id})
        self.assertEqual((owned.intake_channel_id, owned.user_id), (channel, self.rep))
        channel.catch_created = False
        self.assertFalse(self.env["crm.lead"].create(vals).intake_channel_id)

    def test_the_channel_that_names_the_source_comes_first(self):
        self.channel(catch_created=True, source_id=False)
        named = self.channel(catch_created=True)
        other = self.env["utm.source"].create({"name": "别的"})
        Lead = self.env["crm.lead"]
        lead = Lead.create({"name": "x", "medium_id": self.medium.id, "source_id": self.source.id})
        self.assertEqual(lead.intake_channel_id, named)
        lead = Lead.create({"name": "x", "medium_id": self.medium.id, "source_id": other.id})
        self.assertNotEqual(lead.intake_channel_id, named)
        with self.assertRaises(UserError):
            self.channel(catch_created=True, medium_id=False)

    def test_unrelated_creates_cost_no_query(self):
        Lead = self.env["crm.lead"]
        Lead.create({"name": "warm"})
        calls = []
        with patch.object(type(self.env["crm.intake.channel"]), "_of_created", lambda *a: calls.append(a)):
            Lead.create({"name": "x", "medium_id": self.medium.id})
        self.assertFalse(calls)

    def test_mail_to_a_team(self):
        team = self.env["crm.team"].create({"name": "East", "alias_name": "east-intake"})
        channel = self.channel("mail", team_id=team.id)
        lead = self.env["crm.lead"].message_new(
            {"subject": "询价", "from": "王伟 <wang@example.com>", "body": "<p>要五轴</p>"},
            {"type": "lead", "team_id": team.id},
        )
        self.assertEqual((lead.intake_channel_id, lead.source_id, lead.medium_id), (channel, self.source, self.medium))
        self.assertEqual(lead.pool_state, "pooled")
        with self.assertRaises(UserError):
            self.channel("mail", team_id=False)

    # -- rights ----------------------------------------------------------------------------------

    def test_who_manages_channels(self):
        channel = self.channel("endpoint")
        for role in ("marketing", "suite_admin"):
            user = self.users[role]
            channel.with_user(user).write({"name": role})
            self.assertEqual(channel.with_user(user).action_show_key()["params"]["message"], channel._endpoint_key())
        for role in ("sales_rep", "sales_supervisor", "region_manager", "finance_clerk"):
            with self.subTest(role):
                for call in ("action_show_key", "action_new_key"):
                    with self.assertRaises(AccessError):
                        getattr(channel.with_user(self.users[role]), call)()
                with self.assertRaises(AccessError):
                    channel.with_user(self.users[role]).write({"duplicate_policy": "merge"})

    def test_the_key_is_nowhere(self):
        channel = self.channel("endpoint")
        key = channel._endpoint_key()
        channel.with_user(self.marketing).action_show_key()
        admin = self.users["suite_admin"]
        self.assertNotIn("key_salt", channel.with_user(admin).fields_get())
        for call in (
            lambda c: c.read(["key_salt"]),
            lambda c: c.export_data(["key_salt"]),
            lambda c: c.search([("key_salt", "=like", "a%")]),
            lambda c: c.write({"key_salt": "x"}),
        ):
            with self.assertRaises(UserError):
                call(channel.with_user(admin))
        row = str(channel.sudo().read()) + str(channel.message_ids.mapped("body"))
        self.assertNotIn(key, row)
        self.assertNotEqual(channel.copy()._endpoint_key(), key)
        channel.with_user(self.marketing).action_new_key()
        self.assertNotEqual(channel._endpoint_key(), key)

    def test_nobody_writes_receipts_or_the_channel_of_a_lead(self):
        channel = self.channel()
        for role in ("marketing", "suite_admin"):
            for operation in ("create", "write", "unlink"):
                self.assertFalse(self.env["crm.intake.receipt"].with_user(self.users[role]).has_access(operation))
        lead = self.known()
        with self.assertRaises(AccessError):
            lead.with_user(self.users["suite_admin"]).write({"intake_channel_id": channel.id})
        with self.assertRaises(AccessError):
            lead.create({"name": "x", "intake_channel_id": channel.id})
        made = lead.with_context(default_intake_channel_id=channel.id).create({"name": "x"})
        self.assertFalse(made.intake_channel_id)

    def test_companies(self):
        other = self.env["res.company"].create({"name": "B"})
        channel = self.env["crm.intake.channel"].create({"name": "B", "kind": "web_form", "company_id": other.id})
        self.assertFalse(self.env["crm.intake.channel"].with_user(self.marketing).search([("id", "=", channel.id)]))
        lead = self.take(channel).record
        self.assertEqual(lead.company_id, other)

    def test_old_receipts_go(self):
        channel = self.channel()
        Receipt = self.env["crm.intake.receipt"].sudo()
        old = Receipt.create({"channel_id": channel.id, "outcome": "created", "moment": "2020-01-01"})
        Receipt._gc_receipts()
        self.assertFalse(old.exists())

    def test_fifty_at_once_cost_no_query_each(self):
        channel = self.channel()
        words = "甲乙丙丁戊己庚辛壬癸"

        def vals(count, start):
            rows = []
            for n in range(start, start + count):
                name = words[n // 100 % 10] + words[n // 10 % 10] + words[n % 10]
                rows.append({"name": name, "partner_name": f"无锡{name}阀门有限公司", "phone": f"137{20000000 + n}"})
            return rows

        def cost(count, start):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.lead"]._merchant_intake(vals(count, start), channel)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(2, 900)
        one = cost(1, 0)
        fifty = cost(50, 100)
        self.assertLessEqual(fifty, one + 15, (one, fifty))
