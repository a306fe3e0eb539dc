from odoo import fields, models
from odoo.tools import SQL


class CrmAssignmentRule(models.Model):
    """Who gets a new lead. The first rule that fits decides; what no rule takes goes to the pool of its region."""

    _name = "crm.assignment.rule"
    _description = "Assignment Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    # conditions; an empty one fits every lead
    source_ids = fields.Many2many("utm.source", string="Sources")
    region_ids = fields.Many2many("crm.region", string="Regions", help="With all regions below them")
    tag_ids = fields.Many2many("crm.tag", string="Tags", help="At least one of them")
    amount_from = fields.Monetary("Budget From")
    currency_id = fields.Many2one(related="company_id.currency_id")
    # result
    strategy = fields.Selection(
        [("round_robin", "In turn"), ("pool", "Into a pool")], required=True, default="round_robin"
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)
    target_ids = fields.One2many("crm.assignment.target", "rule_id", "People")
    pool_id = fields.Many2one("crm.pool", check_company=True)
    next_index = fields.Integer(readonly=True, copy=False, help="Whose turn it is, counted from the first person")

    def _default_company_id(self):
        return self.env.company

    def _get_lead_domain(self):
        """Domain of the leads that this rule takes."""
        self.ensure_one()
        domain = fields.Domain("company_id", "in", (False, self.company_id.id))
        if self.source_ids:
            domain &= fields.Domain("source_id", "in", self.source_ids.ids)
        if self.region_ids:
            domain &= fields.Domain("region_id", "child_of", self.region_ids.ids)
        if self.tag_ids:
            domain &= fields.Domain("tag_ids", "in", self.tag_ids.ids)
        if self.amount_from:
            domain &= fields.Domain("expected_revenue", ">=", self.amount_from)
        return domain

    def _prepare_lead_vals(self):
        """What the rule writes on the leads it took, beside their holder."""
        self.ensure_one()
        vals = {"assignment_rule_id": self.id}
        if self.team_id:
            vals["team_id"] = self.team_id.id
        return vals

    def _get_targets(self):
        """People on duty who may get a lead, in order."""
        self.ensure_one()
        return self.target_ids.filtered(lambda target: target.on_duty and target.user_id.active).user_id

    def _distribute(self, leads):
        """Shares leads out by the rule's strategy.

        :return: dict of user -> leads; ``None`` when nobody is on duty, so that the next rule may take them
        """
        self.ensure_one()
        if self.strategy == "pool":
            return {self.env["res.users"]: leads}
        users = self._get_targets()
        if not users:
            return None
        # two runs at once share one turn: the row both must update decides
        self.flush_recordset(["next_index"])
        self.env.execute_query(SQL("SELECT id FROM crm_assignment_rule WHERE id = %s FOR UPDATE", self.id))
        self.invalidate_recordset(["next_index"])
        start = self.next_index
        shares = {}
        for position, lead in enumerate(leads, start):
            shares.setdefault(users[position % len(users)], []).append(lead.id)
        self.next_index = (start + len(leads)) % len(users)
        return {user: leads.browse(ids) for user, ids in shares.items()}
