from odoo import fields, models


class CrmSettingsLedger(models.Model):
    """Who changed which setting of the suite, from what to what; see ``crm.ledger.mixin``. The record is the company."""

    _name = "crm.settings.ledger"
    _inherit = ["crm.ledger.mixin"]
    _description = "Change of a Setting"
    _log_access = False

    setting = fields.Char("Technical Name", required=True, readonly=True)
    label = fields.Char("Setting", readonly=True, help="As its writer read it")
    value_before = fields.Char("Old Value", readonly=True)
    value_after = fields.Char("New Value", readonly=True)
