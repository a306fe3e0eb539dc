from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..lib.duplicate_keys import judge
from .intake_common import IntakeCase

CODE = "91210108MA5348440B"


@tagged("post_install", "-at_install")
class TestIntakeDuplicates(IntakeCase):
    def keys(self, code="", phone="", company=""):
        return {"credit_code": code, "phone_keys": (phone,) if phone else (), "company_key": company}

    def test_levels(self):
        for one, other, verdict in (
            (self.keys(CODE), self.keys(CODE, company="A@"), ("certain", "credit_code")),
            (self.keys(phone="+861"), self.keys(phone="+861"), ("very_likely", "phone")),
            (self.keys(company="远韬@海口"), self.keys(company="远韬@海口"), ("likely", "company")),
            (self.keys(company="远韬@海口"), self.keys(company="远韬@"), ("weak", "core")),
            (self.keys(company="远韬@海口"), self.keys(company="远韬@南昌"), None),
            (self.keys(CODE, company="远韬@海口"), self.keys("X", company="远韬@海口"), None),
            (self.keys(), self.keys(), None),
        ):
            with self.subTest(one=one, other=other):
                self.assertEqual(judge(one, other), verdict)
                self.assertEqual(judge(other, one), verdict)

    # -- keys ------------------------------------------------------------------------------------

    def test_leads_without_a_company_have_nothing_in_common(self):
        leads = self.env["crm.lead"].create([{"name": "a", "contact_name": "王伟"}, {"name": "b"}])
        self.assertEqual(leads.mapped("company_key"), [False, False])
        long_name = self.env["crm.lead"].create({"name": "c", "partner_name": "长" * 5000, "credit_code": "9" * 5000})
        self.assertFalse(long_name.company_key)

    def test_keys_follow_what_is_written(self):
        lead = self.env["crm.lead"].create({"name": "x", "phone": "０１３８ 0013 8000", "partner_name": "恒锐机械厂"})
        self.assertEqual((lead.phone_key, lead.company_key), ("+8613800138000", "恒锐机械@"))
        lead.write({"phone": "12", "partner_name": "ABC科技（上海）有限公司", "credit_code": f" {CODE.lower()} "})
        self.assertFalse(lead.phone_key)
        self.assertEqual((lead.company_key, lead.credit_code), ("ABC科技@上海", CODE))
        partner = self.env["res.partner"].create(
            {"name": "上海ABC科技有限公司", "is_company": True, "phone": "13800138000"}
        )
        self.assertEqual((partner.company_key, partner.phone_key), ("ABC科技@上海", "+8613800138000"))
        partner.is_company = False
        self.assertFalse(partner.company_key)

    def test_old_records_get_their_keys_and_nothing_else_changes(self):
        lead = self.env["crm.lead"].create({"name": "x", "phone": "13800138000", "partner_name": "恒锐机械厂"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET phone_key = NULL, company_key = NULL, write_date = '2020-01-01'")
        self.env.cr.execute("UPDATE res_partner SET company_key = NULL")
        self.env.invalidate_all()
        cron = self.env.ref("crm_merchant.ir_cron_fill_keys")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((lead.phone_key, lead.company_key), ("+8613800138000", "恒锐机械@"))
        self.assertEqual(str(lead.write_date), "2020-01-01 00:00:00")
        self.assertFalse(cron.active)

    # -- in a file -------------------------------------------------------------------------------

    def suggestions(self, batch):
        return self.env["crm.merge.suggestion"].search([("batch_id", "=", batch.id)])

    def test_two_identical_rows(self):
        batch = self.batch_of(self.rows(1) * 2)
        suggestion = self.suggestions(batch)
        self.assertEqual((suggestion.level, suggestion.kind), ("certain", "row"))
        self.assertEqual((batch.ready_count, batch.duplicate_count), (1, 1))

    def test_near_duplicates_and_namesakes(self):
        header = ["公司名称", "联系人", "手机"]
        rows = [
            ["海口远韬重工机械有限责任公司", "钱梅", "13800000001"],
            ["远韬重工机械（海口）有限公司", "", "13800000002"],
            ["南昌远韬重工机械有限公司", "鲁雪", "13800000003"],
            ["海口远韬重工机械有限公司上海分公司", "朱庆", "13800000004"],
            ["", "鲁雪梅", "+86 138-0000-0003"],
        ]
        batch = self.batch_of(rows, header=header)
        pairs = {(s.line_id.row_no, s.survivor_line_id.row_no, s.level) for s in self.suggestions(batch)}
        self.assertEqual(pairs, {(3, 2, "likely"), (6, 4, "very_likely")})

    def test_a_row_that_equals_two_joins_them(self):
        header = ["公司名称", "联系人", "手机", "城市", "行业"]
        rows = [
            ["北京诚达泵业有限公司", "严敏", "15141496222", "北京", "泵"],
            ["诚达泵业", "褚杰", "13800000001", "北京", "泵"],
            ["北京诚达泵业有限公司", "褚杰", "13800000001", "", ""],
        ]
        batch = self.batch_of(rows, header=header)
        found = self.suggestions(batch)
        self.assertEqual(len(found), 2)
        self.assertEqual(len(found.survivor_line_id), 1)
        self.assertNotIn(found.survivor_line_id, found.line_id)
        self.assertEqual(sorted(found.mapped("level")), ["likely", "very_likely"])

    def test_survivor_is_the_fullest_row(self):
        header = ["公司名称", "联系人", "手机", "城市"]
        batch = self.batch_of(
            [["恒锐机械厂", "", "13800138000", ""], ["恒锐机械厂", "王伟", "13800138000", "苏州"]], header=header
        )
        self.assertEqual(self.suggestions(batch).survivor_line_id.row_no, 3)

    def test_weak_matches_only_when_asked_for(self):
        header = ["公司名称", "手机"]
        rows = [["上海恒锐捷铭机械有限公司", "13800000001"], ["恒锐捷铭机械有限公司", "13800000002"]]
        self.assertFalse(self.suggestions(self.batch_of(rows, header=header)))
        batch = self.upload(rows, header=header)
        batch.with_weak = True
        batch.action_read()
        batch.action_check()
        self.assertEqual(self.suggestions(batch).level, "weak")

    # -- against the database --------------------------------------------------------------------

    def test_against_leads_and_customers(self):
        self.env["crm.lead"].create({"name": "other", "phone": "13900000000", "company_id": self.env.company.id})
        by_phone = self.env["crm.lead"].create({"name": "a", "phone": "138 0013 8000", "active": False})
        customer = self.env["res.partner"].create({"name": "上海捷铭阀门有限公司", "is_company": True, "vat": CODE})
        contact = self.env["res.partner"].create({"name": "张", "parent_id": customer.id, "phone": "13811112222"})
        header = ["公司名称", "手机", "信用代码"]
        rows = [
            ["苏州恒锐机械有限公司", "13800138000", ""],
            ["完全别的名字公司", "13822223333", CODE],
            ["又一个名字公司", contact.phone, ""],
            ["新公司机械厂", "13833334444", ""],
        ]
        batch = self.batch_of(rows, header=header)
        found = {(s.line_id.row_no, s.survivor_model, s.survivor_res_id, s.level) for s in self.suggestions(batch)}
        self.assertEqual(
            found,
            {
                (2, "crm.lead", by_phone.id, "very_likely"),
                (3, "res.partner", customer.id, "certain"),
                (4, "res.partner", customer.id, "very_likely"),
            },
        )

    def test_merged_leads_lead_to_their_survivor(self):
        leads = self.env["crm.lead"].create(
            [{"name": n, "phone": p} for n, p in (("a", "13800138000"), ("b", "1"), ("c", "2"))]
        )
        door = leads._through_door("merged_into_id")
        door[0].write({"merged_into_id": leads[1].id})
        door[1].write({"merged_into_id": leads[2].id})
        found = self.env["crm.duplicate.finder"]._find_duplicates({1: self.keys(phone="+8613800138000")})
        self.assertEqual([match.res_id for match in found[1]], [leads[2].id])

    def test_other_companies_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["crm.lead"].create({"name": "a", "phone": "13800138000", "company_id": other.id, "user_id": False})
        batch = self.batch_of([["恒锐机械厂", "王", "13800138000", "", "", "", ""]])
        self.assertFalse(self.suggestions(batch))

    # -- the question of a rep -------------------------------------------------------------------

    def check(self, text, user=None):
        return self.env["crm.duplicate.check"].with_user(user or self.rep).action_check_duplicates(text)

    def foreign_lead(self, **vals):
        """A lead of a colleague, which the rep may not read."""
        owner = self.users["sales_rep_2"]
        return self.env["crm.lead"].create(
            {
                "name": "秘密项目",
                "partner_name": "上海秘密机械有限公司",
                "phone": "13800138000",
                "user_id": owner.id,
                **vals,
            }
        )

    def test_answer_is_neutral(self):
        lead = self.foreign_lead()
        lead.message_post(body="called", message_type="comment")
        self.assertFalse(lead.with_user(self.rep).has_access("read"))
        for text in ("138 0013 8000", "上海秘密机械有限公司", "秘密机械（上海）"):
            with self.subTest(text):
                hit = self.check(text)[0]
                self.assertEqual(hit["owner"], self.users["sales_rep_2"].name)
                self.assertTrue(hit["last_contact"])
                self.assertEqual(hit["res_id"], 0)
                self.assertNotIn("秘密", str(hit))
                self.assertNotIn("138", str(hit["label"]))

    def test_a_customer_in_the_pool_and_its_administrator(self):
        admin = self.users["region_manager"]
        pool = self.env["crm.pool"].create({"name": "公海", "admin_ids": [(6, 0, admin.ids)]})
        customer = self.env["res.partner"].create(
            {"name": "上海秘密机械有限公司", "is_company": True, "phone": "13800138000"}
        )
        customer._pool_move("enter", {self.env["res.users"]: customer}, "", pool=pool)
        hit = self.check("13800138000")[0]
        finder = self.env["crm.duplicate.finder"].with_user(self.rep)
        self.assertEqual(hit["owner"], finder.env._("in the pool"))
        self.assertEqual(self.env["crm.lead"]._intake_tell_owner(customer.sudo(), "asks"), admin)

    def test_a_pool_hides_from_the_answer_what_it_hides_from_its_members(self):
        pool = self.env["crm.pool"].create({"name": "公海"})
        customer = self.env["res.partner"].create(
            {"name": "上海秘密机械有限公司", "is_company": True, "phone": "13800138000"}
        )
        customer._pool_move("enter", {self.env["res.users"]: customer}, "", pool=pool)
        customer.message_post(body="called", message_type="comment")
        words = self.env["crm.duplicate.finder"].with_user(self.rep).env._("in the pool")
        asked = {"shows_phone": "13800138000", "shows_company": "上海秘密机械有限公司"}
        for hidden in (None, *asked):
            pool.write({name: name != hidden for name in asked})
            for name, text in asked.items():
                with self.subTest(hidden=hidden, asked=name):
                    hit = self.check(text)[0]
                    self.assertEqual((hit["owner"], hit["res_id"]), (False if name == hidden else words, 0))
                    self.assertFalse(hit["last_contact"], "no column of the pool tells it")
                    sentence = self.env["crm.duplicate.check"].with_user(self.rep)._answer([text])
                    self.assertEqual(words in sentence, name != hidden)

    def test_a_customer_is_checked_while_it_is_typed(self):
        self.foreign_lead()
        Partner = self.env["res.partner"].with_user(self.rep)
        for vals in ({"phone": "13800138000"}, {"name": "上海秘密机械有限公司", "is_company": True}):
            with self.subTest(vals):
                self.assertIn(self.users["sales_rep_2"].name, self.typed(Partner, vals))
        own = Partner.create({"name": "杭州安静机械有限公司", "is_company": True, "phone": "13900139000"})
        self.assertFalse(self.typed(own, {"name": "杭州安静机械有限公司"}))
        self.assertFalse(self.typed(Partner, {"parent_id": own.id, "phone": "13900139000"}))

    def typed(self, record, vals):
        answer = record.onchange(vals, list(vals), {name: {} for name in ("intake_answer", *vals)})
        return answer["value"].get("intake_answer") or ""

    def test_own_records_are_told_whole(self):
        lead = self.foreign_lead(user_id=self.rep.id)
        hit = self.check("13800138000")[0]
        self.assertEqual((hit["res_id"], hit["label"]), (lead.id, lead.display_name))

    def test_parts_are_refused(self):
        self.foreign_lead()
        for text in ("1380013", "138", "上海", "机械", "秘密", "有限公司", "", "%", "+86"):
            with self.subTest(text), self.assertRaises(UserError):
                self.check(text)

    def test_short_name_written_whole_is_taken(self):
        self.foreign_lead(partner_name="美的集团有限公司")
        self.assertTrue(self.check("美的集团有限公司"))

    def test_ten_hits_at_most(self):
        self.env["crm.lead"].create([{"name": str(n), "phone": "13800138000"} for n in range(15)])
        self.assertEqual(len(self.check("13800138000")), 10)

    def test_probing_is_recorded_and_limited(self):
        self.env["ir.config_parameter"].set_param("crm_merchant.duplicate_checks_per_hour", "3")
        with freeze_time("2026-03-02 02:00:00"):
            for number in range(3):
                self.check(f"1380013800{number}")
            with self.assertRaises(UserError):
                self.check("13800138009")
        with freeze_time("2026-03-02 03:30:00"):
            self.check("13800138009")
        log = self.env["crm.duplicate.query"].search([("user_id", "=", self.rep.id)])
        self.assertEqual(len(log), 4)
        self.assertTrue(all("****" in query for query in log.mapped("query")))
        with self.assertRaises(AccessError):
            log.with_user(self.rep).check_access("read")

    def test_form_answers_and_opens_what_may_be_read(self):
        self.foreign_lead()
        form = self.env["crm.duplicate.check"].with_user(self.rep).create({"query": "13800138000"})
        form.action_search()
        self.assertEqual(len(form.line_ids), 1)
        with self.assertRaises(UserError):
            form.line_ids.action_open()
        with self.assertRaises(AccessError):
            form.line_ids.write({"res_id": 1})

    def test_odoo_own_counter_is_no_oracle(self):
        self.foreign_lead()
        mine = self.env["crm.lead"].with_user(self.rep).create({"name": "probe", "phone": "13800138000"})
        self.assertEqual((mine.duplicate_lead_count, mine.duplicate_lead_ids), (0, mine))
        # whoever may see both still sees both
        self.assertEqual(mine.with_user(self.users["sales_director"]).duplicate_lead_count, 1)

    def test_same_credit_code_is_no_error_that_tells(self):
        self.foreign_lead(credit_code=CODE)
        mine = self.env["crm.lead"].with_user(self.rep).create({"name": "probe", "credit_code": CODE})
        self.assertTrue(mine)

    def test_only_sales_may_ask(self):
        with self.assertRaises(AccessError):
            self.check("13800138000", self.users["finance_clerk"])

    # -- all leads -------------------------------------------------------------------------------

    def test_all_pairs_of_a_company(self):
        Lead = self.env["crm.lead"]
        one, two, three, other_code, branch = Lead.create(
            [
                {"name": "1", "partner_name": "苏州恒锐机械有限公司", "phone": "13812008866"},
                {"name": "2", "partner_name": "恒锐机械（苏州）有限责任公司"},
                {"name": "3", "phone": "+86 138 1200 8866"},
                {"name": "4", "phone": "13812008866", "credit_code": CODE},
                {"name": "5", "partner_name": "苏州恒锐机械有限公司上海分公司"},
            ]
        )
        gone = Lead.create({"name": "6", "phone": "13812008866", "active": False})
        pairs = self.env["crm.duplicate.finder"]._duplicate_pairs(self.env.company)
        ids = {one.id, two.id, three.id, other_code.id, branch.id, gone.id}
        found = {pair: verdict for pair, verdict in pairs.items() if ids & set(pair)}
        self.assertEqual(
            found,
            {
                (one.id, two.id): ("likely", "company"),
                (one.id, three.id): ("very_likely", "phone"),
                (one.id, other_code.id): ("very_likely", "phone"),
            },
        )

    def test_comparing_all_is_for_headquarters_and_asks_once(self):
        self.env["crm.lead"].create([{"name": str(n), "phone": "13812008866"} for n in range(3)])
        Suggestion = self.env["crm.merge.suggestion"]
        for role in ("sales_rep", "sales_supervisor", "marketing", "finance_clerk"):
            with self.subTest(role), self.assertRaises(AccessError):
                Suggestion.with_user(self.users[role]).action_suggest_all()
        action = Suggestion.with_user(self.users["hq_commerce"]).action_suggest_all()
        first = Suggestion.search(action["domain"])
        self.assertGreaterEqual(len(first), 2)
        first.with_user(self.users["hq_commerce"]).action_reject()
        Suggestion.with_user(self.users["hq_commerce"]).action_suggest_all()
        self.assertFalse(Suggestion.search(action["domain"]) & first)
        self.assertEqual(Suggestion.search_count([("lead_id", "in", first.lead_id.ids)]), len(first))
