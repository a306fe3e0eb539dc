"""What happens when a signature is late: its signer is reminded, then his superior may sign in his place.

Time running out decides nothing. Each open task carries the moment of its next rung, ``ladder_at``; the cron asks for
those that are due. A holiday that was added since is seen then: the moment is worked out again, and a rung that is not
due yet is put off.
"""

from collections import defaultdict
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.models.kernel.carefully import run_carefully

BATCH = 200
# a signer is not told more often, however often the requester presses the button
HOURS_BETWEEN_REMINDERS = 1


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    superior_number = fields.Float(readonly=True)
    superior_unit = fields.Char(readonly=True)
    ladder_at = fields.Datetime("Next Reminder", readonly=True)
    reminded_at = fields.Datetime("Reminded", readonly=True)
    escalated_at = fields.Datetime("Passed to a Superior", readonly=True)

    _ladder_idx = models.Index("(ladder_at, id) WHERE state = 'pending' AND ladder_at IS NOT NULL")

    @api.model
    def _cron_ladder(self):
        """Takes every task that is due one rung on; one that fails is left as it is until the next run."""
        bad = []
        while True:
            due = [("state", "=", "pending"), ("ladder_at", "<=", fields.Datetime.now()), ("id", "not in", bad)]
            tasks = self.sudo().search(due, order="ladder_at, id", limit=BATCH)
            if not tasks:
                return
            bad += run_carefully(tasks, "_climb")
            if not self.env["ir.cron"]._commit_progress(len(tasks), remaining=self.sudo().search_count(due)):
                return

    def _climb(self):
        """One rung for each of these tasks; their people are told here, so that nobody hears of what is taken back."""
        told = defaultdict(list)
        for task in self:
            task.request_id._transition("late", task=task, told=told)
        self._tell_signers(told)

    @api.model
    def _speaking_to(self, user):
        """Environment in the language of ``user``: the job has none."""
        return self.with_context(lang=user.lang or self.env.lang).env

    @api.model
    def _tell_signers(self, told):
        """One message a person for all that waits for him.

        :param told: user -> list of ``Markup`` lines
        """
        for user, lines in told.items():
            self.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self._speaking_to(user)._("Approvals that wait: %(count)s", count=len(lines)),
                body=Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % line for line in lines),
            )

    # -- moments -------------------------------------------------------------------------------------

    def _ladder_moments(self, opened_at):
        """(deadline, moment of the superior) of a task that opened at ``opened_at``; None where none is set.

        Who is reminded late, because the cron was down, still gets a while before it passes to his superior.
        """
        self.ensure_one()
        request = self.request_id
        deadline = request._deadline(self.limit_number, self.limit_unit, opened_at) or None
        # without a limit nothing is late, so nothing passes on either
        superior = deadline and (request._deadline(self.superior_number, self.superior_unit, opened_at) or None)
        pause = self.reminded_at and self.reminded_at + timedelta(hours=HOURS_BETWEEN_REMINDERS)
        return deadline, superior and max(superior, deadline, pause or deadline)

    # -- whom it passes to -----------------------------------------------------------------------------

    def _next_superior(self):
        """The nearest superior of the signer who may sign this paper and is not asked yet (superuser, maybe none)."""
        self.ensure_one()
        request = self.request_id
        asked = request.task_ids.filtered(
            lambda task: task.round == self.round and task.state in ("waiting", "pending", "approved", "kept")
        )
        barred = (
            request.own_user_ids
            | request.requester_id
            | request._document()._approval_own_users()
            | asked.user_id
            | asked.principal_id
        )
        chain = self.principal_id._merchant_superiors().sudo() - barred
        return chain.filtered(lambda user: user._approval_can_sign(self.company_id))[:1]

    def _escalation_is_spare(self):
        """Where any one of several signs, one superior is enough for all of them."""
        self.ensure_one()
        return self.mode == "any" and bool(
            self.request_id.task_ids.filtered(
                lambda task: task != self
                and task.round == self.round
                and task.step_no == self.step_no
                and task.escalated_at
            )
        )


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    def action_remind(self):
        """催办: tells those whose signature is missing that somebody waits for them.

        :raises UserError: for anyone but the requester and those who answer for the paper, when nothing waits, and
            within an hour of the last time
        """
        self.check_access("read")
        for request in self:
            if not request._may_withdraw():
                raise UserError(self.env._("Only %(name)s can send a reminder.", name=request.sudo().requester_id.name))
            request.sudo()._check_remind()
            request._transition("remind")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Reminded: %(people)s", people=", ".join(self.mapped("waiting_for"))),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_remind(self):
        if self.state != "pending":
            raise UserError(self.env._("There is no running request to remind of."))
        # from the ledger, because a reminder by the clock counts as well
        since = fields.Datetime.now() - timedelta(hours=HOURS_BETWEEN_REMINDERS)
        if self.env["crm.approval.ledger"].search_count(
            [("request_ref", "=", self.id), ("event", "=", "remind"), ("moment", ">", since)], limit=1
        ):
            raise UserError(
                self.env._("%(people)s has been reminded within the last hour.", people=self.waiting_for or "")
            )

    def _on_remind(self):
        # the row that competing writers meet at
        self.beat += 1
        tasks = self.task_ids.filtered(lambda task: task.state == "pending")
        tasks.write({"reminded_at": fields.Datetime.now()})
        self._append([self._prepare_ladder_row("remind", task, task.user_id) for task in tasks])
        self._notify(
            tasks.user_id,
            self.env._("Please decide: %(title)s", title=self.title),
            self.env._("%(name)s waits for your decision.", name=self.env.user.name),
        )

    def _on_late(self, task, told):
        """One rung of the ladder of ``task``.

        :param told: user -> lines, filled here and sent by the caller, one message a person
        """
        now = fields.Datetime.now()
        deadline, superior = task._ladder_moments(task.opened_at)
        self.beat += 1
        if deadline > now:
            task.write({"deadline": deadline, "ladder_at": deadline})
        elif not (task.reminded_at and task.reminded_at >= deadline):
            task.reminded_at = now
            task.ladder_at = task._ladder_moments(task.opened_at)[1]
            self._append([self._prepare_ladder_row("remind", task, task.user_id)])
            for user in task.user_id | self.requester_id:
                told[user].append(self._ladder_line(task, user))
        elif superior and superior > now:
            task.ladder_at = superior
        else:
            task.write({"escalated_at": now, "ladder_at": False})
            if superior:
                self._escalate(task, told)

    def _escalate(self, task, told):
        if task._escalation_is_spare():
            return
        superior = task._next_superior()
        if not superior:
            for user in self._flow_administrators():
                told[user].append(
                    task._speaking_to(user)._(
                        "“%(title)s” waits for %(name)s, who has no superior that may sign it. Transfer the task.",
                        title=self.title,
                        name=task.user_id.name,
                    )
                )
            self._append([self._prepare_ladder_row("escalate", task, self.env["res.users"])])
            return
        before = task.user_id
        self._drop_todos(task)
        task.write({"user_id": superior.id, "stand_in": "superior"})
        self._append([self._prepare_ladder_row("escalate", task, superior)])
        self._add_todos(task)
        told[before].append(
            task._speaking_to(before)._(
                "“%(title)s” is late and has passed to %(name)s.", title=self.title, name=superior.name
            )
        )

    def _flow_administrators(self):
        """Suite administrators of the company, who can transfer a task that nobody signs."""
        return self.env["res.users"]._approval_flow_administrators(self.company_id)

    def _ladder_line(self, task, user):
        env = task._speaking_to(user)
        return env._(
            "“%(title)s”: %(step)s waits for %(name)s and is late.",
            title=self.title,
            step=task.with_env(env).step_label,
            name=task.user_id.name,
        )

    def _prepare_ladder_row(self, event, task, user):
        return {"event": event, "task_ref": task.id, "step_name": task.step_name, **self._target(user)}
