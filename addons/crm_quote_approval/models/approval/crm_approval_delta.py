"""What changed since an approver's own last decision on the same paper, and which steps need no second look."""

from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount, format_datetime, formatLang

# decisions that an approver may compare with
DECIDED = ("approved", "rejected", "returned", "kept")
DIGITS = 6


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    measures = fields.Json(
        readonly=True, groups="base.group_system", help="What the paper measured when it was decided"
    )
    decided_snapshot = fields.Json(readonly=True, groups="base.group_system", help="What the approver had before him")
    decided_version = fields.Char(readonly=True, help="Policy and version when it was decided")
    snapshot_html = fields.Html("Frozen Values", compute="_compute_snapshot_html", compute_sudo=True, sanitize=False)
    delta_html = fields.Html(
        "Changed since My Last Decision", compute="_compute_delta_html", compute_sudo=True, sanitize=False
    )

    def _compute_snapshot_html(self):
        for task in self:
            hidden = {"margin"} if task.hide_margin else set()
            task.snapshot_html = task.request_id._render_snapshot(hidden)

    def _compute_delta_html(self):
        for task in self:
            before = task._last_decision() if task.state in ("waiting", "pending") else task.browse()
            task.delta_html = task._render_delta(before) if before else False

    def _last_decision(self):
        """The decision that this task's signer made last on the same paper (superuser); an empty set for the first."""
        self.ensure_one()
        people = self.principal_id | self.user_id
        return self.sudo().search(
            [
                ("res_model", "=", self.res_model),
                ("res_id", "=", self.res_id),
                ("id", "<", self.id),
                ("state", "in", DECIDED),
                "|",
                ("principal_id", "in", people.ids),
                ("decided_by_id", "in", people.ids),
            ],
            order="decided_at desc, id desc",
            limit=1,
        )

    # -- in words -----------------------------------------------------------------------------------------

    def _render_delta(self, before):
        """The changes as a table; every text in it is escaped."""
        request = self.request_id
        old, new = before.decided_snapshot or {}, request.snapshot or {}
        rows = self._delta_figures(before.measures or {}, request.measures or {})
        rows += self._delta_values(old, new)
        rows += self._delta_lines(old, new)
        states = dict(self._fields["state"]._description_selection(self.env))
        head = self.env._(
            "You decided on %(when)s: %(what)s %(comment)s",
            when=format_datetime(self.env, before.decided_at),
            what=states[before.state],
            comment=before.comment or "",
        )
        if not rows:
            rows = [(self.env._("Nothing that is judged has changed"), "", "")]
        body = Markup().join(
            Markup("<tr><th class='fw-normal'>%s</th><td class='text-muted'>%s</td><td>%s</td></tr>") % row
            for row in rows
        )
        return Markup(
            "<p class='text-muted'>%s</p><div class='table-responsive'><table class='table table-sm'>%s</table></div>"
        ) % (
            head,
            body,
        )

    def _delta_figures(self, old, new):
        """Money and margin first: before, now and by how much."""
        rows = []
        currency = self.currency_id
        if old.get("amount") is not None and old["amount"] != new.get("amount"):
            change = (new.get("amount") or 0.0) - old["amount"]
            rows.append(
                (
                    self.env._("Amount"),
                    format_amount(self.env, old["amount"], currency),
                    f"{format_amount(self.env, new.get('amount') or 0.0, currency)} ({self._signed(change)})",
                )
            )
        if not self.hide_margin and old.get("margin") is not None and old["margin"] != new.get("margin"):
            change = (new.get("margin") or 0.0) - old["margin"]
            rows.append(
                (
                    self.env._("Margin (%)"),
                    formatLang(self.env, old["margin"], digits=1),
                    f"{formatLang(self.env, new.get('margin') or 0.0, digits=1)} ({self._signed(change)})",
                )
            )
        return rows

    def _signed(self, change):
        return ("+" if change > 0 else "") + formatLang(self.env, change, digits=2)

    def _delta_values(self, old, new):
        hidden = {"margin"} if self.hide_margin else set()
        before = {row[0]: row[1] for row in old.get("values", []) if not set(row[2:]) & hidden}
        now = {row[0]: row[1] for row in new.get("values", []) if not set(row[2:]) & hidden}
        labels = [*before, *(label for label in now if label not in before)]
        return [
            (label, before.get(label, "–"), now.get(label, "–"))
            for label in labels
            if before.get(label) != now.get(label)
        ]

    def _delta_lines(self, old, new):
        """Lines are told apart by their first column; two of one name by their order."""
        before, now = self._numbered_lines(old), self._numbered_lines(new)
        keys = [*before, *(key for key in now if key not in before)]
        return [
            (
                key[0],
                " · ".join(part for part in before.get(key, ()) if part) or "–",
                " · ".join(part for part in now.get(key, ()) if part) or self.env._("taken out"),
            )
            for key in keys
            if before.get(key) != now.get(key)
        ]

    @staticmethod
    def _numbered_lines(snapshot):
        seen, lines = defaultdict(int), {}
        for line in snapshot.get("lines", []):
            seen[line[0]] += 1
            lines[line[0], seen[line[0]]] = list(line[1:])
        return lines


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    measures = fields.Json(readonly=True, groups="base.group_system", help="What the conditions of the policy measured")

    def _measured(self, document, steps, amount):
        """measure -> value as JSON, of all that the steps ask for, and the margin where the paper has one."""
        asked = document._approval_asked(amount)
        conditions = steps.policy_id._conditions()
        names = {"amount", *(name for step in steps for name in step._reasons(conditions))}
        names |= {"margin"} & document._approval_measures()
        return {name: self._as_json(asked(name)) for name in sorted(names)}

    @staticmethod
    def _as_json(value):
        if isinstance(value, models.BaseModel):
            return sorted(value.ids)
        return round(value, DIGITS) if isinstance(value, float) else value

    def _prepare_decided_vals(self):
        """What a task keeps of the moment of its decision."""
        return {
            "measures": self.measures,
            "decided_snapshot": self.snapshot,
            "decided_version": f"{self.policy_id.id}:{self.policy_version}",
        }

    # -- steps that stay approved ---------------------------------------------------------------------------

    def _kept_decisions(self, slots):
        """(step id, user) -> the decision that still stands, for the signers of ``slots`` (superuser).

        It stands if it was the person's last word on that step, was an approval under the same version of the policy,
        and all that the step is asked for is as it was then.
        """
        self.ensure_one()
        policy = self.policy_id
        if not policy.keep_untouched:
            return {}
        former = self.env["crm.approval.task"].search(
            [
                ("res_model", "=", self.res_model),
                ("res_id", "=", self.res_id),
                ("step_ref", "in", [slot["step"].id for slot in slots]),
                ("state", "in", DECIDED),
            ],
            order="id",
        )
        last = {(task.step_ref, task.principal_id): task for task in former}
        conditions = policy._conditions()
        kept = {}
        for slot in slots:
            step = slot["step"]
            for signer in slot["people"]:
                task = last.get((step.id, signer.user))
                if task and self._still_stands(task, step._reasons(conditions)):
                    kept[step.id, signer.user] = task
        return kept

    def _still_stands(self, task, reasons):
        if (
            task.state not in ("approved", "kept")
            or task.decided_version != f"{self.policy_id.id}:{self.policy_version}"
        ):
            return False
        before, now = task.measures or {}, self.measures or {}
        return all(
            name in before and (before[name] == now.get(name) or (name == "amount" and self._is_a_little_less(before)))
            for name in reasons
        )

    def _is_a_little_less(self, before, now=None):
        """Within the tolerance of the policy below what was approved, and the margin no worse than it allows.

        :param now: the measures; those of the request by default
        """
        now, policy = now or self.measures, self.policy_id
        if "amount" not in before:
            return False
        least = before["amount"] * (1 - policy.keep_tolerance / 100)
        margin_held = "margin" not in now or now["margin"] >= before.get("margin", float("inf")) - policy.keep_margin
        return least <= now["amount"] <= before["amount"] and margin_held

    def _prepare_kept_vals(self, task):
        return {
            "state": "kept",
            "user_id": task.user_id.id,
            "decided_at": task.decided_at,
            "decided_by_id": task.decided_by_id.id,
            "comment": task.comment,
            "measures": task.measures,
            "decided_snapshot": task.decided_snapshot,
            "decided_version": task.decided_version,
        }

    def _kept_rows(self, slots, kept):
        return [
            {
                "event": "keep",
                "step_name": slot["step"]._name_in(self.company_id._approval_lang()),
                "reason": self.env._("What this step is asked for has not changed since it was signed."),
                **self._target(signer.user),
            }
            for slot in slots
            for signer in slot["people"]
            if (slot["step"].id, signer.user) in kept
        ]

    # -- whether the margin is shown ------------------------------------------------------------------------

    @api.depends("snapshot")
    @api.depends_context("uid")
    def _compute_snapshot_html(self):
        for request in self:
            request.snapshot_html = request._render_snapshot(request._hidden_from(self.env.user))

    def _hidden_from(self, user):
        """Codes of the frozen values that ``user`` does not see: he only signs steps that do not show them."""
        tasks = self.task_ids.filtered(lambda task: user in task.user_id | task.principal_id)
        insiders = self.requester_id | self.own_user_ids | self.superior_ids
        only_hidden = tasks and all(task.hide_margin for task in tasks)
        return (
            {"margin"}
            if user not in insiders and (only_hidden or (not tasks and user in self.copy_user_ids))
            else set()
        )
