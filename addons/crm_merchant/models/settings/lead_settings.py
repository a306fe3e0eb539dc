from odoo import api, fields, models
from odoo.exceptions import UserError

from ..assignment.res_company import LEAVER_MODES
from ..followup.crm_followup_rule_step import UNITS
from ..intake.crm_duplicate_query import DEFAULT_LIMIT, LIMIT_PARAMETER


class CrmSuiteSettings(models.TransientModel):
    """What is settable about leads."""

    _inherit = "crm.suite.settings"

    first_response_active = fields.Boolean("First Response Is Timed")
    first_response_number_a = fields.Integer("Grade A Within")
    first_response_unit_a = fields.Selection(UNITS, "Unit for Grade A", required=True)
    first_response_number = fields.Integer("Others Within")
    first_response_unit = fields.Selection(UNITS, "Unit for Others", required=True)
    followup_least_letters = fields.Integer("Shortest Note")
    followup_alike_percent = fields.Integer("Same as Before from")
    merchant_leaver_mode = fields.Selection(LEAVER_MODES, "Leads of Who Leaves")
    merchant_leaver_successor_id = fields.Many2one("res.users", "Successor", domain="[('share', '=', False)]")
    merchant_rehearsal_days = fields.Integer("Days of a Rehearsal")
    duplicate_checks_per_hour = fields.Integer("Duplicate Checks an Hour")
    regions_on = fields.Boolean("Regions Are On", compute="_compute_regions_on")
    pools_recycling = fields.Char("Pools That Recycle", compute="_compute_pools_recycling")

    def _compute_regions_on(self):
        self.regions_on = not (self.env["crm.region"]._shipped().filtered(lambda region: not region.active))

    def _compute_pools_recycling(self):
        pools = self.env["crm.pool"].search([("company_id", "=", self.env.company.id)])
        running = len(pools.filtered("recycle_active"))
        self.pools_recycling = self.env._("%(running)s of %(count)s", running=running, count=len(pools))

    @api.model
    def _suite_company_fields(self):
        return {
            **super()._suite_company_fields(),
            "first_response_active": None,
            "first_response_number_a": (1, 3650),
            "first_response_unit_a": None,
            "first_response_number": (1, 3650),
            "first_response_unit": None,
            "followup_least_letters": (0, 200),
            "followup_alike_percent": (1, 100),
            "merchant_leaver_mode": None,
            "merchant_leaver_successor_id": None,
            "merchant_rehearsal_days": (1, 366),
        }

    @api.model
    def _suite_parameters(self):
        return {
            **super()._suite_parameters(),
            "duplicate_checks_per_hour": (LIMIT_PARAMETER, DEFAULT_LIMIT, 1, 10000),
        }

    @api.model
    def _suite_check(self, vals):
        result = super()._suite_check(vals)
        successor = vals.get("merchant_leaver_successor_id")
        if successor and (
            successor.share or not successor.active or self.env.company not in successor.sudo().company_ids
        ):
            raise UserError(
                self.env._("The successor must be a colleague who works in %(company)s.", company=self.env.company.name)
            )
        return result
