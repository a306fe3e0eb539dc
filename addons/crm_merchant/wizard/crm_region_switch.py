import logging

from odoo import fields, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)


class CrmRegionSwitch(models.TransientModel):
    """Shows what turning the shipped regions on changes before anything is changed."""

    _name = "crm.region.switch"
    _description = "Turn On the Shipped Regions"

    region_count = fields.Integer("Regions That Become Active", compute="_compute_effect")
    lead_count = fields.Integer("Leads Without a Region", compute="_compute_effect")
    partner_count = fields.Integer("Contacts Without a Region", compute="_compute_effect")

    def _compute_effect(self):
        regions = self.env["crm.region"]._shipped().filtered(lambda region: not region.active)
        missing = [("region_id", "=", False)]
        for wizard in self:
            wizard.region_count = len(regions)
            wizard.lead_count = self.env["crm.lead"].sudo().with_context(active_test=False).search_count(missing)
            wizard.partner_count = self.env["res.partner"].sudo().with_context(active_test=False).search_count(missing)

    def action_switch_on(self):
        """Turns the regions on; see ``crm.region.action_switch_on``, which checks who may."""
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales administrator can turn the regions on."))
        _logger.info(
            "User %s turned the sales regions on: %s leads and %s contacts are looked up",
            self.env.uid,
            self.lead_count,
            self.partner_count,
        )
        return self.env["crm.region"].action_switch_on()
