"""Documents that change here after they were frozen: frozen anew while nothing of them was sent, told of after that."""

from collections import defaultdict

from odoo import api, models

from odoo.addons.crm_merchant.lib.hashing import chain_hash

CHANGED = "crm_finance_bridge.changed"


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    @api.model
    def _note_changed(self, records):
        """What is judged of these records changed; looked at once, at the end of the transaction.

        One change of an invoice writes its lines several times, and only the last of it adds up.
        """
        if not records:
            return
        precommit = self.env.cr.precommit
        if CHANGED not in precommit.data:
            precommit.data[CHANGED] = defaultdict(set)
            precommit.add(self.env["finance.outbox"].sudo()._freeze_changed)
        precommit.data[CHANGED][records._name].update(records.ids)

    @api.model
    def _freeze_changed(self):
        for model, ids in self.env.cr.precommit.data.pop(CHANGED, {}).items():
            records = self.env[model].browse(ids).exists()
            domain = [("res_model", "=", model), ("res_id", "in", records.ids), ("error_code", "!=", "withdrawn")]
            rows = self.search(domain)
            for (connection, operation), group in rows.grouped(lambda row: (row.connection_id, row.operation)).items():
                group._freeze_anew(connection, operation, records)

    def _freeze_anew(self, connection, operation, records):
        """New values for those of these rows that certainly never reached the far side, at once if they differ."""
        rules = self._operations()[operation]
        frozen = self.filtered(lambda row: row._is_frozen())
        waiting = self - frozen
        records = records.with_company(connection.company_id)
        to_send = records.browse(waiting.mapped("res_id"))._finance_to_send(connection)
        waiting.filtered(lambda row: row.res_id not in to_send.ids)._withdraw()
        values = getattr(to_send, rules.builder)() if to_send else {}
        differ = waiting.filtered(
            lambda row: row.res_id in values and row.request_hash != chain_hash("", values[row.res_id])
        )
        if differ:
            self._enqueue(connection, operation, records.browse(differ.mapped("res_id")))
        for row in differ:
            self.env["finance.attempt"]._note(row, "refreeze", "ok")
        differ._close_todo()
        if frozen and rules.tells:
            getattr(records.browse(frozen.mapped("res_id")), rules.tells)(frozen)

    def _close_todo(self):  # pylint: disable=missing-return
        """What was wrong with a document on its way is settled; what differs of it by now asks again."""
        told = self.filtered(lambda row: row.state == "done" and self._operations()[row.operation].tells)
        told = told.filtered("activity_ids")
        super()._close_todo()
        for row in told:
            self._note_changed(self.env[row.res_model].browse(row.res_id))
