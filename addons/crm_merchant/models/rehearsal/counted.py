from odoo import api, models
from odoo.fields import Domain


class PoolMixin(models.AbstractModel):
    """What a dry run or a rehearsal of rules counts."""

    _inherit = "crm.pool.mixin"

    @api.model
    def _rehearsal_records(self, domain):
        """Records that the current user may count: those he may read, archived ones too.

        A pool hides its records from all but its administrators; who administers the rules counts them all the same,
        except those of a closed region.
        """
        domain = Domain(domain)
        records = self.with_context(active_test=False)
        found = records.search(domain, order="id")
        if self.env.user.has_group("sales_team.group_sale_manager"):
            hidden = Domain("pool_state", "=", "pooled") & Domain("region_id.is_scoped", "!=", True)
            hidden &= Domain("company_id", "in", [False, *self.env.companies.ids])
            found |= records.sudo().search(domain & hidden, order="id").sudo(False)
        return found.with_context(active_test=True).sorted("id")

    def _rehearsal_deals(self, holders):
        """Open deals that lie in other hands with these records (superuser).

        :param holders: dict of record id -> user who would have lost it
        :return: dict of record id -> leads (superuser), those without any left out
        """
        return {}
