from odoo import api, fields, models


class ApprovalSubmit(models.TransientModel):
    """Asks the requester who signs the steps that leave it to him; the submit itself checks the choice."""

    _name = "crm.approval.submit"
    _description = "Submit for Approval"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True)
    line_ids = fields.One2many("crm.approval.submit.line", "wizard_id")

    @api.model
    def _open_for(self, record, steps):
        """The window for ``record``, one row for each of ``steps`` that the requester chooses for."""
        scene = steps._scene(record.sudo(), self.env.user)
        wizard = self.create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "line_ids": [
                    fields.Command.create({"step_id": step.id, "allowed_ids": step._choosable(scene).ids})
                    for step in steps
                    if step.source == "choice"
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Signs?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_apply(self):
        """Submits with these people."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        record.action_approval_submit({line.step_id.id: line.user_ids.ids for line in self.line_ids})
        return {"type": "ir.actions.act_window_close"}


class ApprovalSubmitLine(models.TransientModel):
    _name = "crm.approval.submit.line"
    _description = "Signers Chosen by the Requester"

    wizard_id = fields.Many2one("crm.approval.submit", required=True, ondelete="cascade")
    step_id = fields.Many2one("crm.approval.policy.step", required=True, readonly=True, ondelete="cascade")
    allowed_ids = fields.Many2many("res.users", "crm_approval_submit_allowed_rel", readonly=True)
    user_ids = fields.Many2many("res.users", string="Signs", domain="[('id', 'in', allowed_ids)]")
