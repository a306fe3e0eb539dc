from odoo import api, fields, models, tools
from odoo.exceptions import AccessError


class CrmFollowupRule(models.Model):
    """How long a held lead of a stage or grade may go without follow-up, and who is told then. First that fits."""

    _name = "crm.followup.rule"
    _description = "Follow-up Rule"
    _inherit = ["crm.guarded.mixin", "crm.remembered.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=False, readonly=True, tracking=True, copy=False)
    active_since = fields.Datetime(readonly=True, copy=False)
    company_id = fields.Many2one("res.company", help="Empty: for all companies")
    lead_type = fields.Selection(
        [("lead", "Leads"), ("opportunity", "Opportunities")], "For", help="Empty: leads and opportunities"
    )
    stage_ids = fields.Many2many("crm.stage", string="Stages", help="Empty: any stage")
    team_ids = fields.Many2many("crm.team", string="Sales Teams", help="Empty: any team")
    grade = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], help="Empty: any grade")
    step_ids = fields.One2many("crm.followup.rule.step", "rule_id", "Ladder", copy=True)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"active", "active_since"}

    @api.model
    @tools.ormcache()
    def _active_ids(self):
        return tuple(self.sudo().search([("active", "=", True)])._ids)

    @api.model
    @tools.ormcache()
    def _rule_teams(self):
        """Ids of the teams of the running rules that name any: dict of rule id -> ids; asked for in every batch."""
        rules = self.sudo().browse(self._active_ids())
        return {rule.id: frozenset(rule.team_ids._ids) for rule in rules if rule.team_ids}

    @api.model
    def _running(self):
        """The rules that are on (superuser), in order; costs no query where none is."""
        return self.sudo().browse(self._active_ids())

    def _fits(self, lead):
        """Whether this rule is for a lead (superuser)."""
        self.ensure_one()
        return (
            (not self.company_id or self.company_id == (lead.company_id or self.env.company))
            and (not self.lead_type or self.lead_type == lead.type)
            and (not self.stage_ids or lead.stage_id in self.stage_ids)
            and (self.id not in self._rule_teams() or lead.team_id.id in self._rule_teams()[self.id])
            and (not self.grade or self.grade == (lead.merchant_grade or "C"))
        )

    # -- the switch ---------------------------------------------------------------------------------

    def _check_switcher(self):
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales administrator switches follow-up rules."))

    def _get_live_lead_domain(self):
        """Domain of the leads whose clocks a rule may start."""
        return fields.Domain([("user_id", "!=", False), ("won_status", "=", "pending")])

    def _get_rule_domain(self):
        """Domain of the live leads that this rule is for."""
        self.ensure_one()
        domain = self._get_live_lead_domain()
        if self.company_id:
            domain &= fields.Domain("company_id", "in", (False, self.company_id.id))
        if self.lead_type:
            domain &= fields.Domain("type", "=", self.lead_type)
        if self.stage_ids:
            domain &= fields.Domain("stage_id", "in", self.stage_ids.ids)
        if self.team_ids:
            domain &= fields.Domain("team_id", "in", self.team_ids.ids)
        if self.grade:
            grades = (self.grade, False) if self.grade == "C" else (self.grade,)
            domain &= fields.Domain("merchant_grade", "in", grades)
        return domain

    def _effect(self):
        """Number of leads that begin to be timed by this rule."""
        return self.env["crm.lead"].sudo().search_count(self._get_rule_domain())

    def action_switch_on(self):
        """Starts the clocks of all leads the rule is for, from now on: nobody is reminded of the past."""
        self._check_switcher()
        for rule in self.sudo():
            rule._through_door("active", "active_since").write({"active": True, "active_since": fields.Datetime.now()})
            rule.message_post(
                body=self.env._("Switched on for %(count)s leads.", count=rule._effect()),
                author_id=self.env.user.partner_id.id,
            )
        self.env["crm.lead"]._ladder_plan_all()
        return True

    def action_switch_off(self):
        """Stops the rule; leads that another rule fits go on under that one."""
        self._check_switcher()
        self.sudo()._through_door("active").write({"active": False})
        self.env["crm.lead"]._ladder_plan_all()
        return True

    @api.model
    def _cron_followup(self):
        """Finds who answers for those who are away, and takes the next step of every ladder whose time has come."""
        self.env["crm.lead"]._response_pass_on(self.env["ir.cron"]._commit_progress)
        self.env["crm.lead"]._ladder_run(self.env["ir.cron"]._commit_progress)
