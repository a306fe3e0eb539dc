"""A step may change some values of the paper while its request runs, where its policy says so.

The request does not become void: what is judged is frozen anew, with a ledger row of before and after. Every open
signature is asked for again, so that nobody signs a card that shows the old values. Who has signed stays unless what his
step is asked for got worse (see ``WORSE``); then he is asked again and sees what changed since his own decision.
"""

import math
import operator

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

# which way is worse for who has signed; any change of another measure is
WORSE = {"amount": operator.gt, "discount": operator.gt, "payment_days": operator.gt, "margin": operator.lt}


class ApprovalMixin(models.AbstractModel):
    _inherit = "crm.approval.mixin"

    def _approval_editable_paths(self):
        """Judged field paths that a step of a policy may be allowed to change, at most one list deep."""
        return []

    def _on_edited(self, request):
        """Runs (as superuser) when ``request`` has frozen values that an approver changed."""


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
