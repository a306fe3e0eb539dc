from odoo import api, fields, models

QUOTED_STAGE = {"en_US": "Quoted", "zh_CN": "已报价"}


class ApprovalPolicy(models.Model):
    """Turning approval of quotes on and off, and where the opportunity of an approved quote goes."""

    _inherit = "crm.approval.policy"

    quoted_stage_id = fields.Many2one(
        "crm.stage",
        "Stage after Approval",
        help="The opportunity moves here when a quote is approved by this policy, never backwards; empty: to the stage "
        "of the settings.",
    )

    def _content_fields(self):
        return [*super()._content_fields(), "quoted_stage_id"]

    def action_turn_on(self):
        """Turns these policies on; open quotes need approval from now on, requests that run go on.

        :raises AccessError: for anyone but sales managers and suite administrators
        """
        self._switch_check_actor()
        self.check_access("write")
        policies = self.filtered(lambda policy: not policy.active)
        if policies:
            policies._switch(True)
            if "sale.order" in policies.mapped("res_model"):
                policies._switch_quoted_stage()
        return True

    def action_turn_off(self):
        """Turns these policies off; what is approved stays approved, requests that run go on."""
        self._switch_check_actor()
        self.check_access("write")
        policies = self.filtered("active")
        if policies:
            policies._switch(False)
        return True

    def action_switch(self):
        """Opens the window that shows what turning on or off changes."""
        self.ensure_one()
        self._switch_check_actor()
        wizard = self.env["crm.approval.switch"].create({"policy_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Turn Off") if self.active else self.env._("Turn On"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def action_switch_quotes(self):
        """The same window for the policy of quotes of the present company; the list of policies where there is none."""
        self._switch_check_actor()
        policy = self.with_context(active_test=False).search(
            [("res_model", "=", "sale.order"), ("company_id", "in", (False, self.env.company.id))], limit=1
        )
        return policy.action_switch() if policy else self._action_policies()

    @api.model
    def _action_policies(self):
        return self.env["ir.actions.actions"]._for_xml_id("crm_quote_approval.action_crm_approval_policy")

    def action_simulate(self):
        """Opens the window that tries this policy on past papers, whether it is on or off.

        :raises AccessError: for anyone but sales managers and suite administrators
        """
        self.ensure_one()
        self._switch_check_actor()
        simulation = self.env["crm.approval.simulation"].create({"policy_id": self.id})
        return simulation.action_run()

    def _switch_quoted_stage(self):
        """Gives companies that have none their stage for quoted opportunities: the one of that name, else a new
        one before the won stage."""
        missing = [("approval_quoted_stage_id", "=", False)]
        if self.company_id:
            missing.append(("id", "in", self.company_id.ids))
        companies = self.env["res.company"].sudo().search(missing)
        if companies:
            companies.approval_quoted_stage_id = self._find_quoted_stage() or self._create_quoted_stage()

    def _find_quoted_stage(self):
        stages = self.env["crm.stage"].sudo()
        for lang, name in QUOTED_STAGE.items():
            stage = stages.with_context(lang=lang).search([("name", "=", name), ("is_won", "=", False)], limit=1)
            if stage:
                return stage
        return stages

    def _create_quoted_stage(self):
        stages = self.env["crm.stage"].sudo().with_context(lang="en_US")
        proposition = self.env.ref("crm.stage_lead3", raise_if_not_found=False)
        sequence = proposition.sequence if proposition else 3
        # stages after it move on, so that "never backwards" has an order to go by
        stage = stages.create({"name": QUOTED_STAGE["en_US"], "sequence": sequence + 1})
        if self.env["res.lang"]._get_data(code="zh_CN"):
            stage.with_context(lang="zh_CN").name = QUOTED_STAGE["zh_CN"]
        return stage

    def _open_documents_caught(self):
        """How many open quotes would need approval if these policies were on."""
        count = 0
        for policy in self.sudo():
            if policy.res_model != "sale.order":
                continue
            domain = [("state", "in", ("draft", "sent"))]
            if policy.company_id:
                domain.append(("company_id", "=", policy.company_id.id))
            orders = self.env["sale.order"].sudo().search(domain)
            amounts = orders._approval_amounts()
            for order in orders:
                if policy._required_steps(order, amounts[order.id]):
                    count += 1
        return count
