from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _merchant_superiors(self):
        """Chain of superiors of one user, the nearest first, himself never among them.

        Read under sudo because plain users cannot read ``hr.employee``. Who has no manager on his employee card gets
        the leader of his sales team. A circle in the cards ends the chain.
        """
        self.ensure_one()
        chain = self.browse()
        employee = self.sudo().employee_ids[:1]
        seen = employee
        while employee.parent_id and employee.parent_id not in seen:
            employee = employee.parent_id
            seen |= employee
            if employee.user_id and employee.user_id != self:
                chain |= employee.user_id.with_env(self.env)
        if not chain:
            leader = self.sudo().sale_team_id.user_id
            if leader and leader != self:
                chain = leader.with_env(self.env)
        return chain
