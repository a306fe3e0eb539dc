from odoo.tests import HttpCase, tagged

from ..demo.roles import build_roles

COMPANY = "太仓浏河齿轮有限公司"


class FollowupTour(HttpCase):
    """写跟进 after a visit, and a call and a visitor's form coming in; all in Chinese."""

    def setUp(self):
        super().setUp()
        self.users = build_roles(self.env, ["sales_rep", "sales_rep_2", "region_manager"])
        self.rep = self.users["sales_rep"]
        self.pool = self.env["crm.pool"].create(
            {
                "name": "华东公海",
                "admin_ids": [(6, 0, self.users["region_manager"].ids)],
                "member_ids": [(0, 0, {"user_id": self.rep.id})],
            }
        )

    def write_followup(self):
        stages = self.env["crm.stage"].search([("is_won", "=", False)], limit=2)
        stages[1].with_context(lang="zh_CN").name = "已确认意向"
        lead = self.env["crm.lead"].create(
            {
                "name": COMPANY,
                "type": "opportunity",
                "partner_name": COMPANY,
                "user_id": self.rep.id,
                "stage_id": stages[0].id,
            }
        )
        self.start_tour("/odoo/crm", "crm_merchant_followup", login="sales_rep")
        self.env.invalidate_all()
        followup = lead.followup_ids
        self.assertEqual((followup.kind, followup.verdict, followup.user_id), ("visit", "checked", self.rep))
        self.assertEqual(lead.stage_id, stages[1])
        self.assertEqual((followup.next_step, lead.activity_ids.date_deadline), ("寄样件", followup.next_date))
        self.assertEqual(lead.activity_ids.user_id, self.rep)

    def visitor(self):
        channel = self.env["crm.intake.channel"].create(
            {"name": "上海压铸展 扫码登记", "kind": "qr", "with_photo": True, "privacy": "仅用于回复询价。"}
        )
        self.start_tour(f"/inquiry/{channel.token}", "crm_merchant_intake_visitor")
        self.env.invalidate_all()
        lead = self.env["crm.lead"].search([("intake_channel_id", "=", channel.id)])
        self.assertEqual((lead.contact_name, lead.pool_id), ("王伟", self.pool))
        card = self.env["ir.attachment"].search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
        self.assertEqual(card.mimetype, "image/jpeg")

    def call(self):
        channel = self.env["crm.intake.channel"].create({"name": "400 来电", "kind": "phone"})
        self.env["crm.lead"].create({"name": "德昌", "phone": "13862600001", "user_id": self.rep.id})
        self.start_tour(
            "/odoo/action-crm_merchant.action_crm_intake_phone", "crm_merchant_intake_phone", login="sales_rep"
        )
        self.env.invalidate_all()
        lead = self.env["crm.lead"].search([("intake_channel_id", "=", channel.id)])
        self.assertEqual((lead.user_id, lead.phone_key), (self.rep, "+8613900001111"))


@tagged("post_install", "-at_install")
class TestTourFollowup(FollowupTour):
    def test_followup(self):
        self.write_followup()

    def test_visitor(self):
        self.visitor()

    def test_call(self):
        self.call()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourFollowupPhone(FollowupTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_followup(self):
        self.write_followup()

    def test_visitor(self):
        self.visitor()

    def test_call(self):
        self.call()
