"""What happened over there to a document after we had sent it."""

from odoo import fields, models

from ..clients.errors import Mismatch


class FinanceBinding(models.Model):
    _inherit = "finance.binding"

    remote_stage = fields.Selection(
        [
            ("saved", "Saved"),
            ("submitted", "Submitted"),
            ("audited", "Audited"),
            ("rejected", "Sent Back"),
            ("void", "Void"),
            ("gone", "Not There Any More"),
        ],
        "Stage Over There",
        readonly=True,
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"remote_stage"}

    def _read_again(self):
        """Reads this one document over there and notes its state. Commits before the call.

        :raises FinanceError: it could not be read, or something else stands there under our number
        """
        self.ensure_one()
        adapter = self.connection_id.with_company(self.company_id)._adapter()
        kind, number, known_id = self.kind, self.number, self.remote_id
        self.env["finance.receipt"]._poll_commit()
        found = adapter.find(kind, number)
        if len(found) > 1:
            raise Mismatch("number of documents", 1, len(found))
        if found and known_id and found[0].remote_id != known_id:
            raise Mismatch("id", known_id, found[0].remote_id)
        self._note_remote(adapter.state_of(found[0]) if found else "gone", found[0] if found else None)

    def _note_remote(self, stage, document):
        """The door of what is known of a bound document; nothing is written while nothing changed.

        :param stage: see ``FinanceAdapter.state_of``, or ``gone``
        :param document: :class:`RemoteDocument`, None if there is none any more
        """
        vals = {"remote_stage": stage, "seen_at": self.env.cr.now().replace(microsecond=0)}
        if document:
            vals["remote_state"] = document.status
        self.sudo()._through_door(*vals).write(vals)
