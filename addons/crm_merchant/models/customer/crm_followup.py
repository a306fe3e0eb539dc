from odoo import fields, models


class CrmFollowup(models.Model):
    """Follow-ups on customers. One that counts on a lead keeps a customer in the same hands too."""

    _inherit = "crm.followup"

    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="cascade", check_company=True
    )

    _evidence_uniq = models.UniqueIndex(
        "(evidence_model, evidence_id, COALESCE(lead_id, 0), COALESCE(partner_id, 0)) WHERE evidence_id IS NOT NULL",
        "This is already counted as a follow-up.",
    )

    def _tell_records(self):
        result = super()._tell_records()
        done = self.filtered(lambda followup: followup.is_effective or followup.verdict == "way")
        for (moment, kind), batch in done.grouped(lambda followup: (followup.moment, followup.kind)).items():
            leads = batch.lead_id.filtered(lambda lead: lead.user_id == lead.partner_id.commercial_partner_id.user_id)
            subjects = (batch.partner_id | leads.partner_id)._pool_subjects()
            # the pool of the customer decides, whatever that of the lead does
            customers = subjects.filtered(lambda customer, kind=kind: customer._followup_counts(kind))
            if customers:
                customers._followup_done(moment)
        return result

    def _record(self):
        return self.partner_id or super()._record()
