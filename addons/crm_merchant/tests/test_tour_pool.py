from odoo.tests import HttpCase, tagged

from ..demo.roles import build_roles

COMPANY = "昆山德昌精密模具有限公司"


class PoolTour(HttpCase):
    """A pool with two leads and one member, who works in Chinese."""

    def setUp(self):
        super().setUp()
        self.users = build_roles(self.env, ["sales_rep", "region_manager"])
        self.rep = self.users["sales_rep"]
        self.env["crm.region"]._shipped().action_unarchive()
        self.pool = self.env["crm.pool"].create(
            {
                "name": "华东公海",
                "region_ids": [(6, 0, self.env.ref("crm_merchant.region_east").ids)],
                "admin_ids": [(6, 0, self.users["region_manager"].ids)],
                "member_ids": [(0, 0, {"user_id": self.rep.id})],
            }
        )
        self.leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"{name} 询价",
                    "type": "lead",
                    "user_id": False,
                    "team_id": False,
                    "partner_name": name,
                    "contact_name": contact,
                    "phone": phone,
                    "country_id": self.env.ref("base.cn").id,
                    "state_id": self.env.ref("base.state_cn_JS").id,
                }
                for name, contact, phone in (
                    (COMPANY, "顾明华", "13862600001"),
                    ("无锡新吴数控设备有限公司", "许建平", "13961700002"),
                )
            ]
        )
        self.leads._merchant_assign()
        self.assertEqual(self.leads.mapped("pool_state"), ["pooled", "pooled"])

    def claim(self):
        self.start_tour("/odoo/pool", "crm_merchant_pool_claim", login="sales_rep")
        self.env.invalidate_all()
        self.assertEqual(self.leads.mapped("user_id"), self.rep)
        self.assertEqual(self.leads.mapped("pool_state"), ["owned", "pooled"])
        self.start_tour("/odoo/action-crm.crm_lead_all_leads", "crm_merchant_own_lead", login="sales_rep")


@tagged("post_install", "-at_install")
class TestTourPool(PoolTour):
    def test_member_claims(self):
        self.claim()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourPoolPhone(PoolTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_member_claims(self):
        self.claim()
