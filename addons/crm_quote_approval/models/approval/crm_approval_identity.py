from odoo import models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_users import check_identity


class ApprovalTask(models.Model):
    """What a signature needs besides the right to give it: a word, or the password again."""

    _inherit = "crm.approval.task"

    def action_approve(self, comment=None):
        """Signs these tasks, one or many at once.

        Above the amount of a step its signer enters his password first, as before other sensitive things in Odoo; then
        this gives the action of that window, and nothing is signed before.

        :param comment: kept with the signature; required where the step says so
        :raises AccessError, UserError: see ``_check_actor``; then none of the list is signed
        """
        self._check_actor()
        self._check_comment(comment)
        if any(task._needs_identity() for task in self.sudo()):
            return self._approve_after_identity(comment=comment)
        return self._approve(comment)

    @check_identity
    def _approve_after_identity(self, comment=None):
        # called by Odoo's window as well, so everything is asked again
        self._check_actor()
        self._check_comment(comment)
        return self._approve(comment)

    def _approve(self, comment):
        for task in self:
            task._request_door()._transition("approve", task=task.sudo(), comment=comment)
        return True

    def _needs_identity(self):
        self.ensure_one()
        return bool(self.identity_above) and self.currency_id.compare_amounts(self.amount, self.identity_above) > 0

    def _check_comment(self, comment):
        silent = self.sudo().filtered("comment_required")
        if silent and not (comment or "").strip():
            raise UserError(
                self.env._(
                    "“%(title)s”: step %(step)s is not signed without a word.",
                    title=silent[0].title,
                    step=silent[0].step_name,
                )
            )

    def action_approve_selected(self):
        """Opens the window that signs the chosen tasks with one comment."""
        self._check_actor()
        wizard = self.env["crm.approval.decision"].create({"kind": "approve", "task_ids": [(6, 0, self.ids)]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }
