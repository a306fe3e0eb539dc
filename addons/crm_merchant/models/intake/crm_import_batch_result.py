from odoo import models
from odoo.exceptions import UserError

from .workbook import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 2000


class ImportBatch(models.Model):
    """What became of each row, as a workbook."""

    _inherit = "crm.import.batch"

    def action_download_problems(self):
        """The rows that could not be taken, with the reason, as an Excel file that can be mended and uploaded."""
        self._check_importer()
        if not self.problem_count:
            raise UserError(self.env._("No row has a problem."))
        title = self.env._("To Mend")
        return self._download(title, [("state", "=", "problem")], with_state=False)

    def action_download_result(self):
        """Every row of the file with what became of it and why."""
        self._check_importer("checked", "running", "done", "undone")
        title = self.env._("Result")
        return self._download(title, [], with_state=True)

    def _download(self, title, domain, *, with_state):
        headers = self.mapping_ids.sorted("sequence").mapped("header")
        columns = [*headers, self.env._("Row of the File")]
        if with_state:
            columns.append(self.env._("What Became of It"))
        columns.append(self.env._("What Is Wrong"))
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{title} - {(self.name or '').rsplit('.', 1)[0]}.xlsx",
                "res_model": self._name,
                "res_id": self.id,
                "raw": write_workbook(title, columns, self._result_rows(headers, domain, with_state)),
                "mimetype": XLSX,
            }
        )
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}

    def _result_rows(self, headers, domain, with_state):
        """The rows one after the other; few are in memory at a time."""
        Line = self.env["crm.import.line"]
        states = dict(Line._fields["state"]._description_selection(self.env))
        last = 0
        while lines := Line.search([("batch_id", "=", self.id), ("id", ">", last), *domain], order="id", limit=CHUNK):
            reasons = self._duplicate_reasons(lines) if with_state else {}
            for line in lines:
                cells = dict(line.raw or [])
                reason = "\n".join(filter(None, (line.problem, reasons.get(line.id), with_state and line.hint)))
                state = [states[line.state]] if with_state else []
                yield [*(cells.get(header, "") for header in headers), line.place, *state, reason]
            last = lines[-1].id
            self.env.invalidate_all()

    def _duplicate_reasons(self, lines):
        """Line id -> which row or record it equals, as far as the user may know it."""
        suggestions = self.env["crm.merge.suggestion"].search([("line_id", "in", lines.ids)])
        kinds = dict(suggestions._fields["kind"]._description_selection(self.env))
        return {s.line_id.id: f"{kinds[s.kind]}: {s.survivor_label}" for s in suggestions}
