from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

PEOPLE = ("round_robin", "weighted", "least_loaded")


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
    date_from = fields.Date("Valid From", help="Empty: since ever. Days count in the company's time zone.")
    date_to = fields.Date("Valid Until", help="Including this day; empty: until somebody archives the rule")
    # conditions; an empty one fits every lead
    source_ids = fields.Many2many("utm.source", string="Sources")
    medium_ids = fields.Many2many("utm.medium", string="Channels")
    campaign_ids = fields.Many2many("utm.campaign", string="Campaigns")
    region_ids = fields.Many2many("crm.region", string="Regions", help="With all regions below them")
    industry_ids = fields.Many2many(
        "res.partner.industry", string="Industries", help="Of the lead, or of its customer where the lead has none"
    )
    product_line_ids = fields.Many2many(
        "product.category", string="Product Lines", help="With all categories below them"
    )
    tag_ids = fields.Many2many("crm.tag", string="Tags", help="At least one of them")
    lead_type = fields.Selection(
        [("lead", "Leads"), ("opportunity", "Opportunities")], "Kind", help="Empty: both leads and opportunities"
    )
    amount_from = fields.Monetary("Budget From")
    amount_to = fields.Monetary("Budget Below", help="0: no upper limit")
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_catch_all = fields.Boolean("Takes Everything", compute="_compute_is_catch_all")
    # result
    strategy = fields.Selection(
        [
            ("round_robin", "In turn"),
            ("weighted", "In turn by weight"),
            ("least_loaded", "To who holds least"),
            ("leader", "To the team leader"),
            ("pool", "Into a pool"),
        ],
        required=True,
        default="round_robin",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)
    target_ids = fields.One2many("crm.assignment.target", "rule_id", "People", copy=True)
    pool_id = fields.Many2one("crm.pool", check_company=True)
    limit_day = fields.Integer(
        "Most a Day", help="So many leads a person and day by rules, counted over all rules; 0: no limit"
    )
    limit_open = fields.Integer(
        "Most Held", help="Who holds so many open leads and opportunities gets no more; 0: no limit"
    )
    next_index = fields.Integer(readonly=True, copy=False, help="Whose turn it is, counted from the first person")

    _limits_positive = models.Constraint("CHECK(limit_day >= 0 AND limit_open >= 0)", "A limit cannot be below zero.")
    _dates_ordered = models.Constraint("CHECK(date_from <= date_to)", "A rule cannot end before it begins.")
    _amounts_ordered = models.Constraint(
        "CHECK(COALESCE(amount_to, 0) = 0 OR COALESCE(amount_from, 0) < amount_to)",
        "The lower end of the budget must lie below the upper one.",
    )

    def _default_company_id(self):
        return self.env.company

    @api.depends(lambda self: self._get_condition_fields())
    def _compute_is_catch_all(self):
        names = self._get_condition_fields()
        for rule in self:
            rule.is_catch_all = not any(rule[name] for name in names)

    @api.model
    def _get_condition_fields(self):
        """Names of the fields that narrow what a rule takes."""
        return [
            "date_from", "date_to", "source_ids", "medium_ids", "campaign_ids", "region_ids", "industry_ids",
            "product_line_ids", "tag_ids", "lead_type", "amount_from", "amount_to",
        ]  # fmt: skip

    @api.constrains("strategy", "team_id", "target_ids")
    def _check_somebody(self):
        for rule in self:
            if rule.strategy == "leader" and not rule.team_id.user_id:
                raise ValidationError(
                    self.env._("Rule “%(rule)s” gives to a team leader: choose a team that has one.", rule=rule.name)
                )
            if rule.strategy in PEOPLE and not rule.target_ids and not rule.team_id:
                raise ValidationError(
                    self.env._("Rule “%(rule)s” gives to people: name some, or choose a team.", rule=rule.name)
                )

    # -- what it takes ----------------------------------------------------------------------------

    def _get_lead_domain(self):
        """Domain of the leads that this rule takes, whenever they came."""
        self.ensure_one()
        domain = Domain("company_id", "in", (False, self.company_id.id))
        for name, field in (
            ("source_ids", "source_id"),
            ("medium_ids", "medium_id"),
            ("campaign_ids", "campaign_id"),
            ("tag_ids", "tag_ids"),
        ):
            if self[name]:
                domain &= Domain(field, "in", self[name].ids)
        if self.region_ids:
            domain &= Domain("region_id", "child_of", self.region_ids.ids)
        if self.product_line_ids:
            domain &= Domain("merchant_product_line_id", "child_of", self.product_line_ids.ids)
        if self.industry_ids:
            domain &= Domain("merchant_industry_id", "in", self.industry_ids.ids) | (
                Domain("merchant_industry_id", "=", False)
                & Domain("partner_id.industry_id", "in", self.industry_ids.ids)
            )
        if self.lead_type:
            domain &= Domain("type", "=", self.lead_type)
        if self.amount_from:
            domain &= Domain("expected_revenue", ">=", self.amount_from)
        if self.amount_to:
            domain &= Domain("expected_revenue", "<", self.amount_to)
        return domain

    def _is_valid_on(self, day):
        """Whether the rule is in force on that day of its company."""
        self.ensure_one()
        return (not self.date_from or self.date_from <= day) and (not self.date_to or day <= self.date_to)

    # -- what it writes -----------------------------------------------------------------------------

    def _prepare_lead_vals(self):
        """What the rule writes on the leads it took, beside their holder."""
        self.ensure_one()
        vals = {"assignment_rule_id": self.id}
        if self.team_id:
            vals["team_id"] = self.team_id.id
        return vals

    def _prepare_ledger_vals(self):
        """What stands in the ledger rows of the leads it took."""
        self.ensure_one()
        return {"rule_ref": self.id, "rule_name": self.name}

    # -- whom it gives to ---------------------------------------------------------------------------

    def _get_people(self):
        """Everybody in the rule, in order, whether or not he can get something today.

        Who is named in the rule; of a rule that names nobody, the members of its team that have not opted out.

        :return: list of (user, weight, most a day, most held)
        """
        self.ensure_one()
        if self.strategy == "leader":
            return [(self.team_id.user_id, 1, self.limit_day, self.limit_open)]
        if self.target_ids:
            return [
                (
                    target.user_id if target.on_duty else target.user_id.browse(),
                    target.weight if self.strategy == "weighted" else 1,
                    target.limit_day or self.limit_day,
                    target.limit_open or self.limit_open,
                )
                for target in self.target_ids
            ]
        members = self.team_id.crm_team_member_ids.filtered(lambda member: not member.assignment_optout)
        return [(member.user_id, 1, self.limit_day, self.limit_open) for member in members.sorted("id")]

    def _lock_turn(self):
        """Holds the turns of these rules until this run is over.

        Two runs at once meet at these rows: the second waits, then fails because they have changed, and is run again
        by Odoo. So neither a turn nor a person's limit is used twice.
        """
        self.flush_recordset(["next_index"])
        if self:
            self.env.cr.execute(
                SQL("SELECT id FROM crm_assignment_rule WHERE id = ANY(%s) ORDER BY sequence, id FOR UPDATE", self.ids),
                log_exceptions=False,
            )
        self.invalidate_recordset(["next_index"])

    def _keep_turns(self, turns):
        """Stores whose turn is next: dict of rule id -> number. The rows are updated even if it stays, see ``_lock_turn``."""
        if not turns:
            return
        self.flush_model(["next_index"])
        self.env.cr.execute(
            SQL(
                "UPDATE crm_assignment_rule r SET next_index = v.turn FROM unnest(%s::int[], %s::int[]) AS v(id, turn) "
                "WHERE r.id = v.id",
                list(turns),
                list(turns.values()),
            )
        )
        self.browse(turns).invalidate_recordset(["next_index"], flush=False)

    # -- buttons --------------------------------------------------------------------------------------

    def action_try_out(self):
        """Opens the dry run over the leads that nobody holds."""
        return self.env["crm.assignment.trial"]._open(self.env["crm.lead"])
