from odoo.tests import TransactionCase

from ..demo.roles import build_roles


class ChannelCase(TransactionCase):
    """A pool, a way to make channels, and leads that are there already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.users = build_roles(cls.env)
        cls.rep, cls.marketing = cls.users["sales_rep"], cls.users["marketing"]
        cls.env["crm.assignment.rule"].search([]).active = False
        cls.pool = cls.env["crm.pool"].create(
            {
                "name": "All",
                "admin_ids": [(6, 0, cls.users["region_manager"].ids)],
                "member_ids": [(0, 0, {"user_id": cls.rep.id})],
            }
        )
        cls.source = cls.env["utm.source"].create({"name": "官网"})
        cls.medium = cls.env["utm.medium"].create({"name": "表单"})
        cls.campaign = cls.env["utm.campaign"].create({"name": "春季"})

    @classmethod
    def channel(cls, kind="web_form", **vals):
        return cls.env["crm.intake.channel"].create(
            {
                "name": f"Channel {kind}",
                "kind": kind,
                "source_id": cls.source.id,
                "medium_id": cls.medium.id,
                "campaign_id": cls.campaign.id,
                **vals,
            }
        )

    @classmethod
    def known(cls, **vals):
        """A lead of the rep that is there already."""
        return cls.env["crm.lead"].create(
            {
                "name": "known",
                "type": "lead",
                "partner_name": "苏州恒锐机械有限公司",
                "phone": "13812008866",
                "user_id": cls.rep.id,
                **vals,
            }
        )

    def leads(self, channel):
        return self.env["crm.lead"].with_context(active_test=False).search([("intake_channel_id", "=", channel.id)])

    def take(self, channel, **vals):
        vals = {"name": "x", "partner_name": "苏州恒锐机械有限公司", "phone": "138-1200-8866", **vals}
        return self.env["crm.lead"]._merchant_intake([vals], channel)[0]

    def todos(self, record):
        return self.env["mail.activity"].search([("res_model", "=", record._name), ("res_id", "=", record.id)])
