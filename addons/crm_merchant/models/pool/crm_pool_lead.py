from odoo import fields, models
from odoo.tools import SQL

from ...lib.phone import phone_key


class CrmPoolLead(models.Model):
    """What members see of a pooled lead: a closed set of columns, masked and filtered by membership in the query.

    There is no link to the real record; claiming checks the membership again. A masked phone is found only by its
    whole number, so that nobody guesses it digit by digit.
    """

    _name = "crm.pool.lead"
    _description = "Lead in the Pool"
    _auto = False
    _log_access = False
    _order = "pool_since desc, id desc"
    _rec_name = "company_label"

    pool_id = fields.Many2one("crm.pool", readonly=True)
    company_label = fields.Char("Company", readonly=True)
    contact_label = fields.Char("Contact", readonly=True)
    phone_label = fields.Char("Phone", readonly=True)
    whole_phone = fields.Char("Whole Phone Number", compute="_compute_whole_phone", search="_search_whole_phone")
    region_id = fields.Many2one("crm.region", readonly=True)
    state_id = fields.Many2one("res.country.state", "Province", readonly=True)
    city = fields.Char(readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    expected_revenue = fields.Monetary("Budget", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    pool_since = fields.Datetime("In the Pool Since", readonly=True)

    _depends = {
        "crm.lead": [
            "active", "pool_id", "pool_state", "pool_since", "partner_name", "contact_name", "phone", "region_id",
            "state_id", "city", "source_id", "expected_revenue",
        ],
        "crm.pool.member": ["pool_id", "user_id", "on_duty"],
        "crm.pool": ["active", "company_id"],
    }  # fmt: skip

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT l.id, l.pool_id, l.region_id, l.state_id, l.city, l.source_id, l.expected_revenue, l.pool_since,
                   c.currency_id,
                   COALESCE(l.partner_name, %(nameless)s) AS company_label,
                   left(l.contact_name, 1) || '**' AS contact_label,
                   CASE WHEN length(l.phone) >= 8
                        THEN left(regexp_replace(l.phone, '^\\+?86[ -]?', ''), 3) || '****' || right(l.phone, 2)
                        WHEN l.phone IS NOT NULL THEN '****' END AS phone_label
              FROM crm_lead l
              JOIN crm_pool p ON p.id = l.pool_id AND p.active
              JOIN res_company c ON c.id = p.company_id
             WHERE l.pool_state = 'pooled' AND l.active
               AND (EXISTS (SELECT 1 FROM crm_pool_member m
                             WHERE m.pool_id = p.id AND m.user_id = %(uid)s AND m.on_duty)
                    OR EXISTS (SELECT 1 FROM crm_pool_admin_rel a WHERE a.crm_pool_id = p.id AND a.res_users_id = %(uid)s))
               AND p.company_id = ANY(%(companies)s)
            """,
            uid=self.env.uid,
            companies=list(self.env.companies.ids),
            nameless=self.env._("(no company name)"),
        )

    def _compute_whole_phone(self):
        self.whole_phone = False

    def _search_whole_phone(self, operator, value):
        """Equality on the normalised whole number only."""
        if operator not in ("=", "in", "ilike"):
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value)
        keys = [key for key in map(phone_key, values) if key]
        if not keys:
            return [(0, "=", 1)]
        leads = self.env["crm.lead"].sudo().search([("pool_state", "=", "pooled"), ("phone_key", "in", keys)])
        return [("id", "in", leads.ids)]

    def action_pool_claim(self):
        """Claims the real leads of these rows for the current user; all or none.

        :return: opens the claimed lead, or the list of one's leads
        """
        leads = self.env["crm.lead"].browse(self.ids)
        leads._pool_claim()
        action = {"type": "ir.actions.act_window", "res_model": "crm.lead", "name": self.env._("Claimed Leads")}
        if len(leads) == 1:
            return {**action, "res_id": leads.id, "views": [(False, "form")]}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", leads.ids)]}
