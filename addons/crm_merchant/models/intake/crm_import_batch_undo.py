from odoo import fields, models
from odoo.exceptions import UserError

from .crm_import_batch_run import STEP

# what an import itself writes into the pool ledger; everything else is a person's doing
OWN_EVENTS = ("enter", "assign")


class ImportBatch(models.Model):
    """The way back: an import by mistake, until somebody has worked on its leads."""

    _inherit = "crm.import.batch"

    def action_undo(self):
        """Deletes the leads of this import and takes back what it filled in others: at once up to 500 leads, else in
        the background.

        :raises UserError: somebody has worked on one of them
        """
        self._check_importer("done")
        worked_on = self._undo_worked_on(self._undo_leads())
        if worked_on:
            raise UserError(
                self.env._(
                    "%(count)s of these leads were worked on since, so the import stays. Merge or archive the others by "
                    "hand, from the list of its leads.",
                    count=len(worked_on),
                )
            )
        self._set(state="undoing")
        if self.imported_count + self.merged_count > STEP:
            self.env.ref("crm_merchant.ir_cron_lead_import")._trigger()
        else:
            while self._undo_step():
                pass
        return True

    def _undo_leads(self, limit=None):
        Lead = self.env["crm.lead"].sudo().with_context(active_test=False)
        return Lead.search([("import_line_id.batch_id", "=", self.id)], order="id", limit=limit)

    def _undo_worked_on(self, leads):
        rows = (
            self.env["crm.pool.ledger"]
            .sudo()
            ._read_group(
                [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids), ("event", "not in", OWN_EVENTS)],
                ["res_id"],
            )
        )
        return leads._intake_worked_on() | leads.browse([res_id for (res_id,) in rows])

    def _undo_step(self, limit=STEP):
        """Takes the next rows back; one transaction.

        :return: number of rows dealt with; 0 when the undoing is done
        """
        self.ensure_one()
        batch = self.sudo().try_lock_for_update()
        if not batch or batch.state != "undoing":
            return 0
        lines = batch.env["crm.import.line"].search(
            [("batch_id", "=", batch.id), ("state", "in", ("imported", "merged"))], order="id", limit=limit
        )
        batch = batch._as_importer()
        Lead = batch.env["crm.lead"].with_context(active_test=False)
        leads = Lead.search([("import_line_id", "in", lines.ids)])
        # somebody may have been faster than the background
        kept = batch._undo_worked_on(leads)
        for line in lines.filtered("filled"):
            line.merged_lead_id._import_unfill(line.filled)
        (leads - kept).unlink()
        kept.import_line_id.write({"state": "kept"})
        (lines - kept.import_line_id).write({"state": "skipped", "merged_lead_id": False, "filled": False})
        if len(lines) < limit:
            batch._set(state="undone", finished_at=fields.Datetime.now())
            batch._message_log(body=batch.env._("The import was undone."))
        return len(lines)
