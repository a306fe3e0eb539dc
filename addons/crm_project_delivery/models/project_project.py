from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectProject(models.Model):
    _inherit = "project.project"

    delivery_contract_ids = fields.One2many(
        "crm.contract", "project_id", "Contracts", readonly=True, copy=False,
        groups="crm_project_delivery.group_contract_user",
    )  # fmt: skip
    delivery_milestones = fields.Boolean(
        "Milestones Deliver a Contract",
        compute="_compute_delivery_milestones",
        search="_search_delivery_milestones",
        compute_sudo=True,
        groups="base.group_user",
        help="Milestones of this project are accepted by the project manager and cannot be ticked off",
    )

    @api.depends("delivery_contract_ids")
    def _compute_delivery_milestones(self):
        # a fact of the contracts and not a column: nobody can switch the guard off in the project
        counts = dict(
            self.env["crm.contract"]._read_group([("project_id", "in", self.ids)], ["project_id"], ["__count"])
        )
        for project in self:
            project.delivery_milestones = bool(counts.get(project))

    def _search_delivery_milestones(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = self.env["crm.contract"].sudo()._search([("project_id", "!=", False)])
        return [("id", "in" if True in value else "not in", query.subselect("project_id"))]

    @api.ondelete(at_uninstall=False)
    def _unlink_without_contracts_only(self):
        # the milestones would go with it
        if any(project.delivery_milestones for project in self.sudo()):
            raise UserError(self.env._("A project that delivers a contract is not deleted. Archive it instead."))

    def action_view_delivery_contracts(self):
        self.ensure_one()
        return self.delivery_contract_ids._get_records_action(name=self.env._("Contracts"))
