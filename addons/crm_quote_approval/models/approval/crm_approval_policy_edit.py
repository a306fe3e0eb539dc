from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ApprovalPolicyEdit(models.Model):
    """One field that whoever signs a step may change."""

    _name = "crm.approval.policy.edit"
    _inherit = ["crm.approval.policy.part"]
    _description = "Field that a Step May Change"
    _order = "step_id, path"

    step_id = fields.Many2one("crm.approval.policy.step", required=True, index=True, ondelete="cascade")
    policy_id = fields.Many2one(related="step_id.policy_id")
    path = fields.Selection("_selection_path", "Field", required=True)

    _path_uniq = models.UniqueIndex("(step_id, path)", "The step may change this field already.")

    @api.model
    def _selection_path(self):
        """``model:path`` of everything that steps may be allowed to change, named like on the form."""
        found = []
        for model, name in self.env["crm.approval.policy"]._selection_res_model():
            document = self.env[model]
            for path in document._approval_editable_paths():
                head, _dot, last = path.rpartition(".")
                record = document[head] if head else document
                words = [document._fields[head], record._fields[last]] if head else [record._fields[last]]
                labels = " · ".join(field._description_string(self.env) for field in words)
                found.append((f"{model}:{path}", f"{name} · {labels}"))
        return found

    @api.depends("path")
    def _compute_display_name(self):
        labels = dict(self._selection_path())
        for row in self:
            row.display_name = labels.get(row.path, row.path)

    @api.constrains("path", "step_id")
    def _check_path(self):
        # the list is asked for as well: a selection that is a method takes any text from a caller
        known = dict(self._selection_path())
        for row in self:
            if row.path not in known or not row.path.startswith(f"{row.policy_id.res_model}:"):
                raise ValidationError(
                    self.env._(
                        "Step %(step)s cannot be allowed to change %(name)s.",
                        step=row.step_id.name,
                        name=row.display_name,
                    )
                )


class ApprovalPolicyStep(models.Model):
    _inherit = "crm.approval.policy.step"

    edit_ids = fields.One2many(
        "crm.approval.policy.edit",
        "step_id",
        "May Change",
        copy=True,
        help="Who signs this step may change these while the request runs. It stays valid; who signed before is asked "
        "again if his reason got worse.",
    )

    def _edit_paths(self):
        """Paths that this step may change."""
        return [row.path.partition(":")[2] for row in self.edit_ids]
