from odoo import fields, models
from odoo.exceptions import UserError


class DuplicateCheckLine(models.TransientModel):
    _name = "crm.duplicate.check.line"
    _description = "Found by a Duplicate Check"

    check_id = fields.Many2one("crm.duplicate.check", required=True, ondelete="cascade", readonly=True)
    level = fields.Selection(
        [("certain", "Certain"), ("very_likely", "Very Likely"), ("likely", "Likely"), ("weak", "Weak")],
        "How Sure",
        readonly=True,
    )
    model = fields.Selection([("crm.lead", "Lead"), ("res.partner", "Customer")], "Kind", readonly=True)
    label = fields.Char("Name", readonly=True)
    owner = fields.Char("Held By", readonly=True)
    last_contact = fields.Datetime(readonly=True)
    res_id = fields.Integer(readonly=True)
    # the record itself, for the question to its owner; no user reads it
    found_id = fields.Integer(readonly=True, groups=fields.NO_ACCESS)
    is_asked = fields.Boolean("Asked", readonly=True)

    def action_open(self):
        """Opens what was found, where the user may read it."""
        self.ensure_one()
        self.check_access("read")
        if not self.res_id:
            raise UserError(
                self.env._("You may not open it. Speak to %(owner)s or to your supervisor.", owner=self.owner or "")
            )
        record = self.env[self.model].browse(self.res_id)
        record.check_access("read")
        return record.get_formview_action()

    def action_ask_owner(self):
        """Puts a quiet to-do on the record for its owner: who asks, and nothing else. Nobody is named to the asker."""
        self.ensure_one()
        self.check_access("read")
        line = self.sudo()
        record = self.env[line.model].sudo().browse(line.found_id).exists()
        user = self.env.user
        asked = self.env["crm.lead"].sudo()._intake_tell_owner(
            record,
            self.env._("%(user)s asks whose this is", user=user.name),
            self.env._("He found it by the duplicate check. Tell him, or agree who goes on with it."),
        ) if record else user.browse()  # fmt: skip
        line.is_asked = True
        if asked:
            text = self.env._("The owner has a to-do to get in touch with you.")
        else:
            text = self.env._("Nobody is in charge of it, or he was asked already. Speak to your supervisor.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "success" if asked else "warning",
            },
        }
