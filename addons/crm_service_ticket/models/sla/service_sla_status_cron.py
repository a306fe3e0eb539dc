import logging

from psycopg2 import OperationalError

from odoo import api, fields, models

_logger = logging.getLogger(__name__)
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
            done = due[start : start + _BATCH]._breach_each()
            remaining = max(len(due) - start - _BATCH, 0)
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                break

    def _breach_each(self):
        """All at once, and where that fails one by one.

        :return: how many were advanced
        """
        try:
            with self.env.cr.savepoint():
                self._sla_advance("breach")
            return len(self)
        except OperationalError:
            # somebody else moved one of them: the whole job is run again
            raise
        except Exception:
            if len(self) == 1:
                _logger.exception("The clock %s of a ticket could not be advanced", self.id)
                return 0
        return sum(row._breach_each() for row in self)
