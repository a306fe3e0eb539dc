"""A step may change some values of the paper while its request runs, where its policy says so.

The request does not become void: what is judged is frozen anew, with a ledger row of before and after. Every open
signature is asked for again, so that nobody signs a card that shows the old values. Who has signed stays unless what his
step is asked for got worse (see ``WORSE``); then he is asked again and sees what changed since his own decision.
"""

import json
import math
import operator

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import float_repr

from .crm_approval_mixin import EDITING
from .crm_approval_task import DONE_STATES, OPEN_STATES

# which way is worse for who has signed; any change of another measure is
WORSE = {"amount": operator.gt, "discount": operator.gt, "payment_days": operator.gt, "margin": operator.lt}


class ApprovalMixin(models.AbstractModel):
    _inherit = "crm.approval.mixin"

    def _approval_editable_paths(self):
        """Judged field paths that a step of a policy may be allowed to change, at most one list deep."""
        return []

    def _on_edited(self, request):
        """Runs (as superuser) when ``request`` has frozen values that an approver changed."""


class ApprovalPolicyEdit(models.Model):
    """One field that whoever signs a step may change."""

    _name = "crm.approval.policy.edit"
    _inherit = ["crm.approval.policy.part"]
    _description = "Field that a Step May Change"
    _order = "step_id, path"

    step_id = fields.Many2one("crm.approval.policy.step", required=True, index=True, ondelete="cascade")
    policy_id = fields.Many2one(related="step_id.policy_id")
    path = fields.Selection("_selection_path", "Field", required=True)

    _path_uniq = models.UniqueIndex("(step_id, path)", "The step may change this field already.")

    @api.model
    def _selection_path(self):
        """``model:path`` of everything that steps may be allowed to change, named like on the form."""
        found = []
        for model, name in self.env["crm.approval.policy"]._selection_res_model():
            document = self.env[model]
            for path in document._approval_editable_paths():
                head, _dot, last = path.rpartition(".")
                record = document[head] if head else document
                words = [document._fields[head], record._fields[last]] if head else [record._fields[last]]
                labels = " · ".join(field._description_string(self.env) for field in words)
                found.append((f"{model}:{path}", f"{name} · {labels}"))
        return found

    @api.depends("path")
    def _compute_display_name(self):
        labels = dict(self._selection_path())
        for row in self:
            row.display_name = labels.get(row.path, row.path)

    @api.constrains("path", "step_id")
    def _check_path(self):
        for row in self:
            if not (row.path or "").startswith(f"{row.policy_id.res_model}:"):
                raise ValidationError(
                    self.env._(
                        "Step %(step)s cannot be allowed to change %(name)s.",
                        step=row.step_id.name,
                        name=row.display_name,
                    )
                )


class ApprovalPolicyStep(models.Model):
    _inherit = "crm.approval.policy.step"

    edit_ids = fields.One2many(
        "crm.approval.policy.edit",
        "step_id",
        "May Change",
        copy=True,
        help="Who signs this step may change these while the request runs. It stays valid; who signed before is asked "
        "again if his reason got worse.",
    )

    def _edit_paths(self):
        """Paths that this step may change."""
        return [row.path.partition(":")[2] for row in self.edit_ids]


class ApprovalTask(models.Model):
    _inherit = "crm.approval.task"

    edit_paths = fields.Json(readonly=True, help="Field paths that this step may change")
    reasons = fields.Json(readonly=True, help="Measures that this step was asked for")
    can_edit = fields.Boolean(compute="_compute_can_edit")

    @api.depends_context("uid")
    @api.depends("state", "user_id", "principal_id", "edit_paths")
    def _compute_can_edit(self):
        for task in self:
            task.can_edit = bool(task.edit_paths) and task.can_decide

    def action_edit(self, values, comment=None):
        """Changes what this step may change; the request goes on with the new values.

        :param values: ``{field: value}``; for lines ``{list field: {line id: {field: value}}}``
        :param comment: why; required
        :return: the action of the task that waits for the caller now, or that closes the window
        :raises AccessError: not his task, see ``_check_actor``, or a field that his step may not change
        :raises UserError: without a reason, with a value that is none, or where another step would have to sign
        """
        self.ensure_one()
        self._check_actor()
        comment = self._need_comment(comment)
        task = self.sudo()
        vals = task._prepare_edit_vals(values)
        task.request_id._transition("edit", task=task, vals=vals, comment=comment)
        mine = task.request_id.task_ids.filtered(
            lambda row: row.state == "pending" and row.principal_id == task.principal_id
        )
        if not mine:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": mine[0].id,
            "views": [(False, "form")],
        }

    def action_edit_open(self):
        """Opens the window with what this step may change."""
        self.ensure_one()
        self._check_actor()
        return self.env["crm.approval.edit"]._open_for(self)

    # -- what the caller gave ------------------------------------------------------------------------------

    def _prepare_edit_vals(self, values):
        document = self.request_id._document()
        if not isinstance(values, dict) or not values:
            raise UserError(self.env._("Say what is to be changed."))
        vals = {}
        for name, value in values.items():
            field = document._fields.get(name)
            if field and field.type == "one2many" and isinstance(value, dict):
                rows = {str(row.id): row for row in document._approval_judged_records(name)}
                vals[name] = [
                    Command.update(
                        self._edit_row(rows, key).id,
                        {
                            key_: self._edit_value(self._edit_row(rows, key), f"{name}.{key_}", value_)
                            for key_, value_ in row.items()
                        },
                    )
                    for key, row in value.items()
                ]
            else:
                vals[name] = self._edit_value(document, name, value)
        return vals

    def _edit_row(self, rows, key):
        if str(key) not in rows:
            self._refuse(AccessError, self.env._("This line does not belong to “%(title)s”.", title=self.title))
        return rows[str(key)]

    def _edit_value(self, record, path, value):
        """``value`` as the field takes it.

        :raises AccessError: for a path that the step may not change
        """
        if path not in (self.edit_paths or []) or path not in self.request_id._document()._approval_editable_paths():
            self._refuse(
                AccessError,
                self.env._("Step %(step)s may not change this: %(path)s.", step=self.step_name, path=path),
            )
        field = record._fields[path.rsplit(".", 1)[-1]]
        try:
            return self._edit_checked(field, value)
        except (TypeError, ValueError) as error:
            label = field._description_string(self.env)
            raise UserError(self.env._("This is no value for %(name)s.", name=label)) from error

    def _edit_checked(self, field, value):
        if field.type in ("float", "monetary", "integer"):
            if isinstance(value, bool) or not math.isfinite(value):
                raise ValueError(value)
            return value
        if field.type in ("date", "datetime"):
            return field.to_date(value) if field.type == "date" else fields.Datetime.to_datetime(value)
        if field.type == "many2one":
            found = self.env[field.comodel_name].sudo().browse(value and int(value)).exists()
            if value and not found:
                raise ValueError(value)
            if "company_id" in found._fields and found.company_id and found.company_id != self.company_id:
                raise ValueError(value)
            return found.id
        if field.type in ("char", "text", "html") and isinstance(value, str):
            return value
        raise TypeError(field.type)

    # -- what it means for the signatures ------------------------------------------------------------------

    def _got_worse(self, before, now):
        """Whether what this signature was asked for is worse than when it was given."""
        self.ensure_one()
        names = set(self.reasons or ["amount"])
        # who judged the amount judged it with that margin
        names |= {"margin"} & before.keys() if "amount" in names else set()
        return any(self._is_worse(name, before, now) for name in names if name in before)

    @api.model
    def _is_worse(self, name, before, now):
        """Whether one measure is worse for who signed; what does not apply any more is."""
        old, new = before.get(name), now.get(name)
        if old is None or new is None:
            return old != new
        return WORSE.get(name, operator.ne)(new, old)


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
