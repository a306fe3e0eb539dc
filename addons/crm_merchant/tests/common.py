from odoo.tests import TransactionCase

from ..demo.roles import build_roles


class MerchantCase(TransactionCase):
    """Regions on, one pool for East China with two reps, nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.users = build_roles(cls.env)
        cls.rep, cls.rep_2 = cls.users["sales_rep"], cls.users["sales_rep_2"]
        cls.nobody = cls.env["res.users"]
        cls.env["crm.region"]._shipped().action_unarchive()
        cls.east = cls.env.ref("crm_merchant.region_east")
        cls.south = cls.env.ref("crm_merchant.region_south")
        cls.pool = cls.env["crm.pool"].create(
            {
                "name": "East",
                "region_ids": [(6, 0, cls.east.ids)],
                "admin_ids": [(6, 0, cls.users["region_manager"].ids)],
                "member_ids": [(0, 0, {"user_id": cls.rep.id}), (0, 0, {"user_id": cls.rep_2.id})],
                "claim_limit_day": 3,
                "cooldown_days": 7,
                "freeze_days": 0,
            }
        )
        cls.jiangsu = cls.env.ref("base.state_cn_JS")
        cls.guangdong = cls.env.ref("base.state_cn_GD")

    @classmethod
    def make_leads(cls, count=1, **vals):
        """Unowned leads of Jiangsu, not assigned yet."""
        return cls.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {number}",
                    "type": "lead",
                    "user_id": False,
                    "team_id": False,
                    "partner_name": f"Company {number}",
                    "state_id": cls.jiangsu.id,
                    **vals,
                }
                for number in range(count)
            ]
        )

    @classmethod
    def make_pooled(cls, count=1, **vals):
        leads = cls.make_leads(count, **vals)
        leads._pool_move("enter", {cls.nobody: leads}, "new")
        return leads
