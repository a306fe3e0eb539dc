import json

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_repr

from .crm_approval_mixin import EDITING
from .crm_approval_task import DONE_STATES, OPEN_STATES


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    def _on_edit(self, task, vals, comment):
        self.beat += 1
        # two who decide at once meet here, before the paper is touched
        self.flush_recordset(["beat"])
        document = self._document_browsed()
        required = document._approval_required()
        tree, said = json.loads(self.judged_text), self._edit_said(document, vals)
        editing = self.env.cr.precommit.data.setdefault(EDITING, set())
        editing.add(self.id)
        try:
            document.write(vals)
            self._check_edited(document, vals, tree, required)
            measures, changes = self.measures, self._edit_changes(said, self._edit_said(document, vals))
            self._freeze_again(document)
            self.env.flush_all()
        finally:
            editing.discard(self.id)
        again = self._ask_again(measures)
        self._append(
            [
                {
                    **self._prepare_decision_row("edit", task, None),
                    "reason": "\n".join([comment, *changes]),
                },
                *(
                    {
                        "event": "again",
                        "step_name": row.step_name,
                        "reason": self.env._("What this step was asked for got worse."),
                        **self._target(row.principal_id),
                    }
                    for row in again
                ),
            ]
        )
        document._on_edited(self)
        self._notify(
            self.requester_id | self.own_user_ids,
            self.env._("Changed in approval: %(title)s", title=self.title),
            "\n".join([comment, *changes]),
        )
        self._advance()

    def _check_edited(self, document, vals, before, required):
        """The write must have changed what was asked for and nothing else, and need no step that was not asked."""
        paths = self._edit_vals_paths(vals)
        after = json.loads(document._approval_judged_text())
        changed = self._changed_paths(before, after)
        if not changed:
            raise UserError(self.env._("Nothing changes by this."))
        if changed - paths:
            raise UserError(
                self.env._(
                    "This would change more than the step may: %(names)s. Return the paper to the requester.",
                    names=", ".join(sorted(changed - paths)),
                )
            )
        missing = document._approval_required() - required
        if missing:
            raise UserError(
                self.env._(
                    "With these values step %(step)s would have to sign too. Return the paper to the requester, who "
                    "submits it anew.",
                    step=missing[0].name,
                )
            )

    @staticmethod
    def _edit_vals_paths(vals):
        paths = set()
        for name, value in vals.items():
            if isinstance(value, list):
                paths |= {f"{name}.{key}" for _code, _id, row in value for key in row}
            else:
                paths.add(name)
        return paths

    def _changed_paths(self, before, after, path=""):
        """Paths whose values differ in two trees of judged values."""
        if isinstance(before, dict) and isinstance(after, dict):
            return set().union(
                *(
                    self._changed_paths(before.get(name), after.get(name), f"{path}.{name}".strip("."))
                    for name in before.keys() | after.keys()
                )
            )
        both_rows = isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
        if both_rows and all(isinstance(row, dict) for row in before):
            pairs = zip(before, after, strict=True)
            return set().union(*(self._changed_paths(old, new, path) for old, new in pairs))
        return {path} if before != after else set()

    def _edit_said(self, document, vals):
        """(what, which) -> readable value, of everything that ``vals`` touches."""
        said = {}
        for name, value in vals.items():
            if isinstance(value, list):
                for _code, row_id, row in value:
                    record = document[name].browse(row_id)
                    for key in row:
                        said[record.display_name, record._fields[key]] = self._edit_text(record, key)
            else:
                said["", document._fields[name]] = self._edit_text(document, name)
        return said

    def _edit_text(self, record, name):
        field, value = record._fields[name], record[name]
        if field.relational:
            return value.display_name or "–"
        if field.type in ("float", "monetary"):
            return float_repr(value, 2)
        return str(value or "–")

    def _edit_changes(self, before, now):
        return [
            self.env._(
                "%(what)s: %(before)s → %(now)s",
                what=" · ".join(part for part in (head, field._description_string(self.env)) if part),
                before=before[head, field],
                now=now[head, field],
            )
            for head, field in before
            if before[head, field] != now[head, field]
        ]

    def _freeze_again(self, document):
        amount = document._approval_amount()
        self.write(
            {
                **self._prepare_frozen_vals(document),
                "amount": amount,
                "measures": self._measured_again(document, amount),
                "round": self.round + 1,
            }
        )

    def _measured_again(self, document, amount):
        """What was measured at submit, as it is now."""
        asked = document._approval_asked(amount)
        return {name: self._as_json(asked(name)) for name in self.measures or {"amount": None}}

    def _ask_again(self, before):
        """Every open signature is asked for with a new row, and each that was given for something better.

        :param before: the measures until now
        :return: the signatures that had been given and are asked for again
        """
        current = self.task_ids.filtered(lambda row: row.round == self.round - 1)
        again = current.filtered(lambda row: row.state in ("approved", "kept")).filtered(
            lambda row: row._got_worse(row.measures or before, self.measures)
        )
        stays = current.filtered(lambda row: row.state in DONE_STATES) - again
        open_ = current.filtered(lambda row: row.state in OPEN_STATES)
        asked = (again | open_).sorted("id")
        roots = asked.filtered(lambda row: not row.parent_id)
        new = dict(zip(roots, self._create_tasks([row._prepare_again_vals(self.round) for row in roots]), strict=True))
        self._create_tasks(
            [
                {
                    **row._prepare_again_vals(self.round),
                    "parent_id": new.get(row.parent_id, row.parent_id).id,
                    "position": row.position,
                }
                for row in asked - roots
            ]
        )
        for row in stays.filtered(lambda row: row.parent_id in new):
            row.parent_id = new[row.parent_id]
        stays.write({"round": self.round})
        if open_:
            open_.write({"state": "cancelled"})
            self._drop_todos(open_)
        self.step_no = min(asked.mapped("step_no"))
        return again
