"""How the steps of a request follow each other."""

from collections import defaultdict

from odoo import fields, models

from odoo.addons.crm_merchant.lib.clock import Limit

from .crm_approval_task import DONE_STATES, OPEN_STATES


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    def _prepare_again_vals(self, round_):
        """Values of a fresh row for the same signature."""
        self.ensure_one()
        vals = self.request_id._prepare_task_vals(self.principal_id, self.user_id)
        names = (
            "step_no",
            "step_name",
            "step_ref",
            "mode",
            "needed",
            "one_rejects",
            "turn",
            "right_kind",
            "limit_number",
            "limit_unit",
            "superior_number",
            "superior_unit",
            "comment_required",
            "identity_above",
            "hide_margin",
            "edit_paths",
            "reasons",
        )
        return {
            **vals,
            **({"state": "covered", "comment": self.comment} if self.state == "covered" else {}),
            **{name: self[name] for name in names},
            "right_group_id": self.right_group_id.id,
            "round": round_,
        }

    def _alive_children(self, position):
        # among the request's tasks, which are read already
        return self.request_id.task_ids.filtered(
            lambda task: task.parent_id == self
            and task.position == position
            and task.state in (*OPEN_STATES, *DONE_STATES)
        )

    def _is_settled(self):
        """Signed, and so did all who were asked to sign after him; or signed elsewhere, or before."""
        if self.state in ("covered", "kept"):
            return True
        return self.state == "approved" and all(child.state == "approved" for child in self._alive_children("after"))

    def _wanted_states(self):
        """task -> state for this signature and those asked besides it, when its turn has come."""
        wanted = {}
        if self.state == "approved":
            for child in self._alive_children("after"):
                if child.state in OPEN_STATES:
                    wanted[child] = "pending"
            return wanted
        before = self._alive_children("before").filtered(lambda child: child.state in OPEN_STATES)
        wanted[self] = "waiting" if before else "pending"
        wanted.update(dict.fromkeys(before, "pending"))
        return wanted


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    def _decide(self, task, state, comment):
        """Writes one decision and lets the request's row grow, where two deciders meet."""
        self.beat += 1
        now = fields.Datetime.now()
        task.write(
            {
                **self._prepare_decided_vals(),
                "state": state,
                "comment": comment or False,
                "decided_at": now,
                "decided_by_id": self.env.uid,
                "working_hours": self._working_hours(task.opened_at, now),
                "was_late": bool(task.deadline and now > task.deadline),
            }
        )
        self._drop_todos(task)

    def _advance(self):
        """Opens the tasks whose turn has come; after the last step a paper is approved."""
        wanted, finished = {}, self.browse()
        for request in self:
            states = request._next_states()
            if states is None:
                finished |= request
            else:
                wanted.update(states)
        self._set_states(wanted)
        for request in finished:
            request._approve_document()

    def _next_states(self):
        """task -> state for the step that is open now; None when all steps are done."""
        self.ensure_one()
        numbers = sorted({task.step_no for task in self.task_ids if task.round == self.round})
        for number in numbers:
            if number < self.step_no:
                continue
            tasks = self.task_ids.filtered(lambda task, n=number: task.round == self.round and task.step_no == n)
            if self._step_is_done(tasks):
                continue
            if self.step_no != number:
                self._send_copies(self.step_no, number)
                self.step_no = number
            return self._step_wanted_states(tasks)
        self._send_copies(self.step_no, numbers[-1] + 1 if numbers else 0)
        return None

    def _roots(self, tasks):
        """The signatures of the step itself, without those asked besides, in turn."""
        return tasks.filtered(lambda task: not task.parent_id and task.state in (*OPEN_STATES, *DONE_STATES)).sorted(
            lambda task: (task.turn, task.id)
        )

    def _step_is_done(self, tasks):
        roots = self._roots(tasks)
        if not roots:
            return False
        asked = roots.filtered(lambda task: task.state != "covered")
        return not asked or sum(task._is_settled() for task in asked) >= min(asked[0].needed, len(asked))

    def _step_wanted_states(self, tasks):
        roots = self._roots(tasks)
        wanted = {}
        asked = roots.filtered(lambda task: task.state != "covered")
        signed = asked.filtered(lambda task: task.state in DONE_STATES)
        if signed and len(signed) >= min(asked[0].needed, len(asked)):
            # the others of the step are no longer needed, nor those whom they asked
            for task in tasks:
                if task.state in OPEN_STATES and (task.parent_id or task) not in signed:
                    wanted[task] = "cancelled"
            roots = signed
        for task in roots:
            if task._is_settled():
                continue
            wanted.update(task._wanted_states())
            if task.mode == "in_turn":
                break
        return wanted

    def _set_states(self, wanted):
        """One write for each state; opened tasks get their deadline and a to-do."""
        by_state = defaultdict(self.env["crm.approval.task"].sudo().browse)
        for task, state in wanted.items():
            if task.state != state:
                by_state[state] |= task
        for state in ("cancelled", "waiting"):
            if by_state[state]:
                by_state[state].write({"state": state})
                self._drop_todos(by_state[state])
        opened = by_state["pending"]
        if opened:
            now = fields.Datetime.now()
            self._ask_those_present(opened)
            limits = ("limit_number", "limit_unit", "superior_number", "superior_unit")
            alike = opened.grouped(lambda task: (task.company_id, *(task[name] for name in limits)))
            for tasks in alike.values():
                deadline, _superior = tasks[0]._ladder_moments(now)
                tasks.write({"state": "pending", "opened_at": now, "deadline": deadline, "ladder_at": deadline})
            self._add_todos(opened)

    def _working_hours(self, start, end):
        """Hours of the company's working time between two moments."""
        seconds = self.company_id.resource_calendar_id._working_seconds([(start, end)])[0]
        return (seconds or 0) / 3600

    def _deadline(self, number, unit, now):
        if not number:
            return False
        calendar = self.company_id.resource_calendar_id
        return calendar._limit_deadlines(Limit(number, unit), [now])[0]

    def _approve_document(self):
        tasks = self.task_ids.filtered(lambda task: task.state in OPEN_STATES)
        if tasks:
            tasks.write({"state": "cancelled"})
            self._drop_todos(tasks)
        now = fields.Datetime.now()
        hours = self._working_hours(self.submitted_at, now)
        self.write({"state": "approved", "closed_at": now, "working_hours": hours})
        self._append([{"event": "done"}])
        self._notify(
            self.requester_id,
            self.env._("Approved: %(title)s", title=self.title),
            self.env._("All steps have signed. It is in effect as it was submitted."),
        )
        self._document()._on_approved()
