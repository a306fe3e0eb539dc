from odoo import api, fields, models
from odoo.tools import float_compare

KINDS = {
    "float": "number",
    "monetary": "number",
    "integer": "number",
    "date": "date",
    "many2one": "record",
    "char": "text",
    "text": "text",
    "html": "text",
}


class ApprovalEdit(models.TransientModel):
    """Asks an approver for the new values of what his step may change; the task checks them."""

    _name = "crm.approval.edit"
    _description = "Change in Approval"

    task_id = fields.Many2one("crm.approval.task", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many("crm.approval.edit.line", "edit_id")
    comment = fields.Text()
    has_text = fields.Boolean(compute="_compute_has")
    has_date = fields.Boolean(compute="_compute_has")
    has_record = fields.Boolean(compute="_compute_has")

    @api.depends("line_ids.kind")
    def _compute_has(self):
        for edit in self:
            kinds = edit.line_ids.mapped("kind")
            edit.has_text, edit.has_date, edit.has_record = ("text" in kinds, "date" in kinds, "record" in kinds)

    @api.model
    def _open_for(self, task):
        """The window for ``task``, whose actor was checked."""
        edit = self.create({"task_id": task.id})
        request = task.sudo().request_id
        document = request._document()
        vals_list = []
        for path in task.sudo().edit_paths or []:
            *head, name = path.split(".")
            records = document._approval_judged_records(head[0]) if head else document
            if head and "display_type" in records._fields:
                records = records.filtered(lambda row: not row.display_type)
            for record in records:
                vals_list.append(
                    {"edit_id": edit.id, **self._prepare_line_vals(request, path, record, name, bool(head))}
                )
        self.env["crm.approval.edit.line"].create(vals_list)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change"),
            "res_model": self._name,
            "res_id": edit.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_line_vals(self, request, path, record, name, is_row):
        field = record._fields[name]
        label, kind, value = field._description_string(self.env), KINDS[field.type], record[name]
        vals = {
            "path": path,
            "row_ref": record.id if is_row else 0,
            # the field first: rows of one product differ by it
            "label": f"{label} · {self._row_name(record)}" if is_row else label,
            "kind": kind,
            "before": request._edit_text(record, name),
            "comodel": field.comodel_name if kind == "record" else False,
        }
        column = {"number": "number", "text": "text", "date": "day", "record": "record_ref"}[kind]
        return {**vals, column: value.id if kind == "record" else value}

    def _row_name(self, record):
        name = record.name if "name" in record._fields else ""
        return (name or record.display_name).split("\n")[0]

    def action_apply(self):
        """Changes what was typed anew."""
        self.ensure_one()
        values, document = {}, self.task_id.sudo().request_id._document()
        for line in self.line_ids:
            *head, name = (line.path or "").split(".")
            new = line._new_value()
            if head:
                old = document[head[0]].browse(line.row_ref)[name]
                if line._is_new(new, old):
                    values.setdefault(head[0], {}).setdefault(line.row_ref, {})[name] = new
            elif line._is_new(new, document[name]):
                values[name] = new
        return self.task_id.action_edit(values, self.comment)


class ApprovalEditLine(models.TransientModel):
    _name = "crm.approval.edit.line"
    _description = "Value to Change in Approval"
    _order = "id"

    edit_id = fields.Many2one("crm.approval.edit", required=True, ondelete="cascade")
    path = fields.Char(readonly=True)
    row_ref = fields.Integer(readonly=True)
    label = fields.Char("What", readonly=True)
    before = fields.Char("Now", readonly=True)
    kind = fields.Char(readonly=True)
    comodel = fields.Char(readonly=True)
    number = fields.Float()
    text = fields.Text()
    day = fields.Date()
    record_ref = fields.Many2oneReference(model_field="comodel")

    def _is_new(self, new, old):
        """Whether ``new`` differs from the value of the paper."""
        if self.kind == "number":
            return float_compare(new, old, precision_digits=6) != 0
        return new != (old.id if self.kind == "record" else old)

    def _new_value(self):
        self.ensure_one()
        if self.kind == "number":
            return self.number
        if self.kind == "date":
            return self.day
        return self.record_ref or False if self.kind == "record" else self.text or ""
