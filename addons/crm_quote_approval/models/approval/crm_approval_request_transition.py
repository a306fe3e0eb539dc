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
    "edit",
    "withdraw",
    "void",
    "cheaper",
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
            ``position``, ``comment``; edit: ``task``, ``vals``, ``comment``; withdraw: ``reason``; late: ``task``, ``told``
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
        signature = task.parent_id or task
        if not signature.one_rejects and self._can_do_without(signature):
            self._give_up(signature)
            self._notify(
                self.requester_id,
                self.env._("Not signed by %(name)s: %(title)s", name=self.env.user.name, title=self.title),
                self.env._("Others of the same step can still sign. The reason: %(reason)s", reason=comment),
            )
            self._advance()
            return
        self._close("rejected", comment)
        self._document()._on_rejected()

    def _can_do_without(self, signature):
        """Whether the step still has enough people without this signature and those refused before."""
        step = self.task_ids.filtered(lambda row: row.round == self.round and row.step_no == signature.step_no)
        left = self._roots(step).filtered(lambda row: row.state != "covered") - signature
        return len(left) >= signature.needed

    def _give_up(self, signature):
        """A refused signature is not waited for any more, nor are those who were asked besides."""
        open_ = (signature | signature.child_ids).filtered(lambda row: row.state in OPEN_STATES)
        if open_:
            open_.write({"state": "cancelled"})
            self._drop_todos(open_)

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
        self._transfer_covered(task, user)
        self._advance()

    def _transfer_covered(self, task, user):
        """What the decision of ``task`` would have covered goes along to ``user`` where he has the right to it too;
        else whom the step means signs it himself, before the step that was transferred."""
        covered = self.task_ids.filtered(
            lambda row: row.round == self.round and row.state == "covered" and row.principal_id == task.principal_id
        )
        if not covered or task.parent_id:
            return
        vals_list, rows = [], []
        for row in covered:
            goes_along = row._may_hold(user)
            vals = row._prepare_again_vals(row.round)
            if goes_along:
                text = self.env._("%(name)s decides once, at %(step)s.", name=user.name, step=task.step_name)
                vals.update(user_id=user.id, principal_id=user.id, state="covered", comment=text)
                rows.append({"event": "cover", "step_name": row.step_name, "reason": text, **self._target(user)})
            else:
                # the step counted one signature less while it was covered
                step = self.task_ids.filtered(lambda r, n=row.step_no: r.round == self.round and r.step_no == n)
                self._roots(step).write({"needed": row.needed + 1})
                vals.update(state="waiting", comment=False, needed=row.needed + 1)
                text = self.env._("The step that covered it was transferred to %(name)s.", name=user.name)
                rows.append(
                    {"event": "again", "step_name": row.step_name, "reason": text, **self._target(row.principal_id)}
                )
                self.step_no = min(self.step_no, row.step_no)
            vals_list.append(vals)
        covered.write({"state": "transferred"})
        self._create_tasks(vals_list)
        # what was open comes after the steps that are open again
        later = self.task_ids.filtered(lambda row: row.round == self.round and row.step_no > self.step_no)
        self._set_states(dict.fromkeys(later.filtered(lambda row: row.state == "pending"), "waiting"))
        self._append(rows)

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
