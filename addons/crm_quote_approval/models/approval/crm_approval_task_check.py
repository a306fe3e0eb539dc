import logging

from odoo import models
from odoo.exceptions import AccessError, UserError

from .crm_approval_task import DONE_STATES, OPEN_STATES

_logger = logging.getLogger(__name__)


class ApprovalTask(models.Model):
    """Who may decide on a task, and who may get one. Asked at the moment of the click, never remembered."""

    _inherit = "crm.approval.task"

    # -- who may decide, and when ------------------------------------------------------------------

    def _check_actor(self):
        """Refuses the whole list unless the user may decide on each of these tasks now.

        :raises AccessError: not his task, his own paper, his right is gone, or he signed another step already
        :raises UserError: the task is decided or expired
        """
        self.check_access("read")
        user = self.env.user
        for task in self.sudo():
            if user not in task.user_id | task.principal_id:
                task._refuse(
                    AccessError,
                    self.env._("“%(title)s” is for %(name)s to decide.", title=task.title, name=task.user_id.name),
                )
            task._check_open()
            task._check_four_eyes(user)
            task._check_right(user)

    def _check_open(self):
        request = self.request_id
        if request.state == "pending" and not request._is_current():
            self._refuse(
                UserError,
                self.env._(
                    "Expired: “%(title)s” was changed after it was submitted. %(requester)s has to submit it again.",
                    title=self.title,
                    requester=self.requester_id.name,
                ),
            )
        if self.state != "pending" or request.state != "pending" or self.fingerprint != request.fingerprint:
            self._refuse(
                UserError,
                self.env._(
                    "Expired: “%(title)s” no longer waits for this signature (%(state)s).",
                    title=self.title,
                    state=dict(self._fields["state"]._description_selection(self.env))[self.state],
                ),
            )

    def _check_four_eyes(self, user):
        request = self.request_id
        own = request.own_user_ids | request.requester_id | request._document_browsed()._approval_own_users()
        if user in own:
            self._refuse(
                AccessError,
                self.env._("“%(title)s” is your own paper; somebody else has to sign it.", title=self.title),
            )
        earlier = request.task_ids.filtered(
            lambda task: task.state in ("approved", "kept")
            and task.round == self.round
            and task.step_no != self.step_no
            and user in task.decided_by_id | task.principal_id
        )
        if earlier:
            self._refuse(
                AccessError,
                self.env._(
                    "You signed step %(step)s of “%(title)s” already; one person does not sign two steps.",
                    step=earlier[:1].step_name,
                    title=self.title,
                ),
            )

    def _check_right(self, user):
        """The right to sign must still be there at the moment of the click."""
        principal = self.principal_id
        if user != principal and user == self.user_id and self.stand_in == "superior":
            # he signs by his place above the signer, who may be gone by now
            superiors = principal.with_context(active_test=False)._merchant_superiors()
            held = user._approval_can_sign(self.company_id) and user in superiors
        elif user != principal and user == self.user_id and self.stand_in == "admin":
            held = user in self.env["res.users"]._approval_flow_administrators(self.company_id)
        else:
            held = self._right_is_held(user, principal)
        if not held:
            self._refuse(
                AccessError,
                self.env._(
                    "The right to sign step %(step)s of “%(title)s” is no longer there. A suite administrator can "
                    "transfer the task to somebody who has it.",
                    step=self.step_name,
                    title=self.title,
                ),
            )

    def _right_is_held(self, user, principal):
        held = user._approval_can_sign(self.company_id) and principal._approval_can_sign(self.company_id)
        held = held and self._may_hold(principal)
        if held and user != principal:
            held = self.env["crm.approval.delegation"]._delegates_today(principal, self).get((principal, self)) == user
        return held

    def _may_hold(self, user):
        """Whether ``user`` has the right by which this step is signed."""
        return user in self._holders(user)

    def _holders(self, users):
        """Those of ``users`` who have the right by which this step is signed. Who was named himself may hand it to
        anybody."""
        if self.right_kind == "group":
            return users.filtered(lambda user: self.right_group_id.id in user._get_group_ids())
        if self.right_kind == "superior":
            return users & self.requester_id._merchant_superiors()
        if self.right_kind == "admin":
            return users & self.env["res.users"]._approval_flow_administrators(self.company_id)
        return users

    def _refuse(self, exception, message):
        # the refusal rolls this transaction back, so it is kept in the server's log
        _logger.info("Refused to user %s: decision on approval task %s", self.env.uid, self.id)
        raise exception(message)

    def _own_users(self):
        """Whose paper it is: they never sign it."""
        request = self.request_id
        return request.own_user_ids | request.requester_id | request._document()._approval_own_users()

    def _signing_users(self):
        """Who signs this round already, or signed it."""
        rows = self.request_id.task_ids.filtered(
            lambda task: task.round == self.round and task.state in (*OPEN_STATES, *DONE_STATES)
        )
        return rows.user_id | rows.principal_id

    def _receivers(self, added=False):
        """Whom ``_check_receiver`` takes (superuser): what the dialog offers."""
        users = self.env["res.users"].search([("share", "=", False), ("company_ids", "in", self.company_id.ids)])
        users -= self._own_users() | self._signing_users()
        return users if added else self._holders(users)

    def _check_receiver(self, user, added=False):
        """Who gets a task or is asked besides must be able to sign it."""
        if not user or len(user) != 1 or not user._approval_can_sign(self.company_id):
            raise UserError(self.env._("Choose a colleague who works in %(company)s.", company=self.company_id.name))
        if user in self._own_users():
            raise UserError(
                self.env._("%(name)s cannot sign “%(title)s”: it is his own.", name=user.name, title=self.title)
            )
        if user in self._signing_users():
            raise UserError(self.env._("%(name)s signs “%(title)s” already.", name=user.name, title=self.title))
        if not added and self.right_kind == "group" and self.right_group_id.id not in user._get_group_ids():
            raise UserError(
                self.env._(
                    "%(name)s does not have the role %(role)s that step %(step)s asks for.",
                    name=user.name,
                    role=self.right_group_id.name,
                    step=self.step_name,
                )
            )
        if not added and not self._may_hold(user):
            raise UserError(
                self.env._(
                    "%(name)s could not sign step %(step)s: it is for a superior of %(requester)s or for the flow "
                    "administrator.",
                    name=user.name,
                    step=self.step_name,
                    requester=self.requester_id.name,
                )
            )
