from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MOST_PAPERS = 200


class ApprovalSimulation(models.TransientModel):
    """Shows where papers would go, without submitting anything: one paper by all active policies, or the papers of
    the last weeks by one policy, also by one that is still off."""

    _name = "crm.approval.simulation"
    _description = "Approval Preview"

    policy_id = fields.Many2one("crm.approval.policy", readonly=True, ondelete="cascade")
    days = fields.Integer("Papers of the Last Days", default=30)
    line_ids = fields.One2many("crm.approval.simulation.line", "simulation_id", readonly=True)
    caught_count = fields.Integer("Need Approval", compute="_compute_counts")
    paper_count = fields.Integer("Looked At", compute="_compute_counts")

    @api.depends("line_ids.caught")
    def _compute_counts(self):
        for simulation in self:
            simulation.paper_count = len(simulation.line_ids)
            simulation.caught_count = len(simulation.line_ids.filtered("caught"))

    def action_run(self):
        """Looks at the papers of the last days that the user may read.

        :raises AccessError: for anyone but sales managers and suite administrators
        """
        self.ensure_one()
        self.policy_id._switch_check_actor()
        if self.days < 1:
            raise UserError(self.env._("Choose at least one day."))
        since = fields.Datetime.now() - timedelta(days=self.days)
        domain = Domain("create_date", ">=", since)
        if self.policy_id.company_id:
            domain &= Domain("company_id", "=", self.policy_id.company_id.id)
        papers = self.env[self.policy_id.res_model].search(domain, order="create_date desc", limit=MOST_PAPERS)
        self._fill(papers, self.policy_id)
        return self._open()

    def _fill(self, papers, policies):
        """Puts a row for each of ``papers``; their rights were checked by who found them."""
        self.line_ids.unlink()
        self.env["crm.approval.simulation.line"].create(
            # what is caught stands first
            sorted(
                ({"simulation_id": self.id, **self._prepare_line_vals(paper.sudo(), policies)} for paper in papers),
                key=lambda vals: not vals["caught"],
            )
        )

    def _prepare_line_vals(self, paper, policies):
        amount = paper._approval_amount()
        company = paper._approval_company()
        decided = (
            policies.sudo() if policies else self.env["crm.approval.policy"]._active_policies(paper._name, company)
        )
        steps = decided._required_steps(paper, amount)
        requester = paper.user_id if "user_id" in paper._fields else self.env.user
        return {
            "title": paper._approval_title(),
            "amount": amount,
            "currency_id": company.currency_id.id,
            "caught": bool(steps),
            "policy_name": steps.policy_id.name,
            "way": self._way(steps, paper, requester or self.env.user),
        }

    def _way(self, steps, paper, requester):
        """The steps and their people, one a line."""
        if not steps:
            return self.env._("No step required")
        try:
            chosen = steps.filtered(lambda step: step.source == "choice")
            slots = (steps - chosen)._resolve(paper, requester)
        except UserError as error:
            return str(error)
        lines = [
            "{}: {}".format(
                slot["step"].name,
                ", ".join(signer.user.name for signer in slot["people"])
                or self.env._("covered by a higher step (%(names)s)", names=", ".join(slot["covered"].mapped("name"))),
            )
            for slot in slots
        ]
        lines += [self.env._("%(step)s: whom the requester chooses", step=step.name) for step in chosen]
        return "\n".join(lines)

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Where Would It Go?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class ApprovalSimulationLine(models.TransientModel):
    _name = "crm.approval.simulation.line"
    _description = "Approval Preview of a Paper"
    _order = "id"

    simulation_id = fields.Many2one("crm.approval.simulation", required=True, ondelete="cascade")
    title = fields.Char("Paper")
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency")
    caught = fields.Boolean("Needs Approval")
    policy_name = fields.Char("Policy")
    way = fields.Text("Would Go To")
