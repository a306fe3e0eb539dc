from odoo import fields, models

from ..models.finance_mapping import RECORD_FIELDS


class FinancePreviewMissing(models.TransientModel):
    """Something of ours without a number over there."""

    _name = "finance.preview.missing"
    _description = "Missing Code"

    preview_id = fields.Many2one("finance.preview", required=True, ondelete="cascade")
    connection_id = fields.Many2one(related="preview_id.connection_id")
    kind = fields.Selection(lambda self: self.env["finance.code"]._selection_kind(), readonly=True)
    key = fields.Char(readonly=True)
    name = fields.Char("Ours", readonly=True)
    document_count = fields.Integer("Documents", readonly=True)
    number = fields.Char("Number Over There")
    is_offered = fields.Boolean("Found There", readonly=True, help="The same name or number was read over there")

    def action_save(self):
        """One click: takes the number of this row over."""
        self.ensure_one()
        self.preview_id.connection_id._check_operator(clerk=True)
        self._save()
        preview = self.preview_id
        preview._fill()
        return preview._open()

    def _save(self):
        """Makes the mappings, with the rights of the actor; a customer is bound instead."""
        mapping = self.env["finance.mapping"]
        for row in self.filtered("number"):
            record = self.env["res.partner"].browse(int(row.key.partition(",")[2])) if row.kind == "customer" else None
            if record is not None:
                row._bind_customer(record)
                continue
            ours = mapping.sudo()._record_of_key(row.key)
            if ours is None:
                ours = self.env["res.currency"].search([("name", "=", row.key)], limit=1)
            vals = {"connection_id": row.connection_id.id, "kind": row.kind, "number": row.number.strip()}
            known = mapping.search(
                [("connection_id", "=", row.connection_id.id), ("kind", "=", row.kind), ("key", "=", row.key)]
            )
            if known:
                known.write(vals)
            else:
                mapping.create({**vals, RECORD_FIELDS[row.kind]: ours.id})

    def _bind_customer(self, partner):
        """A customer who is over there already is not made again; one on his way is settled by hand."""
        connection = self.connection_id
        row = self.env["finance.outbox"].search(
            [("connection_id", "=", connection.id), ("operation", "=", "customer"), ("res_id", "=", partner.id),
             ("state", "!=", "done")]
        )  # fmt: skip
        if row:
            row.action_settle_customer(self.number.strip())
        else:
            # checked above: who may operate the bridge
            self.env["finance.binding"].sudo()._bind(
                connection.sudo(), "res.partner", partner.id, "customer", number=self.number.strip(), by_hand=True
            )
