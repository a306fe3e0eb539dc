from odoo import models
from odoo.tools import SQL


class CrmLead(models.Model):
    """What a dry run or a rehearsal of rules asks of leads."""

    _inherit = "crm.lead"

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
