"""People who may read, or read and write, a held lead or customer of somebody else until a day.

The rules of access ask for that day at the moment of reading; the nightly job only clears away what has ended. Nobody
has a right to write these rows: people use ``action_collaborator_set`` of the record and ``action_end``.
"""

from odoo import api, fields, models

BATCH = 500


class CrmCollaborator(models.Model):
    _name = "crm.collaborator"
    _description = "Collaborator for a Time"
    _order = "until, id"
    _rec_name = "user_id"
    _check_company_auto = True

    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null", ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", "Person", required=True, readonly=True, index=True, ondelete="cascade")
    until = fields.Date(required=True, readonly=True, index=True, help="The last day")
    can_write = fields.Boolean("May Change It", readonly=True)

    _one_record = models.Constraint("CHECK(num_nonnulls(lead_id, partner_id) = 1)", "One lead, or one customer.")
    _person_uniq = models.UniqueIndex(
        "(user_id, COALESCE(lead_id, 0), COALESCE(partner_id, 0))", "This person is already a collaborator."
    )

    def _record(self):
        self.ensure_one()
        return self.lead_id or self.partner_id

    def action_end(self):
        """Ends the collaboration at once; for the holder, his superiors, the pool's administrators, or oneself.

        :raises AccessError: for anyone else
        """
        self.check_access("read")
        for row in self:
            if row.user_id != self.env.user:
                row.sudo()._record().with_env(self.env)._pool_check_steward()
        self.sudo()._end(self.env._("Ended by %(name)s", name=self.env.user.name))
        return True

    def _end(self, reason):
        """Takes the right away and writes it into the ledger (superuser)."""
        rows = [row._record()._prepare_collaborator_row("unshare", row.user_id, reason) for row in self]
        self.unlink()
        self.env["crm.pool.ledger"]._ledger_append(rows)

    @api.model
    def _cron_end(self):
        """Clears away what has ended; nobody could use it any more."""
        for (company,) in self.sudo()._read_group([], ["company_id"]):
            domain = [("company_id", "=", company.id), ("until", "<", company._merchant_today())]
            while rows := self.sudo().search(domain, limit=BATCH):
                rows._end(self.env._("Its time is over"))
                if not self.env["ir.cron"]._commit_progress(len(rows)):
                    return
