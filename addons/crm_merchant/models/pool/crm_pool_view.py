from odoo import api, fields, models
from odoo.tools import SQL

from ...lib.phone import phone_key

# column of the view -> the field of the pool that shows it
SHOWN_BY = {
    "company_label": "shows_company",
    "contact_label": "shows_contact",
    "phone_label": "shows_phone",
    "mail_label": "shows_mail",
    "region_id": "shows_region",
    "state_id": "shows_state",
    "city": "shows_city",
    "source_id": "shows_source",
    "expected_revenue": "shows_amount",
    "industry_id": "shows_industry",
    "merchant_grade": "shows_grade",
}
# who it is; where a pool limits how many a member looks at, these come only by looking
WHO = ("company_label", "contact_label", "phone_label", "mail_label")


class CrmPoolView(models.AbstractModel):
    """What members see of pooled records: a closed set of columns, masked and filtered by membership in the query.

    There is no link to the real record; claiming checks the membership again. A masked phone is found only by its
    whole number, so that nobody guesses it digit by digit. What a pool does not show is empty in the query itself: it is
    found, sorted, grouped and exported by nobody.
    """

    _name = "crm.pool.view"
    _description = "Masked View of a Pool"
    _order = "pool_since desc, id desc"
    _rec_name = "company_label"

    pool_id = fields.Many2one("crm.pool", readonly=True)
    company_label = fields.Char("Company", readonly=True)
    phone_label = fields.Char("Phone", readonly=True)
    whole_phone = fields.Char("Whole Phone Number", compute="_compute_whole_phone", search="_search_whole_phone")
    region_id = fields.Many2one("crm.region", readonly=True)
    state_id = fields.Many2one("res.country.state", "Province", readonly=True)
    city = fields.Char(readonly=True)
    pool_since = fields.Datetime("In the Pool Since", readonly=True)

    # -- the query --------------------------------------------------------------------------------

    @api.model
    def _pools_of_user(self):
        """Ids of the active pools, in the companies chosen, of which the user is a member on duty or an administrator.

        Asked first and not joined: PostgreSQL then knows how many rows the pools hold, and takes the first page from an
        index in the order of the list.
        """
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

    @api.model
    def _shown_columns(self, pools, columns):
        """The columns of the query over rows ``l``, each empty where its pool does not show it.

        A pool that shows everything costs nothing: no table is joined, and its list stays on its index.

        :param pools: ids of the pools asked
        :param columns: dict of column -> SQL of its value
        """
        pools = self.env["crm.pool"].sudo().browse(pools)
        number = SQL("%s || l.id", self.env._("No. "))
        covered = self._covered(pools)
        parts = [SQL("%s AS is_covered", covered or SQL("FALSE"))]
        for name, value in columns.items():
            hiding = pools.filtered(lambda pool, shown=SHOWN_BY[name]: not pool[shown])
            when = [SQL("l.pool_id = ANY(%s)", hiding.ids)] if hiding else []
            if covered and name in WHO:
                when.append(covered)
            if when:
                instead = number if name == "company_label" else SQL("NULL")
                value = SQL("CASE WHEN %s THEN %s ELSE %s END", SQL(" OR ").join(when), instead, value)
            parts.append(SQL("%s AS %s", value, SQL.identifier(name)))
        return SQL(", ").join(parts)

    @api.model
    def _masked_phone(self):
        """The number of the row ``l`` with its middle covered."""
        return SQL(
            """
            CASE WHEN length(l.phone) >= 8
                 THEN left(regexp_replace(l.phone, '^\\+?86[ -]?', ''), 3) || '****' || right(l.phone, 2)
                 WHEN l.phone IS NOT NULL THEN '****' END
            """
        )

    # -- the whole number -------------------------------------------------------------------------

    def _compute_whole_phone(self):
        self.whole_phone = False

    def _search_whole_phone(self, operator, value):
        """Equality on the normalised whole number only, and in no pool that hides the phone."""
        if operator not in ("=", "in", "ilike"):
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value)
        keys = [key for key in map(phone_key, values) if key]
        hiding = self.env["crm.pool"].sudo().with_context(active_test=False).search([("shows_phone", "=", False)])
        return [("id", "in", self._ids_of_phones(keys) if keys else []), ("pool_id", "not in", hiding.ids)]

    @api.model
    def _ids_of_phones(self, keys):
        """Ids of the pooled records with one of these ``phone_key``s."""
        raise NotImplementedError

    # -- claiming ---------------------------------------------------------------------------------

    def _claim_and_open(self, model, title):
        """Claims the real records of these rows for the current user, all or none, and opens them."""
        records = self.env[model].browse(self.ids)
        records._pool_claim()
        action = {"type": "ir.actions.act_window", "res_model": model, "name": title}
        if len(records) == 1:
            return {**action, "res_id": records.id, "views": [(False, "form")]}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", records.ids)]}
