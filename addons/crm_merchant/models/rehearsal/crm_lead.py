from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _replay_converted_at(self):
        if self.type == "opportunity":
            return self.date_conversion or self.create_date
        return super()._replay_converted_at()

    def _replay_dealt_at(self):
        if self.won_status == "won":
            return self.date_closed or self.create_date
        return super()._replay_dealt_at()
