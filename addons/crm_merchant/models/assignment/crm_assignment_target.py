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

    _person_uniq = models.UniqueIndex("(rule_id, user_id)", "This person is already in the rule.")
