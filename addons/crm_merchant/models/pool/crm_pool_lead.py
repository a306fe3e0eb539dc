from odoo import api, fields, models
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
        # The pools by their ids, not by a join: PostgreSQL then knows how many rows they hold, and takes the first page
        # from an index in the order of the list.
        return SQL(
            """
            SELECT l.id, l.pool_id, l.region_id, l.state_id, l.city, l.source_id, l.expected_revenue, l.pool_since,
                   (SELECT c.currency_id FROM crm_pool p JOIN res_company c ON c.id = p.company_id
                     WHERE p.id = l.pool_id) AS currency_id,
                   COALESCE(l.partner_name, %(nameless)s) AS company_label,
                   left(l.contact_name, 1) || '**' AS contact_label,
                   CASE WHEN length(l.phone) >= 8
                        THEN left(regexp_replace(l.phone, '^\\+?86[ -]?', ''), 3) || '****' || right(l.phone, 2)
                        WHEN l.phone IS NOT NULL THEN '****' END AS phone_label
              FROM crm_lead l
             WHERE l.pool_state = 'pooled' AND l.active IS TRUE AND l.pool_id = ANY(%(pools)s)
            """,
            pools=self._pools_of_user(),
            nameless=self.env._("(no company name)"),
        )

    @api.model
    def _pools_of_user(self):
        """Ids of the active pools, in the companies chosen, of which the user is a member on duty or an administrator."""
        for model, names in (("crm.pool", ["active", "company_id", "admin_ids"]),
                             ("crm.pool.member", ["pool_id", "user_id", "on_duty"])):  # fmt: skip
            self.env[model].sudo().flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id FROM crm_pool p
                 WHERE p.active AND p.company_id = ANY(%(companies)s)
                   AND (EXISTS (SELECT 1 FROM crm_pool_member m
                                 WHERE m.pool_id = p.id AND m.user_id = %(uid)s AND m.on_duty)
                        OR EXISTS (SELECT 1 FROM crm_pool_admin_rel a
                                    WHERE a.crm_pool_id = p.id AND a.res_users_id = %(uid)s))
                """,
                uid=self.env.uid,
                companies=list(self.env.companies.ids),
            )
        )
        return [pool_id for (pool_id,) in rows]

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
