from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _replay_turns(self):
        turns = super()._replay_turns()
        for lead in self:
            converted = lead.type == "opportunity" and (lead.date_conversion or lead.create_date)
            dealt = lead.won_status == "won" and (lead.date_closed or lead.create_date)
            turns[lead.id] = (converted or None, dealt or None)
        return turns

    def _rehearsal_deals(self, holders):
        """Deals that are open and lie in other hands with their lead.

        :param holders: dict of record id -> user who would have lost it
        :return: dict of record id -> leads (superuser)
        """
        deals = super()._rehearsal_deals(holders)
        for lead in self.sudo():
            if lead._is_open_deal():
                deals[lead.id] = lead
        return deals

    def _is_open_deal(self):
        self.ensure_one()
        return self.active and self.type == "opportunity" and self.won_status == "pending"
