import re

from markupsafe import Markup

from odoo import api, fields, models

from .crm_approval_policy import SWITCH

CHANGED = "crm.approval.policy.changed"
RECORD_NUMBER = re.compile(r" \(#\d+\)")
LAST_NUMBER = re.compile(r" \(#\d+\)$")


class ApprovalPolicyVersion(models.Model):
    """How a policy read from one moment on. Written once; requests name the number that judged them."""

    _name = "crm.approval.policy.version"
    _description = "Version of an Approval Policy"
    _order = "policy_id, number desc"
    _rec_name = "number"

    policy_id = fields.Many2one("crm.approval.policy", required=True, readonly=True, index=True, ondelete="cascade")
    number = fields.Integer("Version", required=True, readonly=True)
    moment = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True)
    content = fields.Json(readonly=True, help="The policy as readable lines")
    content_text = fields.Text("Read", compute="_compute_content_text")
    change_text = fields.Text("Change", readonly=True)

    _number_uniq = models.UniqueIndex("(policy_id, number)", "This policy was changed at the same moment.")

    @api.depends("content")
    def _compute_content_text(self):
        for version in self:
            version.content_text = "\n".join(f"{row[0]}: {row[1]}" for row in version.content or [])


class ApprovalPolicy(models.Model):
    _inherit = "crm.approval.policy"

    def _changed(self):
        """Something of these policies was written: caches go, and before the transaction ends a version is kept."""
        self.env.registry.clear_cache()
        precommit = self.env.cr.precommit
        if CHANGED not in precommit.data:
            precommit.data[CHANGED] = {}
            precommit.add(self.env["crm.approval.policy"]._keep_changed)
        # whoever changed it last is named
        precommit.data[CHANGED].update(dict.fromkeys(self.ids, self.env.uid))

    @api.model
    def _keep_changed(self):
        """Keeps a version of every policy that reads otherwise than its last one."""
        changed = self.env.cr.precommit.data.pop(CHANGED, {})
        policies = self.sudo().with_context(active_test=False).browse(sorted(changed)).exists()
        for policy in policies:
            policy.with_user(changed[policy.id]).sudo()._keep_version()
        if changed:
            self.env.flush_all()

    def _current_version(self):
        """Number of the version that judges now; what was changed in this very transaction is kept first."""
        self.ensure_one()
        if self.id in self.env.cr.precommit.data.get(CHANGED, ()) or not self.version:
            self.env.cr.precommit.data.get(CHANGED, {}).pop(self.id, None)
            self._keep_version()
        return self.version

    def _keep_version(self):
        """Door of ``version``: writes the next one, the ledger row and the note, if the policy reads otherwise."""
        self.ensure_one()
        versions = self.env["crm.approval.policy.version"].sudo()
        last = versions.search([("policy_id", "=", self.id)], order="number desc", limit=1)
        content = self._content()
        if last and [row[:2] for row in last.content or []] == [row[:2] for row in content]:
            return
        change = self._difference(last.content or [], content) if last else []
        self.with_context(crm_approval_switch=SWITCH).write({"version": self.version + 1})
        versions.create(
            {
                "policy_id": self.id,
                "number": self.version,
                "moment": fields.Datetime.now(),
                "user_id": self.env.uid,
                "content": content,
                "change_text": "\n".join(change),
            }
        )
        if last:
            self.env["crm.approval.ledger"]._ledger_append(
                [
                    {
                        "res_model": self._name,
                        "res_id": self.id,
                        "res_name": self.name,
                        "event": "policy_change",
                        "reason": "\n".join([f"v{self.version}", *change]),
                    }
                ]
            )
            lines = Markup().join(Markup("<li>%s</li>") % line for line in change)
            self.message_post(
                body=self.env._("Version %(number)s", number=self.version) + Markup("<ul>%s</ul>") % lines
            )

    def _difference(self, before, now):
        """What reads otherwise, a line each: a row that came or went as a whole, of others each value that changed."""
        before, now = self._by_row(before), self._by_row(now)
        changes = []
        for key in [*before, *(key for key in now if key not in before)]:
            label, old, old_values = before.get(key, ("", "–", {}))
            label, new, new_values = now.get(key, (label, "–", {}))
            if old_values and new_values:
                for name, (value_label, value) in new_values.items():
                    _label_then, value_then = old_values.get(name, ("", "–"))
                    if value_then != value:
                        changes.append(self._change(f"{label} · {value_label}", value_then, value))
            elif old != new:
                changes.append(self._change(label, old, new))
        return changes

    @staticmethod
    def _by_row(content):
        """Number of the step, or label, -> (label, text, values of the step); older versions kept no values."""
        found = {}
        for label, text, *values in content:
            number = LAST_NUMBER.search(label)
            found[number.group() if number else label] = label, text, values[0] if values else {}
        return found

    def _change(self, what, before, now):
        """One line of a change; numbers of records only where nothing else tells what changed."""
        plain = [RECORD_NUMBER.sub("", text) for text in (before, now)]
        before, now = plain if plain[0] != plain[1] else (before, now)
        return self.env._("%(what)s: %(before)s → %(now)s", what=RECORD_NUMBER.sub("", what), before=before, now=now)

    # -- the policy in words ---------------------------------------------------------------------------

    def _content(self):
        """Rows that say all that matters of the policy, in one language, whoever changed it: ``[label, text]``, of a
        step ``[label, text, {field: [label, text]}]``."""
        lang = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"
        policy = self.with_context(lang=lang).sudo()
        rows = [[_label(policy, name), _said(policy, name)] for name in policy._content_fields()]
        conditions = self.env["crm.approval.policy.condition"].with_context(lang=lang).sudo()
        conditions = conditions.search([("policy_id", "=", policy.id)])
        own = conditions.filtered(lambda row: not row.step_id)
        rows.append([_label(policy, "condition_ids"), "; ".join(own.mapped("display_name")) or "–"])
        for step in policy.step_ids.sorted(lambda step: (step.sequence, step.id)):
            own = conditions.filtered(lambda row, step=step: row.step_id == step)
            values = {name: [_label(step, name), _said(step, name)] for name in ["name", *step._content_fields()]}
            said = [": ".join(values[name]) for name in step._content_fields() if step[name]]
            said += [f"[{row.display_name}]" for row in own]
            asked_if = "; ".join(own.mapped("display_name")) or "–"
            values["condition_ids"] = [_label(step, "condition_ids"), asked_if]
            # the number tells two steps of one name apart
            rows.append([f"{step.name} (#{step.id})", ", ".join(said), values])
        return rows

    def _content_fields(self):
        """Names of the fields that a version keeps."""
        return ["name", "sequence", "company_id", "res_model", "merge_adjacent", "keep_untouched", "keep_tolerance"]


class ApprovalPolicyStep(models.Model):
    _inherit = "crm.approval.policy.step"

    def _content_fields(self):
        """Names of the fields that a version of the policy keeps of each step."""
        return [
            "sequence",
            "threshold",
            "match",
            "source",
            "group_id",
            "superiors_first",
            "superior_level",
            "user_ids",
            "field_id",
            "mode",
            "needed_number",
            "needed_share",
            "one_rejects",
            "limit_number",
            "limit_unit",
            "superior_number",
            "superior_unit",
            "copy_user_ids",
            "comment_required",
            "identity_above",
            "hide_margin",
            "edit_ids",
        ]


def _label(record, name):
    return record._fields[name]._description_string(record.env)


def _said(record, name):
    field, value = record._fields[name], record[name]
    if field.relational:
        return ", ".join(f"{row.display_name} (#{row.id})" for row in value) or "–"
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, "–")
    if field.type == "boolean":
        return record.env._("Yes") if value else record.env._("No")
    if field.type == "float":
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "–" if value is False else str(value)
