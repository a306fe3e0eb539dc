from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.crm_merchant.demo.roles import build_roles

ROLES = (
    "sales_rep",
    "sales_rep_2",
    "sales_supervisor",
    "technical_lead",
    "finance_manager",
    "finance_clerk",
    "sales_director",
    "general_manager",
    "service_agent",
    "suite_admin",
)
# more than 100 000: these four, in turn
CHAIN = ("sales_supervisor", "technical_lead", "finance_manager", "sales_director")


def build_world(env):
    """Users by role, a customer, a product without taxes and the shipped policy, turned on."""
    users = build_roles(env, ROLES)
    product = env["product.product"].create(
        {"name": "Press", "list_price": 1000, "standard_price": 600, "type": "service", "taxes_id": [Command.clear()]}
    )
    partner = env["res.partner"].create({"name": "苏州精密机械有限公司", "is_company": True})
    policy = env.ref("crm_quote_approval.policy_quote")
    policy.with_user(users["suite_admin"]).action_turn_on()
    return {"users": users, "product": product, "partner": partner, "policy": policy}


def build_quote(env, world, amount=128000, user="sales_rep", **vals):
    """A quote of one line, made by a user."""
    user = world["users"][user]
    return (
        env["sale.order"]
        .with_user(user)
        .create(
            {
                "partner_id": world["partner"].id,
                "user_id": user.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": world["product"].id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **vals,
            }
        )
    )


class ApprovalCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "mail_notify_force_send": False})
        cls.world = build_world(cls.env)
        cls.users = cls.world["users"]
        cls.policy = cls.world["policy"]
        cls.rep = cls.users["sales_rep"]

    @contextmanager
    def refused(self, exception, pattern=""):
        """``assertRaises`` with its savepoint, and a look at the sentence."""
        with self.assertRaises(exception) as caught:
            yield
        if pattern:
            self.assertRegex(str(caught.exception), pattern)

    def quote(self, amount=128000, user="sales_rep", **vals):
        return build_quote(self.env, self.world, amount, user, **vals)

    def submitted(self, amount=128000, **vals):
        order = self.quote(amount, **vals)
        order.action_approval_submit()
        return order

    def task(self, order, role):
        """The role's open task on a paper, as that user."""
        user = self.users[role]
        return (
            self.env["crm.approval.task"]
            .with_user(user)
            .search(
                [
                    ("res_model", "=", order._name),
                    ("res_id", "=", order.id),
                    ("state", "=", "pending"),
                    "|",
                    ("user_id", "=", user.id),
                    ("principal_id", "=", user.id),
                ]
            )
        )

    def approve(self, order, *roles):
        for role in roles:
            task = self.task(order, role)
            self.assertTrue(task, f"{role} has no task")
            task.action_approve()

    def approved(self, amount=128000, **vals):
        order = self.submitted(amount, **vals)
        self.approve(order, *CHAIN)
        self.assertEqual(order.approval_state, "approved")
        return order

    def commit_hooks(self):
        """What runs before a commit."""
        self.env.cr.flush()

    def events(self, order):
        return (
            self.env["crm.approval.ledger"]
            .sudo()
            .search([("res_model", "=", order._name), ("res_id", "=", order.id)], order="seq")
            .mapped("event")
        )
