import json

from odoo import api, fields, models

from ..clients.results import ReceiptCursor


class FinanceCursor(models.Model):
    """How far a stream of the far side has been read; moved in the commit that stores what was read."""

    _name = "finance.cursor"
    _inherit = ["crm.guarded.mixin"]
    _description = "Finance Cursor"
    _rec_name = "stream"

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    stream = fields.Char(required=True, readonly=True)
    position = fields.Text(required=True, readonly=True)
    read_at = fields.Datetime("Last Read", readonly=True)

    _stream_uniq = models.UniqueIndex("(connection_id, stream)", "This stream is already read.")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"connection_id", "stream", "position", "read_at"}

    @api.model
    def _of(self, connection, stream):
        """The cursor of a stream; a new one starts where the books of both sides agreed."""
        domain = [("connection_id", "=", connection.id), ("stream", "=", stream)]
        cursor = self.sudo().search_fetch(domain, ["position"])
        if cursor:
            return cursor
        vals = {
            "connection_id": connection.id,
            "stream": stream,
            "position": json.dumps(ReceiptCursor(connection._reads_from()).to_json()),
        }
        return self.sudo()._through_door(*vals).create(vals)

    def _get(self):
        """:class:`ReceiptCursor`; raises CursorInvalid."""
        return ReceiptCursor.from_json(json.loads(self.position))

    def _move(self, cursor, now):
        """The door: what lies before ``cursor`` is stored."""
        vals = {"position": json.dumps(cursor.to_json()), "read_at": now}
        self.sudo()._through_door(*vals).write(vals)
