from odoo import fields, models

from odoo.addons.crm_merchant.models.kernel.crm_clock_replan import Deadlines


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _clock_deadline_fields(self):
        """Open signatures, by the next rung of their ladder; nobody's absence stops them."""
        return [
            *super()._clock_deadline_fields(),
            Deadlines("crm.approval.task", "opened_at", "ladder_at", [("state", "=", "pending")]),
        ]


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    def _clock_recompute(self):
        """The deadlines and next rungs of these open tasks as the clock is now, and the dates of their to-dos."""
        moved = self.browse()
        for task in self:
            deadline, superior = task._ladder_moments(task.opened_at)
            rung = superior if task.reminded_at and task.reminded_at >= task.deadline else deadline
            if (task.deadline, task.ladder_at) != (deadline, rung):
                moved |= task if task.deadline != deadline else self.browse()
                task.write({"deadline": deadline, "ladder_at": rung})
        todos = self.env["mail.activity"].search([("res_model", "=", self._name), ("res_id", "in", moved.ids)])
        for todo in todos:
            task = moved.browse(todo.res_id)
            todo.date_deadline = fields.Datetime.context_timestamp(task, task.deadline).date()
