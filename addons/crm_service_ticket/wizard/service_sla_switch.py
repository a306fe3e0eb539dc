from odoo import api, fields, models


class ServiceSlaSwitch(models.TransientModel):
    """Shows what turning the clocks of tickets on or off changes, before it is done."""

    _name = "service.sla.switch"
    _description = "Turn Clocks On or Off"

    is_active = fields.Boolean(compute="_compute_counts")
    policy_count = fields.Integer("Service Levels", compute="_compute_counts")
    open_count = fields.Integer("Open Tickets without Clocks", compute="_compute_counts")
    running_count = fields.Integer("Running Clocks", compute="_compute_counts")

    @api.depends_context("company")
    def _compute_counts(self):
        policies = self.env["service.sla.policy"]
        policies._switch_check_actor()
        found = policies._switch_policies()
        running = (
            self.env["service.sla.status"]
            .sudo()
            .search_count([("state", "in", ("running", "paused")), ("company_id", "=", self.env.company.id)])
        )
        for switch in self:
            # one that was made since the others were turned on is turned on by the same switch
            switch.is_active = bool(found) and all(found.mapped("active"))
            switch.policy_count = len(found)
            switch.open_count = policies._open_tickets_without_clock()
            switch.running_count = running

    def action_apply(self):
        """Turns the service levels of the company on or off."""
        self.ensure_one()
        policies = self.env["service.sla.policy"]
        policies._switch_check_actor()
        found, target = policies._switch_policies(), not self.is_active
        found.filtered(lambda policy: policy.active != target)._switch(target)
        return {"type": "ir.actions.client", "tag": "reload"}
