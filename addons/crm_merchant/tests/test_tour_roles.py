from odoo.tests import HttpCase, tagged

from ..demo.roles import build_roles

COMPANY = "昆山德昌精密模具有限公司"
OWNED = "太仓浏河齿轮有限公司"


class RoleTours(HttpCase):
    """One tour for the main act of each role that works with leads; a rep's is in ``test_tour_pool``."""

    def setUp(self):
        super().setUp()
        self.users = build_roles(
            self.env,
            [
                "sales_rep",
                "sales_rep_2",
                "regional_agent",
                "sales_supervisor",
                "region_manager",
                "marketing",
                "suite_admin",
            ],
        )
        self.pool = self.env["crm.pool"].create(
            {
                "name": "华东公海",
                "admin_ids": [(6, 0, self.users["region_manager"].ids)],
                "member_ids": [(0, 0, {"user_id": self.users["sales_rep"].id})],
            }
        )

    def lead(self, name, **vals):
        vals = {"user_id": self.users["sales_rep"].id, "phone": "13862600001", **vals}
        return self.env["crm.lead"].create({"name": name, "partner_name": name, "type": "lead", **vals})

    def walk(self, url, name, login):
        self.start_tour(url, f"crm_merchant_role_{name}", login=login)
        self.env.invalidate_all()

    def supervisor_reassigns(self):
        lead = self.lead(OWNED)
        self.walk("/odoo/action-crm.crm_lead_all_leads", "supervisor_reassigns", "sales_supervisor")
        self.assertEqual(lead.user_id, self.users["sales_rep_2"])

    def region_manager_sets_limit(self):
        self.walk("/odoo/my-pools", "region_manager_sets_limit", "region_manager")
        self.assertEqual(self.pool.claim_limit_day, 6)

    def marketing_merges(self):
        leads = self.lead(COMPANY) | self.lead(COMPANY, user_id=False)
        leads.with_user(self.users["marketing"]).action_suggest_merges()
        self.assertEqual(leads.mapped("active"), [True, True])
        self.walk("/odoo/merge-suggestions", "marketing_merges", "marketing")
        self.assertEqual(len(leads.exists().filtered("active")), 1)

    def agent_checks_duplicate(self):
        self.lead(COMPANY)
        self.walk("/odoo/duplicate-check", "agent_checks_duplicate", "regional_agent")
        query = self.env["crm.duplicate.query"].search([], order="id desc", limit=1)
        self.assertEqual(query.user_id, self.users["regional_agent"])

    def admin_sets(self):
        self.walk("/odoo/suite-settings", "admin_sets", "suite_admin")
        self.assertEqual(self.env.company.followup_least_letters, 12)
        row = self.env["crm.settings.ledger"].search([], limit=1)
        self.assertEqual((row.setting, row.actor_uid), ("followup_least_letters", self.users["suite_admin"].id))

    def all_roles(self):
        self.supervisor_reassigns()
        self.region_manager_sets_limit()
        self.marketing_merges()
        self.agent_checks_duplicate()
        self.admin_sets()


@tagged("post_install", "-at_install")
class TestTourRoles(RoleTours):
    def test_roles(self):
        self.all_roles()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourRolesPhone(RoleTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_roles(self):
        self.all_roles()
