from odoo.tests import HttpCase, tagged

from ..demo.roles import build_roles


class CustomerTour(HttpCase):
    """A pool with a customer and one member, who works in Chinese."""

    def setUp(self):
        super().setUp()
        self.users = build_roles(self.env, ["sales_rep"])
        self.env["crm.region"]._shipped().action_unarchive()
        pool = self.env["crm.pool"].create(
            {
                "name": "华东公海",
                "region_ids": [(6, 0, self.env.ref("crm_merchant.region_east").ids)],
                "member_ids": [(0, 0, {"user_id": self.users["sales_rep"].id})],
            }
        )
        self.customer = self.env["res.partner"].create(
            {
                "name": "扬州江都泵阀有限公司",
                "is_company": True,
                "phone": "13812345677",
                "state_id": self.env.ref("base.state_cn_JS").id,
                "child_ids": [(0, 0, {"name": "姜海波"})],
            }
        )
        self.customer._pool_move("enter", {self.env["res.users"]: self.customer}, "", pool=pool)

    def claim(self):
        self.start_tour("/odoo/customer-pool", "crm_merchant_customer_claim", login="sales_rep")
        self.env.invalidate_all()
        self.assertEqual((self.customer | self.customer.child_ids).user_id, self.users["sales_rep"])
        self.start_tour("/odoo/my-customers", "crm_merchant_my_customers", login="sales_rep")


@tagged("post_install", "-at_install")
class TestTourCustomer(CustomerTour):
    def test_member_claims(self):
        self.claim()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourCustomerPhone(CustomerTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_member_claims(self):
        self.claim()
