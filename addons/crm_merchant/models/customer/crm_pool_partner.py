from odoo import api, fields, models
from odoo.tools import SQL


class CrmPoolPartner(models.Model):
    """What members see of a pooled customer, see ``crm.pool.view``."""

    _name = "crm.pool.partner"
    _inherit = ["crm.pool.view"]
    _description = "Customer in the Pool"
    _auto = False
    _log_access = False

    mail_label = fields.Char("Mail", readonly=True)
    merchant_grade = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Grade", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)

    _depends = {
        "res.partner": [
            "active", "pool_id", "pool_state", "pool_since", "name", "phone", "email", "region_id", "state_id", "city",
            "industry_id", "merchant_grade",
        ],
        "crm.pool.member": ["pool_id", "user_id", "on_duty", "claims_date", "looked_ids"],
        "crm.pool": ["active", "company_id", "view_limit_day"],
    }  # fmt: skip

    @property
    def _table_query(self):
        pools = self._pools_of_user()
        columns = {
            "company_label": SQL("l.name"),
            "phone_label": self._masked_phone(),
            "mail_label": SQL(
                """
                CASE WHEN l.email LIKE '%%@%%' THEN left(l.email, 1) || '***@' || split_part(l.email, '@', 2)
                     WHEN l.email IS NOT NULL THEN '***' END
                """
            ),
            "region_id": SQL("l.region_id"),
            "state_id": SQL("l.state_id"),
            "city": SQL("l.city"),
            "industry_id": SQL("l.industry_id"),
            "merchant_grade": SQL("COALESCE(l.merchant_grade, 'C')"),
        }
        return SQL(
            """
            SELECT l.id, l.pool_id, l.pool_since, %(columns)s
              FROM res_partner l
             WHERE l.pool_state = 'pooled' AND l.active IS TRUE AND l.pool_id = ANY(%(pools)s)
            """,
            columns=self._shown_columns(pools, columns),
            pools=pools,
        )

    @api.model
    def _real_model(self):
        return "res.partner"

    @api.model
    def _ids_of_phones(self, keys):
        """Of the company, or of one of its contacts."""
        domain = [("phone_key", "in", keys), ("commercial_partner_id.pool_state", "=", "pooled")]
        return self.env["res.partner"].sudo().search(domain).commercial_partner_id.ids

    def action_pool_claim(self):
        """Claims the real customers of these rows for the current user; all or none.

        :return: opens the claimed customer, or the list of them
        """
        return self._claim_and_open("res.partner", self.env._("Claimed Customers"))
