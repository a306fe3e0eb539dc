from freezegun import freeze_time

from odoo import Command

from .test_pool_recycle import START, RecycleCase


class CustomerCase(RecycleCase):
    """Recycling is on; companies of Jiangsu with a contact each."""

    @classmethod
    def make_customers(cls, count=1, **vals):
        customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"苏州恒锐机械{number}有限公司",
                    "is_company": True,
                    "state_id": cls.jiangsu.id,
                    "phone": f"138120088{number:02}",
                    "email": f"info{number}@hengrui.example",
                    **vals,
                }
                for number in range(count)
            ]
        )
        cls.env["res.partner"].create(
            [
                {"name": f"采购{number}", "parent_id": customer.id, "phone": f"139120099{number:02}"}
                for number, customer in enumerate(customers)
            ]
        )
        return customers

    @classmethod
    def make_pooled_customers(cls, count=1, **vals):
        customers = cls.make_customers(count, **vals)
        customers._pool_move("enter", {cls.nobody: customers}, "new")
        return customers

    def claim_customers(self, customers, user=None):
        self.env["crm.pool.partner"].with_user(user or self.rep).browse(customers.ids).action_pool_claim()
        return customers

    def make_held_customers(self, count=1, moment=START, grade="C", user=None, **vals):
        with freeze_time(moment):
            customers = self.make_pooled_customers(count, **vals)
            customers._grade_set(grade, "test")
            self.claim_customers(customers, user)
        return customers

    def buy(self, customer, moment, confirm=True):
        """An order of a customer, or of a contact of his."""
        product = self.env["product.product"].create({"name": "设备", "type": "service"})
        with freeze_time(moment):
            order = self.env["sale.order"].create(
                {"partner_id": customer.id, "order_line": [(0, 0, {"product_id": product.id, "price_unit": 9})]}
            )
            if confirm:
                order.action_confirm()
        return order

    def recycle_customers(self, moment):
        return self.recycle(moment, "res.partner")

    def rows(self, record):
        return self.env["crm.pool.ledger"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="seq"
        )


class RightsCase(CustomerCase):
    """Asks as a role what it sees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "加工中心", "type": "service", "list_price": 9})

    @classmethod
    def make_order(cls, partner, **vals):
        return cls.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create({"product_id": cls.product.id})], **vals}
        )

    def sees(self, records, role):
        self.env.invalidate_all()
        user = self.users[role]
        return records.with_user(user).search([("id", "in", records.ids)]) == records

    def bound_admin(self):
        """The suite administrator as long as no other addon makes a project manager of him, whom customers are open to."""
        admin = self.users["suite_admin"]
        return () if admin.has_group("project.group_project_manager") else ("suite_admin",)
