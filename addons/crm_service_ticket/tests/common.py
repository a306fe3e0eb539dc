from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.crm_merchant.demo.roles import build_roles

ROLES = [
    "sales_rep", "sales_rep_2", "regional_agent", "sales_supervisor", "hq_commerce", "marketing", "finance_clerk",
    "finance_manager", "technical_lead", "legal", "project_manager", "field_engineer", "service_agent", "service_lead",
    "suite_admin",
]  # fmt: skip


def build_customer(env, name, login, rep=None):
    """A company with a contact who has a portal account; password = login.

    :return: (company, user)
    """
    company = env["res.partner"].create({"name": name, "is_company": True, "user_id": rep.id if rep else False})
    user = new_test_user(
        env, login, "base.group_portal", password=f"{login}-password", email=f"{login}@example.com", name=f"{login}"
    )
    user.partner_id.parent_id = company
    return company, user


def build_team(env, users):
    """The team of the tests with a second agent; no other team stands before it."""
    env["service.team"].search([]).active = False
    second = new_test_user(env, "agent_2", "base.group_user,crm_merchant.group_service_agent", name="second agent")
    agents = users["service_agent"] | second
    return env["service.team"].create(
        {
            "name": "Service East",
            "leader_id": users["service_lead"].id,
            "member_ids": [Command.create({"user_id": agent.id}) for agent in agents],
        }
    )


class ServiceCase(TransactionCase):
    """Roles, two customers with portal accounts, a team of two agents, one machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "no_reset_password": True})
        cls.users = build_roles(cls.env, ROLES)
        cls.agent, cls.lead = cls.users["service_agent"], cls.users["service_lead"]
        cls.customer, cls.portal = build_customer(cls.env, "苏州华芯装备有限公司", "buyer", cls.users["sales_rep"])
        cls.other, cls.stranger = build_customer(cls.env, "无锡天工机械有限公司", "stranger", cls.users["sales_rep_2"])
        cls.team = build_team(cls.env, cls.users)
        cls.second = cls.team.member_ids[1].user_id
        cls.breakdown = cls.env.ref("crm_service_ticket.type_breakdown")
        cls.asset = cls.env["service.asset"].create({"name": "VMC850", "partner_id": cls.customer.id})

    @classmethod
    def _ticket(cls, **vals):
        """A ticket of the customer's purchaser, from the portal."""
        return cls.env["service.ticket"].create(
            {
                "subject": "主轴异响",
                "description": "<p>开机后主轴有异响</p>",
                "partner_id": cls.portal.partner_id.id,
                "asset_id": cls.asset.id,
                "channel": "portal",
                **vals,
            }
        )

    def _answer(self, ticket, body="请先停机", user=None, subtype="mail.mt_comment"):
        return ticket.with_user(user or self.agent).message_post(
            body=body, message_type="comment", subtype_xmlid=subtype
        )

    def _customer_says(self, ticket, body="好的", user=None):
        """As the chatter of the portal posts it."""
        ticket = ticket.with_user(user or self.portal).with_context(mail_post_autofollow_author_skip=True)
        return ticket.sudo().message_post(body=body, message_type="comment", subtype_xmlid="mail.mt_comment")

    def _solved(self, **vals):
        ticket = self._ticket(**vals)
        ticket.with_user(ticket.user_id).action_start()
        ticket.with_user(ticket.user_id).action_solve("更换主轴轴承")
        return ticket
