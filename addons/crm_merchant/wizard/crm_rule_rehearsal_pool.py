from odoo import api, fields, models


class CrmRuleRehearsal(models.TransientModel):
    """The rehearsal of a pool's recycling."""

    _inherit = "crm.rule.rehearsal"

    kind = fields.Selection(selection_add=[("crm.pool", "Recycling of a pool")], ondelete={"crm.pool": "cascade"})
    pool_id = fields.Many2one("crm.pool", help="Whose rules are replayed, as they stand now, switched on or not")

    def _rehearsed(self):
        if self.kind != "crm.pool":
            return super()._rehearsed()
        self.pool_id._recycle_check_switcher()
        return self.pool_id

    @api.model
    def _open(self, vals):
        """Makes a rehearsal, plays it through and opens it.

        :param vals: values of the form
        """
        rehearsal = self.create(vals)
        rehearsal.action_run()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rule Rehearsal"),
            "res_model": self._name,
            "res_id": rehearsal.id,
            "views": [(False, "form")],
        }
