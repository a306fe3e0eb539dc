from odoo import fields, models


class CrmAssignmentTarget(models.Model):
    _name = "crm.assignment.target"
    _description = "Person a Rule Assigns to"
    _order = "rule_id, sequence, id"
    _rec_name = "user_id"

    rule_id = fields.Many2one("crm.assignment.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", check_company=True)
    on_duty = fields.Boolean(default=True, help="Off duty: gets nothing assigned")
    weight = fields.Integer(default=1, help="Who has 2 gets twice as many as who has 1")
    limit_day = fields.Integer("Most a Day", help="0: as the rule says")
    limit_open = fields.Integer("Most Held", help="0: as the rule says")

    _person_uniq = models.UniqueIndex("(rule_id, user_id)", "This person is already in the rule.")
    _weight_range = models.Constraint("CHECK(weight BETWEEN 1 AND 100)", "A weight lies between 1 and 100.")
    _limits_positive = models.Constraint("CHECK(limit_day >= 0 AND limit_open >= 0)", "A limit cannot be below zero.")
