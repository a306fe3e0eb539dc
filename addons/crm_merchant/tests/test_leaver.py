from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestLeaver(MerchantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.users["sales_supervisor"]
        cls.held = cls.make_leads(2, user_id=cls.rep.id)
        cls.pooled = cls.make_pooled()
        cls.pooled._pool_move("claim", {cls.rep: cls.pooled}, "")
        cls.won = cls.make_leads(user_id=cls.rep.id, type="opportunity")
        cls.won.action_set_won()

    def leave(self, mode, **vals):
        self.env.company.write({"merchant_leaver_mode": mode, **vals})
        self.rep.active = False

    def test_nothing_moves_until_a_company_says_so(self):
        self.rep.active = False
        self.assertEqual((self.held | self.pooled).user_id, self.rep)
        self.env["res.users"]._cron_merchant_stragglers()
        self.assertEqual((self.held | self.pooled).user_id, self.rep)

    def test_to_the_superior(self):
        messages = self.env["mail.message"].search([])
        self.leave("superior")
        self.assertEqual((self.held | self.pooled).user_id, self.supervisor)
        self.assertFalse(self.held.mapped("pool_state")[0], "what no pool took stays out of the pools")
        self.assertEqual(self.won.user_id, self.rep, "what is won stays history")
        row = self.env["crm.pool.ledger"].search([("res_id", "=", self.pooled.id)], order="seq desc", limit=1)
        self.assertEqual((row.event, row.from_uid, row.to_uid), ("transfer", self.rep.id, self.supervisor.id))
        self.assertEqual(row.reason, f"{self.rep.name} has left")
        notices = self.env["mail.message"].search([]) - messages
        self.assertEqual(notices.notified_partner_ids, self.supervisor.partner_id)

    def test_a_superior_who_left_is_passed_over(self):
        self.supervisor.active = False
        self.leave("superior")
        self.assertEqual(self.held.user_id, self.users["region_manager"])

    def test_into_the_pool_or_else_to_the_superior(self):
        south = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id)
        self.leave("pool")
        self.assertEqual(set((self.held | self.pooled).mapped("pool_state")), {"pooled"})
        self.assertFalse((self.held | self.pooled).user_id)
        self.assertEqual(south.user_id, self.supervisor, "no pool takes the region")

    def test_to_a_named_successor_who_can_log_in(self):
        self.leave("successor", merchant_leaver_successor_id=self.rep_2.id)
        self.assertEqual((self.held | self.pooled).user_id, self.rep_2)
        self.rep_2.active = False
        self.assertEqual((self.held | self.pooled).user_id, self.supervisor, "he is his own successor no more")

    def test_nightly_check_passes_on_and_names_the_rest(self):
        self.rep.active = False
        self.env.company.merchant_leaver_mode = "superior"
        self.assertEqual(self.env["res.users"]._cron_merchant_stragglers(), {})
        self.assertEqual(self.held.user_id, self.supervisor)
        nobody = self.env["res.users"].create({"name": "独行", "login": "loner", "email": "l@example.com"})
        stuck = self.make_leads(user_id=nobody.id, state_id=self.guangdong.id)
        nobody.active = False
        self.assertEqual(stuck.user_id, nobody)
        messages = self.env["mail.message"].search([])
        self.assertEqual(sum(self.env["res.users"]._cron_merchant_stragglers().values()), 1)
        notice = self.env["mail.message"].search([]) - messages
        self.assertIn(self.users["suite_admin"].partner_id, notice.notified_partner_ids)
        self.assertIn("独行", notice.body)

    def test_coming_back_moves_nothing(self):
        self.leave("superior")
        self.rep.active = True
        self.assertEqual(self.held.user_id, self.supervisor)

    def test_unrelated_writes_of_users_cost_nothing(self):
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.rep._is_watched({"name": "x"})
        self.assertFalse(self.rep._is_watched({"name": "x", "lang": "en_US"}))

    def test_who_leaves_is_decided_by_user_administrators(self):
        self.env.company.merchant_leaver_mode = "pool"
        for role in ("sales_rep_2", "sales_supervisor", "suite_admin"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.rep.with_user(self.users[role]).write({"active": False})
        self.assertEqual(self.held.user_id, self.rep)
        with self.assertRaises(AccessError):
            self.env.company.with_user(self.supervisor).write({"merchant_leaver_mode": "superior"})
