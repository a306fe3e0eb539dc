from odoo import api, fields, models
from odoo.tools import SQL


class CrmPoolLead(models.Model):
    """What members see of a pooled lead, see ``crm.pool.view``."""

    _name = "crm.pool.lead"
    _inherit = ["crm.pool.view"]
    _description = "Lead in the Pool"
    _auto = False
    _log_access = False

    contact_label = fields.Char("Contact", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    expected_revenue = fields.Monetary("Budget", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    _depends = {
        "crm.lead": [
            "active", "pool_id", "pool_state", "pool_since", "partner_name", "contact_name", "phone", "region_id",
            "state_id", "city", "source_id", "expected_revenue",
        ],
        "crm.pool.member": ["pool_id", "user_id", "on_duty", "claims_date", "looked_ids"],
        "crm.pool": ["active", "company_id", "view_limit_day"],
    }  # fmt: skip

    @property
    def _table_query(self):
        pools = self._pools_of_user()
        # the subject may hold a phone or a mail; the number tells two such rows apart
        company = SQL("COALESCE(l.partner_name, %s || l.id)", self.env._("Without company, no. "))
        columns = {
            "company_label": company,
            "contact_label": SQL("left(l.contact_name, 1) || '**'"),
            "phone_label": self._masked_phone(),
            "region_id": SQL("l.region_id"),
            "state_id": SQL("l.state_id"),
            "city": SQL("l.city"),
            "source_id": SQL("l.source_id"),
            "expected_revenue": SQL("l.expected_revenue"),
        }
        return SQL(
            """
            SELECT l.id, l.pool_id, l.pool_since,
                   (SELECT c.currency_id FROM crm_pool p JOIN res_company c ON c.id = p.company_id
                     WHERE p.id = l.pool_id) AS currency_id,
                   %(columns)s
              FROM crm_lead l
             WHERE l.pool_state = 'pooled' AND l.active IS TRUE AND l.pool_id = ANY(%(pools)s)
            """,
            columns=self._shown_columns(pools, columns),
            pools=pools,
        )

    @api.model
    def _real_model(self):
        return "crm.lead"

    @api.model
    def _ids_of_phones(self, keys):
        return self.env["crm.lead"].sudo().search([("pool_state", "=", "pooled"), ("phone_key", "in", keys)]).ids

    def action_pool_claim(self):
        """Claims the real leads of these rows for the current user; all or none.

        :return: opens the claimed lead, or the list of one's leads
        """
        return self._claim_and_open("crm.lead", self.env._("Claimed Leads"))
