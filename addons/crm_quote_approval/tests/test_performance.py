import logging
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged, warmup

from .common import ApprovalCase

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install", "crm_quote_approval_performance")
class TestPerformance(ApprovalCase):
    def orders(self, count):
        user = self.rep
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": self.world["partner"].id,
                    "user_id": user.id,
                    "order_line": [Command.create({"product_id": self.world["product"].id, "price_unit": 10})],
                }
                for _n in range(count)
            ]
        )

    def count(self, run, cold=True):
        self.env.flush_all()
        if cold:
            self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    @warmup
    def test_unrelated_write(self):
        """Neither one order nor fifty pay for approval when something else is written."""
        for count in (1, 50):
            orders = self.orders(count)
            orders.write({"client_order_ref": "warm"})
            with self.subTest(count):
                self.assertLessEqual(self.count(lambda orders=orders: orders.write({"client_order_ref": "x"})), 4)

    def test_confirming_with_the_policy_off_asks_nothing(self):
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        order = self.quote(10)
        order._approval_reason()
        with self.assertQueryCount(0):
            order._approval_reason()

    def test_gate_is_cheap(self):
        order = self.approved()
        queries = self.count(order._approval_reason)
        self.assertLessEqual(queries, 12)

    def test_amounts_in_batch(self):
        one, fifty = self.orders(1), self.orders(50)
        few = self.count(lambda: one._approval_amounts())
        many = self.count(lambda: fifty._approval_amounts())
        self.assertLessEqual(many, few + 2)

    def test_submit_and_approve(self):
        """With the rights and reference records in the cache, as in a running server; to-dos counted, mail not."""
        self.submitted(partner_id=self.world["partner"].copy().id)
        order = self.quote(partner_id=self.world["partner"].copy().id)
        flow = type(self.env["crm.approval.request"])
        digests = patch.object(type(self.env["mail.activity"]), "_merchant_send_digests")
        with digests, patch.object(flow, "_notify"):
            self.env.flush_all()
            submit = self.count(order.action_approval_submit, cold=False)
            task = self.task(order, "sales_supervisor")
            approve = self.count(task.action_approve, cold=False)
            cold = self.count(self.task(order, "technical_lead").action_approve)
        _logger.info("queries: submit %s, approve %s, approve with an empty cache %s", submit, approve, cold)
        self.assertLessEqual(submit, 20)
        self.assertLessEqual(approve, 16)

    def test_submit_read_again(self):
        """One quote and fifty, three steps, when every record has to be read from the database again."""
        flow = type(self.env["crm.approval.request"])
        digests = patch.object(type(self.env["mail.activity"]), "_merchant_send_digests")
        with digests, patch.object(flow, "_notify"):
            partners = [self.world["partner"].copy() for _n in range(52)]
            warm, one, *fifty = [self.quote(60000, partner_id=partner.id) for partner in partners]
            self.env.flush_all()
            self.env.invalidate_all()
            warm.action_approval_submit()
            for count, most in ((1, 26), (50, 27)):
                orders = one if count == 1 else one.union(*fifty) - one
                with self.subTest(count):
                    queries = self.count(orders.action_approval_submit)
                    _logger.info("queries: submit %s, read again: %s", count, queries)
                    self.assertLessEqual(queries, most)

    def test_approve_read_again(self):
        self.approve(self.submitted(partner_id=self.world["partner"].copy().id), "sales_supervisor")
        order = self.submitted(partner_id=self.world["partner"].copy().id)
        task = self.task(order, "sales_supervisor")
        flow = type(self.env["crm.approval.request"])
        digests = patch.object(type(self.env["mail.activity"]), "_merchant_send_digests")
        with digests, patch.object(flow, "_notify"):
            cold = self.count(task.action_approve)
            _logger.info("queries: approve, read again: %s", cold)
            self.assertLessEqual(cold, 28)
            task = self.task(order, "technical_lead")
            self.env.flush_all()
            self.env.invalidate_all()
            # what the form shows before the button is pressed
            task.read(["title", "can_decide", "snapshot_html", "delta_html"])
            task._check_actor()
            card = self.count(task.action_approve, cold=False)
            _logger.info("queries: approve after the card: %s", card)
            self.assertLessEqual(card, 18)

    def test_list_of_mine(self):
        """The call of the list "waiting for me", at 1 and at 50."""
        tasks = self.env["crm.approval.task"].with_user(self.users["sales_supervisor"])
        names = ("title", "amount", "step_label", "deadline", "is_late", "can_decide", "state", "comment_required")
        specification = {
            **{name: {} for name in names},
            **{name: {"fields": {"display_name": {}}} for name in ("requester_id", "currency_id")},
        }
        domain = [("state", "=", "pending"), ("user_id", "=", self.users["sales_supervisor"].id)]
        for count in (1, 49):
            for _n in range(count):
                self.submitted(partner_id=self.world["partner"].copy().id)
            tasks.web_search_read(domain, specification, limit=40, count_limit=10001)
            with self.subTest(count):
                queries = self.count(lambda: tasks.web_search_read(domain, specification, limit=40, count_limit=10001))
                _logger.info("queries: my approvals, %s: %s", count, queries)
                self.assertLessEqual(queries, 6)

    def test_receivers(self):
        """Whom the dialogs of a task offer costs the same among one colleague and among fifty more."""
        order = self.submitted(partner_id=self.world["partner"].copy().id)
        lead, admin = self.users["technical_lead"], self.users["suite_admin"]
        self.approve(order, "sales_supervisor")
        task = self.task(order, "technical_lead").sudo()
        self.assertEqual(task.right_kind, "group")
        found = {}
        for count in (1, 50):
            people = self.env["res.users"].with_context(no_reset_password=True)
            new = people.create(
                [
                    {
                        "name": f"{like.name} {number}",
                        "login": f"{like.login}_{count}_{number}",
                        "group_ids": like.group_ids,
                    }
                    for number in range(count)
                    for like in (lead, admin, self.users["service_agent"])
                ]
            )
            for kind in ("group", "superior", "admin", "user"):
                task.right_kind = kind
                for added in (False, True):
                    task._receivers(added=added)
                    self.registry.clear_cache()
                    queries = self.count(lambda added=added: task._receivers(added=added))
                    _logger.info("queries: receivers of %s, added %s, among %s: %s", kind, added, len(new), queries)
                    found.setdefault((kind, added), []).append(queries)
        self.assertFalse({case: queries for case, queries in found.items() if queries[1] > queries[0]})

    def test_submit_fifty(self):
        self.submitted(partner_id=self.world["partner"].copy().id)
        orders = self.env["sale.order"].union(
            *(self.quote(60000, partner_id=self.world["partner"].copy().id) for _n in range(50))
        )
        flow = type(self.env["crm.approval.request"])
        digests = patch.object(type(self.env["mail.activity"]), "_merchant_send_digests")
        with digests, patch.object(flow, "_notify"):
            self.env.flush_all()
            queries = self.count(orders.action_approval_submit, cold=False)
        _logger.info("queries: submit 50: %s", queries)
        self.assertLessEqual(queries, 25)

    def test_list_of_tasks(self):
        for _n in range(3):
            self.submitted(partner_id=self.world["partner"].copy().id)
        tasks = self.env["crm.approval.task"].with_user(self.users["sales_supervisor"])
        names = ["title", "amount", "step_name", "deadline", "state", "can_decide"]
        tasks.search_read([("state", "=", "pending")], names)
        few = self.count(lambda: tasks.search_read([("state", "=", "pending")], names, limit=1))
        many = self.count(lambda: tasks.search_read([("state", "=", "pending")], names))
        self.assertLessEqual(many, few + 1)
