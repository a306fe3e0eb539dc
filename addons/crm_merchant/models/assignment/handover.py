from odoo import fields, models


class ResUsers(models.Model):
    """What is in a person's hands in the core: leads, customers, to-dos, meetings, and his places in pools."""

    _inherit = "res.users"

    def _merchant_handover_items(self):
        items = super()._merchant_handover_items()
        for model in self._merchant_leaver_models():
            items[model] = self._merchant_held_records(model)
        mine = [("user_id", "=", self.id)]
        items["mail.activity"] = self.env["mail.activity"].sudo().search(mine)
        coming = [*mine, ("start", ">", fields.Datetime.now())]
        items["calendar.event"] = self.env["calendar.event"].sudo().search(coming)
        items["crm.pool.member"] = self.env["crm.pool.member"].sudo().search(mine)
        items["crm.pool"] = self.env["crm.pool"].sudo().search([("admin_ids", "=", self.id)])
        return items
