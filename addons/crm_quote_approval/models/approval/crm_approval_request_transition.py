"""The one door of requests and tasks.

``_transition(event, …)`` is the only thing that writes them. It runs as superuser; the public methods that lead here
have checked the actor. Each event has a method ``_on_<event>``; each writes the request (its ``beat`` grows with every
decision), so that two people who click at once meet in the database and one of them is asked again.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.lib.hashing import chain_hash

from .crm_approval_task import OPEN_STATES

EVENTS = ("submit", "approve", "reject", "return", "transfer", "add_sign", "withdraw", "void", "remind", "late")


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    def _transition(self, event, **data):
        """Moves one request by ``event``.

        :param event: one of ``EVENTS``
        :param data: submit: ``document``, ``steps``, ``amount``; approve, reject: ``task``, ``comment``; return: ``task``,
            ``step``, ``comment``; transfer: ``task``, ``user``, ``comment``; add_sign: ``task``, ``users``,
            ``position``, ``comment``; withdraw: ``reason``; late: ``task``, ``told``
        :return: the request; submit is called on an empty set and gives the paper's withdrawn request, else a new one
        """
        if event not in EVENTS:
            raise ValueError(f"no such event: {event!r}")
        if event != "submit":
            self.ensure_one()
        request = self.sudo()
        return getattr(request, f"_on_{event}")(**data) or request

    # -- submit -------------------------------------------------------------------------------------

    def _prepare_request_vals(self, document):
        company = document._approval_company()
        return {
            "res_model": document._name,
            "res_id": document.id,
            "title": document._approval_title(),
            "currency_id": company.currency_id.id,
            "company_id": company.id,
            "requester_id": self.env.uid,
        }

    def _prepare_submit_vals(self, document, steps, amount):
        """What is frozen at submit."""
        requester = self.env.user
        text = document._approval_judged_text()
        partner = document.partner_id if "partner_id" in document._fields else None
        return {
            "state": "pending",
            "title": document._approval_title(),
            "partner_name": partner.commercial_partner_id.name or partner.name if partner else False,
            "amount": amount,
            "requester_id": requester.id,
            "own_user_ids": [fields.Command.set((requester | document._approval_own_users()).ids)],
            "superior_ids": [fields.Command.set(requester._merchant_superiors().ids)],
            "policy_id": steps.policy_id.id,
            "round": self.round + 1,
            "step_no": 1,
            "beat": self.beat + 1,
            "judged_text": text,
            "fingerprint": chain_hash("", text),
            "snapshot": document._approval_snapshot(),
            "submitted_at": fields.Datetime.now(),
            "closed_at": False,
            "reason": False,
        }

    def _on_submit(self, document, steps, amount):
        document = document.sudo()
        slots = steps._resolve(document, self.env.user)
        request = document.approval_request_id.filtered(lambda current: current.state == "draft")
        vals = request._prepare_submit_vals(document, steps, amount)
        if request:
            request.write(vals)
        else:
            # the ledger says who submitted; a message and a follower besides would say nothing more
            quietly = self.with_context(tracking_disable=True)
            request = quietly.create({**self._prepare_request_vals(document), **vals}).with_env(self.env)
        if document.approval_fingerprint != request.fingerprint:
            # rows older than this addon have an empty column
            self.env.add_to_compute(document._fields["approval_fingerprint"], document)
        request._point_document(document)
        request._create_tasks(request._prepare_tasks_vals(slots))
        document._on_submitted(request)
        request._append([{"event": "submit", "reason": request._merged_text(slots)}])
        request._advance()
        return request

    def _point_document(self, document):
        """Door of the paper's one guarded column; its state follows by itself."""
        document._through_door("approval_request_id").write({"approval_request_id": self.id})

    def _prepare_tasks_vals(self, slots):
        """One row for each signature, those of later steps waiting."""
        principals = self.env["res.users"].sudo().union(*(user for slot in slots for user in slot["people"]))
        delegates = self.env["crm.approval.delegation"]._delegates_today(principals)
        vals_list = []
        for number, slot in enumerate(slots, start=1):
            step = slot["step"]
            for turn, principal in enumerate(slot["people"], start=1):
                delegate = delegates.get(principal)
                if delegate and (
                    delegate in self.own_user_ids | principals or not delegate._approval_can_sign(self.company_id)
                ):
                    delegate = None
                vals_list.append(
                    {
                        **self._prepare_task_vals(principal, delegate or principal),
                        "step_no": number,
                        "step_name": step.name,
                        "mode": step.mode,
                        "turn": turn,
                        "right_kind": step.source if not step.superiors_first else self._kind_of(step, principal),
                        "right_group_id": step.group_id.id,
                        "limit_number": step.limit_number,
                        "limit_unit": step.limit_unit,
                        "superior_number": step.superior_number,
                        "superior_unit": step.superior_unit,
                    }
                )
        return vals_list

    def _create_tasks(self, vals_list):
        return self.env["crm.approval.task"].sudo().with_context(tracking_disable=True).create(vals_list)

    def _kind_of(self, step, principal):
        # a superior who stands in for the requester's own role has no such role himself
        return "group" if step.group_id.id in principal._get_group_ids() else "superior"

    def _prepare_task_vals(self, principal, user):
        return {
            "request_id": self.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "title": self.title,
            "partner_name": self.partner_name,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "requester_id": self.requester_id.id,
            "company_id": self.company_id.id,
            "round": self.round,
            "principal_id": principal.id,
            "user_id": user.id,
            "fingerprint": self.fingerprint,
        }

    def _merged_text(self, slots):
        merged = [
            self.env._(
                "Step %(merged)s is signed along with %(step)s: the same person.",
                merged=step.name,
                step=slot["step"].name,
            )
            for slot in slots
            for step in slot["merged"]
        ]
        return "\n".join(merged)

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
            lambda row: row.round == self.round and row.step_no < step and row.state == "approved"
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
