from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

# who leads the sales of the company counts nothing, like the administrators of the pool
LEADERS = ("sales_team.group_sale_manager", "crm_merchant.group_sales_director", "crm_merchant.group_general_manager")


class CrmPoolView(models.AbstractModel):
    """How many pooled records a member looks at in a day.

    With such a limit the query covers who it is, so that lists, searches, groups, exports and reads over any interface
    tell where and how large a record is and no more. ``action_pool_look`` uncovers a row for its caller until the day ends,
    and counts it on his ``crm.pool.member`` rows, over all his pools and with two tabs open, as a claim is counted.
    """

    _inherit = "crm.pool.view"

    is_covered = fields.Boolean("Not Looked At Yet", readonly=True)
    looks_left = fields.Integer("Left Today", compute="_compute_looks_left")

    @api.model
    def _covering(self, pools):
        """Those of these pools (superuser) that limit how many the current user looks at."""
        limited = pools.filtered("view_limit_day")
        if not limited or any(map(self.env.user.has_group, LEADERS)):
            return limited.browse()
        return limited.filtered(lambda pool: self.env.user not in pool.admin_ids)

    @api.model
    def _covered(self, pools):
        """Whether the row ``l`` is covered, as SQL; none where no pool covers anything.

        :param pools: the pools asked (superuser)
        """
        covering = self._covering(pools)
        if not covering:
            return None
        seen = self.env["crm.pool.member"]._looked_at()[self._real_model()]
        return SQL("l.pool_id = ANY(%s) AND l.id <> ALL(%s)", covering.ids, sorted(seen))

    @api.model
    def _real_model(self):
        """Name of the model of which members see a view."""
        raise NotImplementedError

    @api.depends_context("uid")
    def _compute_looks_left(self):
        looked = sum(map(len, self.env["crm.pool.member"]._looked_at().values()))
        for row in self:
            row.looks_left = max(row.pool_id.sudo().view_limit_day - looked, 0)

    def action_pool_look(self):
        """Uncovers these rows for the current user until the day ends; all or none. Again costs nothing.

        :raises AccessError: a row that he does not see
        :raises UserError: over the cap
        """
        if not self or len(self.search([("id", "in", self.ids)])) != len(set(self.ids)):
            raise AccessError(
                self.env._(
                    "This is no longer in the pool, or you are not a member on duty. The pool's administrators know."
                )
            )
        covered = self.filtered("is_covered")
        if covered:
            self.env[self._real_model()].browse(covered.ids)._pool_look()
            self.invalidate_model()
        return True


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    def _pool_look(self):
        """Counts these pooled records as looked at by the current user; the narrowest pool concerned decides.

        :raises UserError: over the cap
        """
        members = self._pool_lock_members()
        looked = members._looked_at()
        fresh = set(self.ids) - looked[self._name]
        count = sum(map(len, looked.values()))
        limit = min(limit for limit in self.sudo().pool_id.mapped("view_limit_day") if limit)
        if count + len(fresh) > limit:
            raise UserError(
                self.env._(
                    "You have looked at %(looked)s records of the pool today and may look at %(limit)s a day. The count "
                    "starts again tomorrow; what you looked at today stays readable until then.",
                    looked=count,
                    limit=limit,
                )
            )
        first = members[:1]
        mine = first.looked_ids or {}
        mine = {**mine, self._name: sorted(fresh.union(mine.get(self._name, ())))}
        first._through_door("looked_ids").write({"looked_ids": mine})
