from odoo import models

# a Python object: no caller's context can carry it
QUIET = object()
QUIET_KEY = "merchant_quiet_todo"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Who is only reminded of a record by a quiet to-do does not begin to follow it: a supervisor would get every
        mail about every lead that was ever late."""
        if self.env.context.get(QUIET_KEY) is QUIET:
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)
