from odoo import api, fields, models


class ApprovalSwitch(models.TransientModel):
    """Shows what turning a policy on or off changes, before it is done."""

    _name = "crm.approval.switch"
    _description = "Turn Approval On or Off"

    policy_id = fields.Many2one("crm.approval.policy", required=True, readonly=True, ondelete="cascade")
    is_active = fields.Boolean(related="policy_id.active")
    open_count = fields.Integer(
        "Open Quotes That Need Approval",
        compute="_compute_open_count",
        help="As of now, sums against splitting included",
    )
    running_count = fields.Integer("Running Requests", compute="_compute_open_count")

    @api.depends("policy_id")
    def _compute_open_count(self):
        for switch in self:
            switch.policy_id._switch_check_actor()
            switch.open_count = switch.policy_id._open_documents_caught()
            switch.running_count = (
                self.env["crm.approval.request"]
                .sudo()
                .search_count([("policy_id", "=", switch.policy_id.id), ("state", "=", "pending")])
            )

    def action_apply(self):
        """Turns the policy on or off."""
        self.ensure_one()
        if self.policy_id.active:
            self.policy_id.action_turn_off()
        else:
            self.policy_id.action_turn_on()
        return {"type": "ir.actions.client", "tag": "reload"}
