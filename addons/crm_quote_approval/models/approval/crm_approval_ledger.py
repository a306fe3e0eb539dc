from odoo import api, fields, models
from odoo.fields import Domain


class ApprovalLedger(models.Model):
    """What happened to a paper on its way through approval; rows are never changed or deleted.

    The chain of a paper is the chain of its record, so that requests of all its versions stand in one row.
    """

    _name = "crm.approval.ledger"
    _inherit = ["crm.ledger.mixin"]
    _description = "Approval Ledger"
    _log_access = False

    event = fields.Selection(
        [
            ("submit", "Submitted"),
            ("approve", "Approved"),
            ("reject", "Rejected"),
            ("return", "Returned"),
            ("transfer", "Transferred"),
            ("add_sign", "Signer Added"),
            ("withdraw", "Withdrawn"),
            ("void", "Void"),
            ("remind", "Reminded"),
            ("escalate", "Passed to a Superior"),
            ("refuse", "Refused"),
            ("absent", "Passed On: Not There"),
            ("cover", "Covered by a Higher Step"),
            ("again", "Asked Again"),
            ("edit", "Changed by an Approver"),
            ("keep", "Still Approved"),
            ("policy_change", "Policy Changed"),
            ("done", "Approval Complete"),
            ("not_needed", "No Step Required"),
            ("policy_on", "Turned On"),
            ("policy_off", "Turned Off"),
        ],
        required=True,
        readonly=True,
    )
    request_ref = fields.Integer("Request ID", readonly=True, index=True)
    task_ref = fields.Integer("Task ID", readonly=True)
    step_name = fields.Char("Step", readonly=True)
    target_uid = fields.Integer("Other User ID", readonly=True)
    target_name = fields.Char("Other Person", readonly=True, help="To whom, or on whose behalf")
    amount = fields.Float(digits=(16, 2), readonly=True)
    currency_name = fields.Char("Currency", readonly=True)
    fingerprint = fields.Char(readonly=True)
    is_readable = fields.Boolean(compute="_compute_is_readable", search="_search_is_readable")

    def _compute_is_readable(self):
        # only searched, by the record rule
        self.is_readable = True

    @api.model
    def _search_is_readable(self, operator, value):
        """Rows of the requests that the user may read; used by the record rule, which runs as superuser."""
        if operator not in ("=", "in"):
            return NotImplemented
        requests = self.env["crm.approval.request"].with_user(self.env.uid)
        return Domain("request_ref", "in", requests._search([]))
