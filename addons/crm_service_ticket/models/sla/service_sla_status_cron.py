from odoo import api, fields, models

from odoo.addons.crm_merchant.models.kernel.carefully import run_carefully

_BATCH = 100


class ServiceSlaStatus(models.Model):
    """The job that finds clocks that ran out."""

    _inherit = "service.sla.status"

    @api.model
    def _get_due_domain(self):
        """Clocks whose deadline has come."""
        return [("state", "=", "running"), ("deadline", "<=", fields.Datetime.now())]

    @api.model
    def _cron_breach(self):
        """Marks clocks that ran out and tells the leaders; one that cannot be advanced does not stop the others."""
        due = self.search(self._get_due_domain(), order="deadline, id")
        for start in range(0, len(due), _BATCH):
            batch = due[start : start + _BATCH]
            failed = run_carefully(batch, "_breach")
            remaining = max(len(due) - start - _BATCH, 0)
            if not self.env["ir.cron"]._commit_progress(len(batch) - len(failed), remaining=remaining):
                break

    def _breach(self):
        self._sla_advance("breach")
