from odoo import fields, models


class CrmPoolLedger(models.Model):
    """Who held what, from when, and why; see ``crm.ledger.mixin``."""

    _name = "crm.pool.ledger"
    _inherit = ["crm.ledger.mixin"]
    _description = "Pool Ledger"
    _log_access = False

    event = fields.Selection(
        [
            ("enter", "Entered the pool"),
            ("create", "Entered by its holder"),
            ("claim", "Claimed"),
            ("assign", "Assigned"),
            ("transfer", "Transferred"),
            ("release", "Released"),
            ("recycle", "Recycled"),
            ("lock", "Locked"),
            ("unlock", "Unlocked"),
            ("grade", "Graded"),
            ("ask", "Asked for more days"),
            ("extend", "More days granted"),
            ("merge", "Merged"),
            ("move", "Moved to another pool"),
            ("share", "Collaborator added"),
            ("unshare", "Collaborator ended"),
            ("close", "Closed as lost"),
        ],
        required=True,
        readonly=True,
    )
    pool_ref = fields.Integer("Pool ID", readonly=True)
    pool_name = fields.Char("Pool", readonly=True)
    from_uid = fields.Integer("From User ID", readonly=True)
    from_name = fields.Char("From", readonly=True)
    to_uid = fields.Integer("To User ID", readonly=True)
    to_name = fields.Char("To", readonly=True)
    dropped_todos = fields.Text("To-dos Cancelled", readonly=True)

    _holder_idx = models.Index("(res_model, from_uid, res_id, moment)")
