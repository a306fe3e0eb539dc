from datetime import date, datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import CHAIN, ApprovalCase


class CreditCase(ApprovalCase):
    def synced(self, limit=300000.0, balance=0.0, hours=1, partner=None):
        partner = partner or self.world["partner"]
        moment = fields.Datetime.now() - timedelta(hours=hours)
        partner._credit_sync(self.env.company, {partner.id: {"limit": limit, "balance": balance, "moment": moment}})
        return partner

    def effect(self, code, effect, **vals):
        row = self.env.ref(f"crm_quote_approval.go_no_go_{code}").with_user(self.users["suite_admin"])
        row.write({"active": True, "effect": effect, **vals})

    def terms(self):
        facts = self.world["partner"]._merchant_credit_facts(self.env.company)
        return {fact["code"]: fact["amount"] for fact in facts}

    def signed(self, amount, **vals):
        """An approved quote, whatever steps its amount needs."""
        order = self.submitted(amount, **vals)
        while order.approval_state == "pending":
            task = order.sudo().approval_task_ids.filtered(lambda row: row.state == "pending")[:1]
            task.with_user(task.user_id).action_approve()
        self.assertEqual(order.approval_state, "approved")
        return order

    def invoice(self, amount=1000, days=0, **vals):
        today = self.env.company._merchant_today()
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.world["partner"].id,
                "invoice_date": today - timedelta(days),
                "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": amount, "quantity": 1, "tax_ids": []})],
                **vals,
            }
        )
        move.action_post()
        return move


@tagged("post_install", "-at_install")
class TestCredit(CreditCase):
    def test_sync_is_the_only_door(self):
        partner = self.world["partner"]
        for vals in ({"credit_erp_balance": 1}, {"credit_limit_synced_at": datetime(2026, 1, 1)}):
            with self.assertRaises(AccessError):
                partner.write(vals)
        moment = datetime(2026, 1, 5, 8)
        partner._credit_sync(self.env.company, {partner.id: {"limit": 300000.0, "balance": 12000.0, "moment": moment}})
        self.assertEqual(partner.credit_limit, 300000)
        self.assertEqual(partner.credit_erp_balance, 12000)
        facts = partner._merchant_credit_facts(self.env.company)
        self.assertEqual(
            [(fact["code"], fact["amount"], fact["moment"]) for fact in facts], [("erp_balance", 12000, moment)]
        )
        other = self.env["res.company"].create({"name": "Second"})
        self.assertFalse(partner._merchant_credit_facts(other))

    def test_one_sync_of_one_and_of_fifty(self):
        """What a night costs: all new, the next night with nothing changed, and with one balance changed."""
        company, moment = self.env.company, datetime(2026, 1, 5, 8)
        costs = {}
        for count in (1, 50):
            partners = self.env["res.partner"].create([{"name": f"客户{n}", "is_company": True} for n in range(count)])
            self.env["res.partner"].create([{"name": "联系人", "parent_id": partner.id} for partner in partners])
            values = {
                partner.id: {"limit": 300000.0, "balance": 100.0 * n, "moment": moment}
                for n, partner in enumerate(partners)
            }
            for night in range(3):
                if night == 2:
                    values[partners[0].id]["balance"] = 7.5
                for said in values.values():
                    said["moment"] = moment + timedelta(days=night)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                partners._credit_sync(company, values)
                self.env.flush_all()
                costs[count, night] = self.env.cr.sql_log_count - before
        for night in range(3):
            self.assertLessEqual(costs[50, night], costs[1, night] + 1, costs)
        self.assertEqual(partners.mapped("credit_erp_balance"), [7.5, *(100.0 * n for n in range(1, 50))])
        self.assertEqual(set(partners.mapped("credit_limit_synced_at")), {moment + timedelta(days=2)})
        self.assertEqual(set((partners | partners.child_ids).mapped("credit_limit")), {300000.0})
        self.assertTrue(all(partners.mapped("use_partner_credit_limit")))

    def test_reps_do_not_read_it(self):
        with self.assertRaises(AccessError):
            self.world["partner"].with_user(self.rep).read(["credit_erp_balance"])

    def test_neutral_strip(self):
        self.assertEqual(self.quote()._go_no_go_items(), [])

    def test_each_term(self):
        self.synced(balance=50000)
        self.assertEqual(self.terms(), {"erp_balance": 50000})
        self.invoice(2000)
        self.invoice(9000, days=30)
        self.assertEqual(self.terms(), {"erp_balance": 50000, "invoices": 2000}, "older ones are in the balance")
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.world["partner"].id,
                "amount": 700,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.date = self.env.company._merchant_today() + timedelta(1)
        self.assertNotIn("receipts", self.terms(), "a draft is no receipt")
        payment.action_post()
        self.assertEqual(self.terms()["receipts"], -700)
        order = self.quote(40000)
        order.action_confirm()
        self.assertEqual(self.terms()["orders"], 40000)
        self.signed(60000)
        self.assertEqual(self.terms()["quotes"], 60000)
        self.assertEqual(sum(self.terms().values()), 50000 + 2000 - 700 + 40000 + 60000)

    def test_a_refund_gives_credit_back(self):
        self.synced(hours=48)
        self.invoice(5000)
        self.invoice(2000, move_type="out_refund")
        self.assertEqual(self.terms()["invoices"], 3000)

    def receipt(self, amount, day, entered):
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.world["partner"].id,
                "amount": amount,
                "date": day,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.action_post()
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE account_payment SET create_date = %s WHERE id = %s", entered, payment.id))
        payment.invalidate_recordset()

    def test_receipts_of_the_day_of_the_sync(self):
        """Of that day those count that the accounting system cannot have known."""
        partner, before, sync, after = self.world["partner"], *(datetime(2026, 3, 4, hour) for hour in (3, 4, 5))
        partner._credit_sync(self.env.company, {partner.id: {"limit": 1.0, "balance": 0.0, "moment": sync}})
        self.receipt(1, date(2026, 3, 4), before)
        self.assertNotIn("receipts", self.terms())
        self.receipt(20, date(2026, 3, 4), after)
        self.assertEqual(self.terms()["receipts"], -20)
        self.receipt(300, date(2026, 3, 3), after)
        self.assertEqual(self.terms()["receipts"], -20, "booked for a day that the balance has")
        self.receipt(4000, date(2026, 3, 5), before)
        self.assertEqual(self.terms()["receipts"], -4020)

    def test_invoices_of_another_company_do_not_count(self):
        self.synced()
        move = self.invoice(1000, invoice_date_due=self.env.company._merchant_today() - timedelta(9))
        order = self.quote(40000)
        codes = [item["code"] for item in order._go_no_go_items()]
        self.assertEqual((self.terms()["invoices"], codes), (1000, ["credit_over", "overdue"]))
        other = self.env["res.company"].create({"name": "Second"})
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE account_move SET company_id = %s WHERE id = %s", other.id, move.id))
        self.env.invalidate_all()
        self.assertNotIn("invoices", self.terms())
        self.assertEqual([item["code"] for item in order._go_no_go_items()], ["credit_over"])

    def test_without_a_sync_odoos_receivable_counts(self):
        partner = self.world["partner"]
        self.assertEqual(self.terms(), {})
        self.invoice(2000, days=30)
        partner.write({"use_partner_credit_limit": True, "credit_limit": 5000})
        self.assertEqual(self.terms(), {"receivable": 2000})

    def test_an_approved_quote_does_not_count_twice(self):
        self.synced(limit=100000)
        order = self.signed(60000)
        self.assertFalse(order._approval_measure_credit_over())
        self.assertTrue(self.quote(41000)._approval_measure_credit_over())
        self.assertFalse(self.quote(40000)._approval_measure_credit_over())


@tagged("post_install", "-at_install")
class TestGoNoGo(CreditCase):
    def items(self, order):
        return {item["code"]: item["level"] for item in order._go_no_go_items()}

    def test_items(self):
        order = self.quote(40000)
        self.synced(limit=100000, balance=50000)
        self.assertEqual(self.items(order), {"credit_over": "go"})
        self.synced(limit=100000, balance=60001)
        self.assertEqual(self.items(order), {"credit_over": "stop"})
        self.synced(limit=100000, hours=49)
        self.assertEqual(self.items(order), {"credit_over": "go", "credit_unknown": "warn"})
        self.effect("credit_unknown", "inform", stale_hours=72)
        self.assertEqual(self.items(order), {"credit_over": "go"})
        self.invoice(1000, days=90, invoice_date_due=self.env.company._merchant_today() - timedelta(40))
        (overdue,) = [item for item in order._go_no_go_items() if item["code"] == "overdue"]
        self.assertIn("40", overdue["text"])
        self.assertTrue(all(item["moment"] for item in order._go_no_go_items()))

    def test_off_as_shipped_it_informs(self):
        self.synced(limit=1000, balance=50000)
        order = self.quote(40000)
        self.assertEqual(self.items(order)["credit_over"], "stop")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_adds_a_step(self):
        self.effect("credit_over", "step")
        self.synced(limit=1000, balance=50000)
        order = self.quote(40000)
        self.assertEqual(order._approval_required().mapped("name"), ["Credit Release"])
        with self.refused(UserError, "needs approval"):
            order.action_confirm()
        order.action_approval_submit()
        self.approve(order, "finance_manager")
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        # within the limit nobody is asked
        self.synced(limit=10000000)
        self.assertFalse(self.quote(40000, partner_id=self.world["partner"].copy().id)._approval_required())

    def test_an_unknown_limit_adds_one_too(self):
        self.effect("credit_unknown", "step")
        self.synced(limit=1000000, hours=49)
        self.assertEqual(self.quote(40000)._approval_required().mapped("name"), ["Credit Release"])
        self.assertFalse(self.quote(40000, partner_id=self.world["partner"].copy().id)._approval_required())

    def test_an_overdue_invoice_adds_one_where_set(self):
        self.effect("overdue", "step")
        order = self.quote(40000)
        self.assertFalse(order._approval_required())
        self.invoice(1000, days=90, invoice_date_due=self.env.company._merchant_today() - timedelta(1))
        self.assertEqual(order._approval_required().mapped("name"), ["Credit Release"])

    def test_items_of_addons_that_are_not_there(self):
        """Each addon gives its items their codes; what nobody says here cannot be set."""
        codes = dict(self.env["crm.go.no.go"]._selection_code())
        self.assertLessEqual({"credit_over", "credit_unknown", "overdue"}, set(codes))
        if not self.env["ir.module.module"].search([("name", "=", "crm_service_ticket"), ("state", "=", "installed")]):
            self.assertNotIn("service_tickets", codes)
        with self.assertRaises(ValidationError):
            self.env["crm.go.no.go"].with_user(self.users["suite_admin"]).create({"code": "nothing", "effect": "block"})

    def test_blocks(self):
        self.effect("credit_over", "block")
        confirmed = self.quote(10)
        confirmed.action_confirm()
        other = self.world["partner"].copy()
        order, approved = self.quote(40000), self.approved(partner_id=other.id)
        for partner in (self.world["partner"], other):
            self.synced(limit=1000, balance=50000, partner=partner)
        for number, way in enumerate(
            (
                order.action_confirm,
                order.action_quotation_sent,
                order.action_quotation_send,
                lambda: order.write({"state": "sent"}),
                order.action_approval_submit,
                approved.action_confirm,
                lambda: self.quote(20, state="sale"),
            )
        ):
            with self.subTest(number), self.refused(UserError, "blocked"):
                way()
        self.assertFalse(order._has_to_be_signed())
        self.assertTrue(approved._approval_blocked())
        self.assertFalse(confirmed._approval_blocked(), "what took effect stays in effect")
        self.synced(limit=10000000, partner=other)
        approved.action_confirm()
        self.assertEqual(approved.state, "sale")

    def test_strip_on_the_form(self):
        self.synced(limit=1000, balance=50000)
        self.effect("credit_over", "step")
        self.world["partner"].name = "<b>x</b>"
        order = self.quote(40000)
        html = order.with_user(self.rep).go_no_go_html
        self.assertIn("50,000", html)
        self.assertIn("badge", html)
        portal = new_test_user(self.env, "portal_strip", groups="base.group_portal")
        with self.assertRaises(AccessError):
            order.with_user(portal).read(["go_no_go_html"])

    def test_the_row_of_the_company_comes_first(self):
        self.effect("overdue", "block")
        self.env["crm.go.no.go"].create({"code": "overdue", "effect": "inform", "company_id": self.env.company.id})
        self.invoice(5000, days=60, invoice_date_due=self.env.company._merchant_today() - timedelta(30))
        self.assertFalse(self.quote(5000)._go_no_go_stop())

    def test_who_sets_it(self):
        row = self.env.ref("crm_quote_approval.go_no_go_credit_over")
        self.assertFalse(row.active)
        portal = new_test_user(self.env, "portal_row", groups="base.group_portal")
        for user in (self.rep, self.users["sales_supervisor"], self.users["finance_manager"], portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                row.with_user(user).write({"active": True})

    def test_it_costs_nothing_where_no_credit_is_kept(self):
        self.effect("credit_over", "step")
        orders = self.env["sale.order"].union(
            *(self.quote(60000, partner_id=self.world["partner"].copy().id) for _n in range(20))
        )
        orders[0]._approval_required(1)
        orders.partner_id.commercial_partner_id.mapped("use_partner_credit_limit")
        before = self.env.cr.sql_log_count
        for order in orders:
            order._approval_required(60000)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 12)

    def test_the_whole_way_with_credit(self):
        self.effect("credit_over", "step")
        self.synced(limit=1000)
        order = self.submitted()
        self.approve(order, *CHAIN)
        last = order.sudo().approval_task_ids.filtered(lambda task: task.state == "pending")
        self.assertEqual(last.step_name, last.request_id.policy_id.step_ids[-1].with_context(lang="zh_CN").name)
        # the finance manager signed his own step already, so his superior releases the credit
        self.assertNotEqual(last.user_id, self.users["finance_manager"])
