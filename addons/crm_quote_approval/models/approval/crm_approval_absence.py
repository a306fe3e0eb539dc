"""Who is asked when the one who has the right is not there: his delegate, else his superior, else the flow
administrator. Looked up when a task opens, and again while it waits; a signature is never passed."""

from odoo import api, fields, models

from odoo.addons.crm_merchant.models.kernel.carefully import run_carefully


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    @api.model
    def _cron_ladder(self):
        self._pass_on_of_absent()
        return super()._cron_ladder()

    @api.model
    def _pass_on_of_absent(self):
        """Open tasks of people whose absence has begun meanwhile go to who is there."""
        now = fields.Datetime.now()
        away = (
            self.env["crm.absence"]
            .sudo()
            .search([("state", "=", "confirmed"), ("date_from", "<=", now), ("date_to", ">", now)])
        )
        tasks = self.sudo().search([("state", "=", "pending"), ("user_id", "in", away.user_id.ids)])
        run_carefully(tasks, "_pass_on")

    def _pass_on(self):
        for request, tasks in self.grouped("request_id").items():
            for task in tasks:
                request._transition("absent", task=task)


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    def _ask_those_present(self, tasks):
        """Writes to each of these tasks, which open now, who is asked for it (superuser)."""
        for task, (user, why) in self._who_is_there(tasks).items():
            if task.user_id != user or (task.stand_in or False) != why:
                task.write({"user_id": user.id, "stand_in": why})
                if why in ("superior", "admin"):
                    task.request_id._append([self._prepare_absent_row(task, user)])

    def _who_is_there(self, tasks):
        """task -> (user, why it is not the one with the right: False, ``delegate``, ``superior``, ``admin``)."""
        people = tasks.principal_id
        delegates = self.env["crm.approval.delegation"]._delegates_today(people, tasks)
        away = self._away_now(people | self.env["res.users"].sudo().union(*delegates.values()))
        found = {}
        for task in tasks:
            principal = task.principal_id
            delegate = delegates.get((principal, task))
            if delegate and delegate not in away and self._may_stand_in(task, delegate):
                found[task] = (delegate, "delegate")
            elif principal not in away and principal._approval_can_sign(task.company_id):
                found[task] = (principal, False)
            else:
                found[task] = self._stand_in_of(task, away)
        return found

    def _stand_in_of(self, task, away):
        principal = task.principal_id
        chain = principal.with_context(active_test=False)._merchant_superiors().with_context(active_test=True).sudo()
        for user in chain:
            if user not in away and self._may_stand_in(task, user):
                return user, "superior"
        for user in task.request_id._flow_administrators() - away:
            if self._may_stand_in(task, user):
                return user, "admin"
        # nobody at all: it stays where it is, the ladder tells the administrators
        return task.user_id, task.stand_in or False

    def _may_stand_in(self, task, user):
        """Nobody stands in on his own paper, nor where he signs another step himself."""
        request = task.request_id
        others = request.task_ids.filtered(
            lambda row: row != task
            and row.round == request.round
            and row.state in ("waiting", "pending", "approved", "kept")
            and row.step_no != task.step_no
        )
        return (
            user not in request.own_user_ids | request.requester_id
            and user not in others.principal_id | others.user_id
            and user._approval_can_sign(task.company_id)
        )

    def _away_now(self, people):
        """Those of ``people`` whose absence somebody else has confirmed and who are away at this moment."""
        now = fields.Datetime.now()
        times = people._merchant_absence_intervals(now)
        return people.filtered(lambda user: any(start <= now < end for start, end in times.get(user.id, ())))

    def _on_absent(self, task):
        """The signer of an open task has left or is away."""
        user, why = self._who_is_there(task)[task]
        if user == task.user_id:
            return
        self.beat += 1
        self._drop_todos(task)
        task.write({"user_id": user.id, "stand_in": why})
        self._append([self._prepare_absent_row(task, user)])
        self._add_todos(task)

    def _prepare_absent_row(self, task, user):
        return {
            **self._prepare_ladder_row("absent", task, user),
            "reason": self.env._(
                "%(name)s is not there; %(other)s is asked.", name=task.principal_id.name, other=user.name
            ),
        }


class ResUsers(models.Model):
    _inherit = "res.users"

    def _merchant_active_written(self, before):
        result = super()._merchant_active_written(before)
        left = self.filtered(lambda user: before.get(user.id, {}).get("active") and not user.active)
        if left:
            tasks = self.env["crm.approval.task"].sudo()
            tasks.search([("state", "=", "pending"), ("user_id", "in", left.ids)])._pass_on()
        return result
