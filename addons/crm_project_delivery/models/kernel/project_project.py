from odoo import models
from odoo.exceptions import AccessError

# who may take a project out of its manager's hands: he may be ill or gone
NAMERS = ("crm_merchant.group_suite_admin", "base.group_system")


class ProjectProject(models.Model):
    """The one override of ``write`` of projects. Its manager accepts the milestones of a contract and so lets money fall
    due; Odoo lets every project manager write every project, and would let him name himself."""

    _inherit = "project.project"

    def write(self, vals):
        if "user_id" in vals:
            self._delivery_check_manager(vals["user_id"])
        return super().write(vals)

    def _delivery_check_manager(self, user_id):
        """Refuses to change the named manager of a project that delivers a contract; where none is named, whoever may
        write the project names one.

        :raises AccessError: for everyone but that manager, suite administrators and system administrators
        """
        user = self.env.user
        if any(user.has_group(group) for group in NAMERS):
            return
        for project in self.sudo():
            manager = project.user_id
            if manager and manager.id != user_id and manager != user and project.delivery_milestones:
                raise AccessError(
                    self.env._(
                        "%(project)s delivers a contract: its manager %(manager)s or a suite administrator names "
                        "another one.",
                        project=project.name,
                        manager=manager.name,
                    )
                )
