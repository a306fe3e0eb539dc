from odoo import fields, models
from odoo.tools import SQL

from ...lib.phone import phone_key


class CrmPoolPartner(models.Model):
    """What members see of a pooled customer, see ``crm.pool.lead``: a closed set of columns, masked and filtered by
    membership in the query, without a link to the real record."""

    _name = "crm.pool.partner"
    _description = "Customer in the Pool"
    _auto = False
    _log_access = False
    _order = "pool_since desc, id desc"
    _rec_name = "company_label"

    pool_id = fields.Many2one("crm.pool", readonly=True)
    company_label = fields.Char("Company", readonly=True)
    phone_label = fields.Char("Phone", readonly=True)
    mail_label = fields.Char("Mail", readonly=True)
    whole_phone = fields.Char("Whole Phone Number", compute="_compute_whole_phone", search="_search_whole_phone")
    merchant_grade = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Grade", readonly=True)
    region_id = fields.Many2one("crm.region", readonly=True)
    state_id = fields.Many2one("res.country.state", "Province", readonly=True)
    city = fields.Char(readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    pool_since = fields.Datetime("In the Pool Since", readonly=True)

    _depends = {
        "res.partner": [
            "active", "pool_id", "pool_state", "pool_since", "name", "phone", "email", "region_id", "state_id", "city",
            "industry_id", "merchant_grade",
        ],
        "crm.pool.member": ["pool_id", "user_id", "on_duty"],
        "crm.pool": ["active", "company_id"],
    }  # fmt: skip

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT l.id, l.pool_id, l.region_id, l.state_id, l.city, l.industry_id, l.pool_since,
                   COALESCE(l.merchant_grade, 'C') AS merchant_grade, l.name AS company_label,
                   CASE WHEN length(l.phone) >= 8
                        THEN left(regexp_replace(l.phone, '^\\+?86[ -]?', ''), 3) || '****' || right(l.phone, 2)
                        WHEN l.phone IS NOT NULL THEN '****' END AS phone_label,
                   CASE WHEN l.email LIKE '%%@%%' THEN left(l.email, 1) || '***@' || split_part(l.email, '@', 2)
                        WHEN l.email IS NOT NULL THEN '***' END AS mail_label
              FROM res_partner l
              JOIN crm_pool p ON p.id = l.pool_id AND p.active
             WHERE l.pool_state = 'pooled' AND l.active
               AND (EXISTS (SELECT 1 FROM crm_pool_member m
                             WHERE m.pool_id = p.id AND m.user_id = %(uid)s AND m.on_duty)
                    OR EXISTS (SELECT 1 FROM crm_pool_admin_rel a WHERE a.crm_pool_id = p.id AND a.res_users_id = %(uid)s))
               AND p.company_id = ANY(%(companies)s)
            """,
            uid=self.env.uid,
            companies=list(self.env.companies.ids),
        )

    def _compute_whole_phone(self):
        self.whole_phone = False

    def _search_whole_phone(self, operator, value):
        """Equality on the normalised whole number of the company or of one of its contacts."""
        if operator not in ("=", "in", "ilike"):
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value)
        keys = [key for key in map(phone_key, values) if key]
        if not keys:
            return [(0, "=", 1)]
        partners = (
            self.env["res.partner"]
            .sudo()
            .search([("phone_key", "in", keys), ("commercial_partner_id.pool_state", "=", "pooled")])
        )
        return [("id", "in", partners.commercial_partner_id.ids)]

    def action_pool_claim(self):
        """Claims the real customers of these rows for the current user; all or none.

        :return: opens the claimed customer, or the list of them
        """
        partners = self.env["res.partner"].browse(self.ids)
        partners._pool_claim()
        action = {"type": "ir.actions.act_window", "res_model": "res.partner", "name": self.env._("Claimed Customers")}
        if len(partners) == 1:
            return {**action, "res_id": partners.id, "views": [(False, "form")]}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", partners.ids)]}
