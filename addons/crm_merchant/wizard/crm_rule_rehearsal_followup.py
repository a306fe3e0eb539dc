from odoo import fields, models


class CrmRuleRehearsal(models.TransientModel):
    """The rehearsal of a follow-up rule that closes."""

    _inherit = "crm.rule.rehearsal"

    kind = fields.Selection(
        selection_add=[("crm.followup.rule", "Closing by a follow-up rule")],
        ondelete={"crm.followup.rule": "cascade"},
    )
    followup_rule_id = fields.Many2one(
        "crm.followup.rule",
        "Follow-up Rule",
        domain=[("step_ids.action", "=", "close")],
        help="Whose closing is replayed, as it stands now, switched on or not",
    )

    def _rehearsed(self):
        if self.kind != "crm.followup.rule":
            return super()._rehearsed()
        self.followup_rule_id._check_switcher()
        return self.followup_rule_id
