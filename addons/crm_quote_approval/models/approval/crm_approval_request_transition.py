"""The one door of requests and tasks.

``_transition(event, …)`` is the only thing that writes them. It runs as superuser; the public methods that lead here
have checked the actor. Each event has a method ``_on_<event>``; each writes the request (its ``beat`` grows with every
decision), so that two people who click at once meet in the database and one of them is asked again.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from .crm_approval_task import DONE_STATES, OPEN_STATES

EVENTS = (
    "submit",
    "approve",
    "reject",
    "return",
    "transfer",
    "add_sign",
    "withdraw",
    "void",
    "remind",
    "late",
    "absent",
)


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    def _transition(self, event, **data):
        """Moves one request by ``event``.

        :param event: one of ``EVENTS``
        :param data: submit: ``jobs`` (see ``_on_submit``);
            approve, reject: ``task``, ``comment``; return: ``task``,
            ``step``, ``comment``; transfer: ``task``, ``user``, ``comment``; add_sign: ``task``, ``users``,
            ``position``, ``comment``; withdraw: ``reason``; late: ``task``, ``told``
        :return: the request; submit is called on an empty set and gives the requests of its papers
        """
        if event not in EVENTS:
            raise ValueError(f"no such event: {event!r}")
        if event != "submit":
            self.ensure_one()
        request = self.sudo()
        return getattr(request, f"_on_{event}")(**data) or request

    # -- decisions ----------------------------------------------------------------------------------

    def _on_approve(self, task, comment=None):
        self._decide(task, "approved", comment)
        self._append([self._prepare_decision_row("approve", task, comment)])
        self._advance()

    def _on_reject(self, task, comment):
        self._decide(task, "rejected", comment)
        self._append([self._prepare_decision_row("reject", task, comment)])
        self._close("rejected", comment)
        self._document()._on_rejected()

    def _on_return(self, task, step, comment):
        """To the requester (``step`` 0), or to an earlier step, whose signers sign again with all that follows."""
        if step and not 0 < step < task.step_no:
            raise UserError(self.env._("A paper is returned to a step before this one, or to the requester."))
        self._decide(task, "returned", comment)
        self._append([self._prepare_decision_row("return", task, comment)])
        if not step:
            self._close("returned", comment)
            return
        again = self.task_ids.filtered(
            lambda row: row.round == self.round and row.step_no >= step and row.state != "transferred"
        )
        vals_list = [row._prepare_again_vals(self.round + 1) for row in again if not row.parent_id]
        kept = self.task_ids.filtered(
            lambda row: row.round == self.round and row.step_no < step and row.state in DONE_STATES
        )
        kept.write({"round": self.round + 1})
        self._cancel_open_tasks()
        self.write({"round": self.round + 1, "step_no": step})
        self._create_tasks(vals_list)
        self._advance()

    def _on_transfer(self, task, user, comment=None):
        vals = task._prepare_again_vals(task.round)
        vals.update(user_id=user.id, principal_id=user.id, parent_id=task.parent_id.id, position=task.position)
        self._decide(task, "transferred", comment)
        new = self._create_tasks(vals)
        # those who were asked besides stay with the signature
        task.child_ids.write({"parent_id": new.id})
        self._append([{**self._prepare_decision_row("transfer", task, comment), **self._target(user)}])
        self._advance()

    def _on_add_sign(self, task, users, position, comment=None):
        self.beat += 1
        self._create_tasks(
            [
                {
                    **task._prepare_again_vals(task.round),
                    "user_id": user.id,
                    "principal_id": user.id,
                    "right_kind": "added",
                    "right_group_id": False,
                    "parent_id": task.id,
                    "position": position,
                }
                for user in users
            ]
        )
        self._append(
            [{**self._prepare_decision_row("add_sign", task, comment), **self._target(user)} for user in users]
        )
        self._advance()

    # -- ends ------------------------------------------------------------------------------------------

    def _withdraw(self, reason):
        """Checks the actor of a withdrawal, then moves."""
        self.ensure_one()
        if not self._may_withdraw():
            raise UserError(self.env._("Only %(name)s can withdraw this request.", name=self.sudo().requester_id.name))
        if self.sudo().state != "pending":
            raise UserError(self.env._("There is no running request to withdraw."))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why you withdraw it; the approvers are told."))
        self._transition("withdraw", reason=reason)

    def _may_withdraw(self):
        """The requester, and who answers for the paper; never an approver of it."""
        request = self.sudo()
        user = self.env.user
        if user == request.requester_id:
            return True
        return user in request._document()._approval_own_users() and user not in request.task_ids.user_id

    def _on_withdraw(self, reason):
        people = self.task_ids.filtered(lambda task: task.state == "pending").user_id
        self._append([{"event": "withdraw", "reason": reason}])
        self._close("draft", reason)
        self._notify(people, self.env._("Withdrawn: %(title)s", title=self.title), reason)

    def _on_void(self):
        people = self.task_ids.filtered(lambda task: task.state == "pending").user_id | self.requester_id
        self._append([{"event": "void"}])
        self._close("void", False)
        self._notify(
            people - self.env.user,
            self.env._("Void: %(title)s", title=self.title),
            self.env._("It was changed after it was submitted."),
        )

    def _close(self, state, reason):
        self.write({"state": state, "reason": reason, "closed_at": fields.Datetime.now(), "beat": self.beat + 1})
        self._cancel_open_tasks()

    def _cancel_open_tasks(self):
        tasks = self.task_ids.filtered(lambda task: task.state in OPEN_STATES)
        if tasks:
            tasks.write({"state": "cancelled"})
            self._drop_todos(tasks)
