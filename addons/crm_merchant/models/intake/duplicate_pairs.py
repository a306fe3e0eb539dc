from odoo import api, models
from odoo.tools import SQL

from ...lib.duplicate_keys import LEVELS, judge
from .duplicates import MAX_PER_KEY


class DuplicateFinder(models.AbstractModel):
    """All duplicates among the leads of a company at once."""

    _inherit = "crm.duplicate.finder"

    @api.model
    def _duplicate_pairs(self, company):
        """Pairs of active leads that may be the same, weak matches left out: a grouping per key, so the cost grows with
        the leads like sorting them does.

        Of several leads with one key each is paired with the oldest. A key that more than 50 leads have says nothing.

        :return: dict of (older lead id, younger lead id) -> (level, kind)
        """
        self.env["crm.lead"].flush_model(["credit_code", "phone_key", "company_key", "active", "merged_into_id"])
        where = SQL("active AND merged_into_id IS NULL AND %s", self._company_condition(company))
        groups = []
        for column in ("credit_code", "phone_key", "company_key"):
            name = SQL.identifier(column)
            query = SQL(
                "SELECT array_agg(id ORDER BY id) FROM crm_lead WHERE %s IS NOT NULL AND %s "
                "GROUP BY %s HAVING count(*) BETWEEN 2 AND %s",
                name,
                where,
                name,
                MAX_PER_KEY,
            )
            groups += [ids for (ids,) in self.env.execute_query(query)]
        concerned = list({lead_id for ids in groups for lead_id in ids})
        keys = {
            lead_id: self._row_keys(*columns)
            for lead_id, *columns in self.env.execute_query(
                SQL("SELECT id, credit_code, phone_key, company_key FROM crm_lead WHERE id = ANY(%s)", concerned)
            )
        }
        pairs = {}
        for ids in groups:
            for younger in ids[1:]:
                verdict = judge(keys[ids[0]], keys[younger])
                if verdict and verdict[0] in LEVELS[:-1]:
                    pairs[ids[0], younger] = verdict
        return pairs
