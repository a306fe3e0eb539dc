from odoo import models
from odoo.exceptions import UserError


class ImportBatch(models.Model):
    """The way from a batch to its rows, suggestions and leads."""

    _inherit = "crm.import.batch"

    def _open_lines(self, state=None):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_import_line")
        domain = [("batch_id", "=", self.id)]
        return {**action, "domain": [*domain, ("state", "=", state)] if state else domain, "context": {}}

    def action_open_rows(self):
        """All rows."""
        return self._open_lines()

    def action_open_ready(self):
        """The rows that can be imported."""
        return self._open_lines("ready")

    def action_open_problems(self):
        """The rows that cannot be taken."""
        return self._open_lines("problem")

    def action_open_suggestions(self):
        """The duplicates found in this file."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_merge_suggestion")
        return {**action, "domain": [("batch_id", "=", self.id)]}

    def action_open_leads(self):
        """The leads that this file became."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Imported Leads"),
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("import_line_id.batch_id", "=", self.id)],
            "context": {"active_test": False},
        }

    def action_confirm_all(self, level):
        """Confirms every open suggestion of one level of this import.

        :param level: ``certain``, ``very_likely``, ``likely`` or ``weak``
        """
        self.ensure_one()
        self._check_importer("checked", "running", "done")
        suggestions = self.env["crm.merge.suggestion"].search(
            [("batch_id", "=", self.id), ("level", "=", level), ("state", "=", "open")]
        )
        if not suggestions:
            raise UserError(self.env._("No suggestion of this kind is open."))
        return suggestions.action_confirm()

    def action_confirm_certain(self):
        """Confirms what a credit code proves, and rows that are the same from the first cell to the last."""
        return self.action_confirm_all("certain")

    def action_confirm_very_likely(self):
        """Confirms rows with the same phone number."""
        return self.action_confirm_all("very_likely")
