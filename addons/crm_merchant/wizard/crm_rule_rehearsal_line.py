from odoo import fields, models


class CrmRuleRehearsalLine(models.TransientModel):
    """What would have gone to one person instead of another."""

    _name = "crm.rule.rehearsal.line"
    _description = "Line of a Rule Rehearsal"
    _order = "sequence, id"

    rehearsal_id = fields.Many2one("crm.rule.rehearsal", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer()
    from_uid = fields.Many2one("res.users", readonly=True)
    to_uid = fields.Many2one("res.users", readonly=True)
    from_label = fields.Char("In Fact With", compute="_compute_labels")
    to_label = fields.Char("By the Rules", compute="_compute_labels")
    to_pool = fields.Char(readonly=True)
    rule_name = fields.Char("By Rule", readonly=True, help="Empty: no rule takes it")
    is_moved = fields.Boolean("Differs", readonly=True)
    lead_count = fields.Integer("Leads", readonly=True)
    customer_count = fields.Integer("Customers", readonly=True)
    deal_count = fields.Integer("Open Deals", readonly=True)
    currency_id = fields.Many2one(related="rehearsal_id.currency_id")
    deal_amount = fields.Monetary("Budget of the Deals", readonly=True)
    moved_ids = fields.Json(readonly=True, help="Ids of the leads that would lie in other hands")
    moved_customer_ids = fields.Json(readonly=True, help="Ids of the customers that would lie in other hands")
    deal_ids = fields.Many2many("crm.lead", string="Deals", readonly=True)

    def _compute_labels(self):
        nobody = self.env._("the pool or nobody")
        for line in self:
            # sudo: a colleague of another company still has a name here
            line.from_label = line.from_uid.sudo().name or nobody
            line.to_label = line.to_uid.sudo().name or line.to_pool or nobody

    def action_open_deals(self):
        """Lists the open deals that would lie in other hands, as far as the user may read them."""
        self.ensure_one()
        return self._action_records("crm.lead", self.env._("Open Deals Concerned"), self.sudo().deal_ids.ids)

    def action_open_moved(self):
        """Lists all leads that would lie in other hands, as far as the user may read them."""
        self.ensure_one()
        return self._action_records("crm.lead", self.env._("Leads That Would Lie in Other Hands"), self.moved_ids or [])

    def action_open_moved_customers(self):
        """Lists all customers that would lie in other hands, as far as the user may read them."""
        self.ensure_one()
        title = self.env._("Customers That Would Lie in Other Hands")
        return self._action_records("res.partner", title, self.moved_customer_ids or [])

    def _action_records(self, model, title, ids):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
        }
