from odoo import api, models


class ProjectMilestone(models.Model):
    """The one override of ``create`` and ``write`` of milestones; see the watch mixin of crm_merchant.

    ``is_reached`` and ``project_id`` are Odoo's own fields: they are held only where the project delivers a contract,
    everywhere else they stay as Odoo made them.
    """

    _name = "project.milestone"
    _inherit = ["project.milestone", "crm.watch.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        milestones = records._watched_create(super(ProjectMilestone, records).create, vals_list).with_env(self.env)
        # after creation, because the project may come from a default
        if any(milestone.is_reached for milestone in milestones):
            records._delivery_guard_check({"is_reached"}, milestones.filtered("is_reached"))
        return milestones

    def write(self, vals):
        held = {"is_reached", "project_id"}.intersection(vals)
        if held:
            self._delivery_guard_check(held, self)
        result = self._watched_write(super().write, vals) if self._is_watched(vals) else super().write(vals)
        if "project_id" in vals:
            # a milestone reached elsewhere must not be carried into a project that delivers a contract
            self._delivery_guard_check({"is_reached"}, self.filtered("is_reached"))
        return result

    def _delivery_guard_check(self, fields, milestones):
        """Refuses ``fields`` of milestones in projects that deliver a contract, unless the door is open."""
        if self._door_is_open(fields):
            return
        if milestones.sudo().filtered("project_id.delivery_milestones"):
            self._guard_check(fields)
