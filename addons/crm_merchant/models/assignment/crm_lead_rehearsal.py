from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    """What a dry run or a rehearsal of rules asks of leads."""

    _inherit = "crm.lead"

    @api.model
    def _rehearsal_leads(self, domain):
        """Leads that the current user may count: those he may read, archived ones too.

        A pool hides its leads from all but its administrators; who administers the rules counts them all the same,
        except those of a closed region.
        """
        domain = Domain(domain)
        leads = self.with_context(active_test=False)
        found = leads.search(domain, order="id")
        if self.env.user.has_group("sales_team.group_sale_manager"):
            hidden = Domain("pool_state", "=", "pooled") & Domain("region_id.is_scoped", "!=", True)
            hidden &= Domain("company_id", "in", [False, *self.env.companies.ids])
            found |= leads.sudo().search(domain & hidden, order="id").sudo(False)
        return found.with_context(active_test=True).sorted("id")

    def _rehearsal_holders(self):
        """Lead id -> who got each of these leads first: by the ledger, else who holds it."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (res_id) res_id, to_uid FROM crm_pool_ledger WHERE res_model = %s "
                "AND res_id = ANY(%s) AND to_uid > 0 ORDER BY res_id, seq",
                self._name,
                self.ids,
            )
        )
        users = self.env["res.users"]
        # a person who is gone for good has no record any more
        existing = set(users.browse({uid for _lead, uid in rows}).exists()._ids)
        first = {lead_id: users.browse(uid) for lead_id, uid in rows if uid in existing}
        return {lead.id: first.get(lead.id, lead.user_id) for lead in self}

    def action_try_out_assignment(self):
        """Opens the dry run over these leads, as far as nobody holds them."""
        self.check_access("read")
        return self.env["crm.assignment.trial"]._open(self)
