from odoo import fields, models

from ...lib.clock import HOURS, WORKING_HOURS, Limit
from .crm_followup_rule_step import UNITS


class ResCompany(models.Model):
    _inherit = "res.company"

    first_response_active = fields.Boolean("First Response Is Timed")
    first_response_number_a = fields.Integer("Grade A Within", default=2)
    first_response_unit_a = fields.Selection(UNITS, "Unit for Grade A", default=WORKING_HOURS)
    first_response_number = fields.Integer("Others Within", default=24)
    first_response_unit = fields.Selection(UNITS, "Unit for Others", default=HOURS)
    followup_least_letters = fields.Integer("Shortest Note", default=10)
    followup_alike_percent = fields.Integer("Same as Before from", default=80)

    _first_response_positive = models.Constraint(
        """CHECK(first_response_number_a BETWEEN 1 AND 3650 AND first_response_number BETWEEN 1 AND 3650
           AND followup_least_letters BETWEEN 0 AND 200 AND followup_alike_percent BETWEEN 1 AND 100)""",
        "A limit lies between 1 and 3650, a note has at most 200 letters to reach, and likeness is a percentage.",
    )

    def _first_response_limit(self, grade):
        """Time in which a new holder must answer a lead of this grade."""
        self.ensure_one()
        if grade == "A":
            return Limit(self.first_response_number_a, self.first_response_unit_a)
        return Limit(self.first_response_number, self.first_response_unit)
