from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .crm_contract import COMMERCE, SALES_MANAGERS

_READERS = "crm_project_delivery.group_contract_user"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    contract_ids = fields.One2many("crm.contract", "order_id", "Contracts", readonly=True, copy=False, groups=_READERS)
    contract_id = fields.Many2one("crm.contract", compute="_compute_contract_id", groups=_READERS)
    contract_count = fields.Integer(compute="_compute_contract_id", groups=_READERS)

    @api.depends("contract_ids.state")
    def _compute_contract_id(self):
        for order in self:
            live = order.contract_ids.filtered(lambda contract: contract.state != "cancelled")
            order.contract_id = live[:1]
            order.contract_count = len(order.contract_ids)

    def _compute_project_ids(self):
        """Odoo shows the projects of an order to everybody once milestones are on, and looks them up by a column that only
        sales may read: finance could open no order. Each sees those that he may read."""
        if self.env.su or self.env.user.has_group("sales_team.group_sale_salesman"):
            return super()._compute_project_ids()
        orders = self.sudo()
        super(SaleOrder, orders)._compute_project_ids()
        for order in orders:
            order.project_ids = order.project_ids.sudo(False)._filtered_access("read").sudo()
            order.project_count = len(order.project_ids.filtered("active"))
        return None

    def action_create_contract(self):
        """Makes the draft contract of a confirmed order and opens it; an existing one is opened.

        By the order's salesperson, a sales manager or HQ commerce.
        """
        self.ensure_one()
        self._check_contract_actor()
        contract = self.sudo().contract_id or self._create_contract()
        return contract.sudo(False)._get_records_action(name=self.env._("Contract"))

    def action_view_contract(self):
        self.ensure_one()
        return self.contract_ids._get_records_action(name=self.env._("Contracts"))

    def _check_contract_actor(self):
        """:raises AccessError: for anyone who may not make a contract of this order"""
        self.check_access("read")
        user = self.env.user
        if self.user_id == user and user.has_group(_READERS):
            return
        if not any(user.has_group(role) for role in COMMERCE + SALES_MANAGERS):
            raise AccessError(
                self.env._("A contract is made by the order's salesperson, a sales manager or HQ commerce.")
            )

    def _create_contract(self):
        """The draft contract of one confirmed order with the rows of its plan template (superuser)."""
        order = self.sudo().with_company(self.company_id)
        if order.state != "sale":
            raise UserError(self.env._("Confirm the order first; then it can become a contract."))
        if order.currency_id.compare_amounts(order.amount_total, 0) <= 0:
            raise UserError(self.env._("The amount of a contract must be above zero."))
        vals = order._prepare_contract_vals()
        contract_model = order.env["crm.contract"]
        lines = vals.pop("plan_line_ids")
        contract = contract_model._through_door(*vals).create([vals]).with_env(order.env)
        contract.write({"plan_line_ids": lines})
        contract.message_post(body=self.env._("Made from order %(order)s.", order=order.name))
        return contract

    def _prepare_contract_vals(self):
        """Values of the contract of this order, with ``plan_line_ids`` as commands."""
        self.ensure_one()
        plans = self.env["crm.payment.plan.template"]
        plan_template = plans.search(plans._get_default_domain(self), limit=1)
        deliveries = self.env["crm.delivery.template"]
        delivery_template = deliveries.search(deliveries._get_default_domain(self), limit=1)
        return {
            "name": self.env["crm.contract"]._next_number(self.company_id),
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "order_id": self.id,
            "opportunity_id": self.opportunity_id.id,
            "user_id": self.user_id.id,
            "currency_id": self.currency_id.id,
            "amount_total": self.amount_total,
            "plan_template_id": plan_template.id,
            "delivery_template_id": delivery_template.id,
            "plan_line_ids": [Command.create(vals) for vals in plan_template._prepare_plan_vals_list()]
            if plan_template
            else [],
        }

    def _action_cancel(self):
        """An order that was contracted is not cancelled behind the contract's back."""
        contracts = self.sudo().contract_ids
        running = contracts.filtered(lambda contract: contract.state in ("signed", "running", "completed"))
        if running:
            raise UserError(
                self.env._(
                    "Contract %(contract)s of this order is signed. HQ commerce cancels the contract first.",
                    contract=", ".join(running.mapped("name")),
                )
            )
        contracts.filtered(lambda contract: contract.state == "draft")._contract_transition(
            "cancel", cancel_reason=self.env._("The order was cancelled.")
        )
        return super()._action_cancel()
