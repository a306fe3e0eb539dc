from odoo import fields, models

from odoo.addons.crm_merchant.lib.clock import Limit
from odoo.addons.crm_merchant.models.kernel.crm_clock_replan import Deadlines


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _clock_deadline_fields(self):
        """Open signatures: nothing looks at them again when they come due, and nobody's absence stops them."""
        return [
            *super()._clock_deadline_fields(),
            Deadlines("crm.approval.task", "opened_at", "deadline", [("state", "=", "pending")]),
        ]


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    def _clock_recompute(self):
        """The deadlines of these open tasks as the clock is now, and the dates of their to-dos."""
        moved = self.browse()
        groups = self.grouped(lambda task: (task.company_id, task.limit_number, task.limit_unit))
        for (company, number, unit), tasks in groups.items():
            deadlines = company.resource_calendar_id._limit_deadlines(Limit(number, unit), tasks.mapped("opened_at"))
            for task, deadline in zip(tasks, deadlines, strict=True):
                if task.deadline != deadline:
                    task.deadline = deadline
                    moved |= task
        todos = self.env["mail.activity"].search([("res_model", "=", self._name), ("res_id", "in", moved.ids)])
        for todo in todos:
            task = moved.browse(todo.res_id)
            todo.date_deadline = fields.Datetime.context_timestamp(task, task.deadline).date()
