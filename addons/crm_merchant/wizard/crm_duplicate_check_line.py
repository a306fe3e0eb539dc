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
