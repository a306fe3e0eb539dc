import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..lib import plan
from .crm_contract import COMMERCE, SALES_MANAGERS

_logger = logging.getLogger(__name__)


class CrmContract(models.Model):
    """Signing and its consequences, cancelling, and the buttons around them."""

    _inherit = "crm.contract"

    # -- buttons ----------------------------------------------------------------------------

    def action_sign(self):
        """Signs drafts: their terms freeze, the project starts, what is due on signing becomes due.

        By the salesperson, a sales manager or HQ commerce.
        """
        self._check_contract_actor(COMMERCE + SALES_MANAGERS)
        for contract in self:
            contract._check_signable()
            contract._sign()
        return True

    def action_refresh(self):
        """Takes amount, customer and salesperson of the order into the drafts again and spreads the plan anew."""
        self._check_contract_actor(COMMERCE + SALES_MANAGERS)
        for contract in self:
            if contract.state != "draft":
                raise UserError(self.env._("Only a draft follows its order."))
            contract._refresh_from_order()
        return True

    def action_cancel(self, reason=None):
        """Cancels contracts without invoices. Drafts: also by their salesperson; signed ones: by HQ commerce."""
        drafts_only = all(contract.state == "draft" for contract in self)
        self._check_contract_actor(COMMERCE + SALES_MANAGERS if drafts_only else COMMERCE, owner=drafts_only)
        self._check_cancellable()
        self._contract_transition("cancel", cancel_reason=reason)
        return True

    def action_view_order(self):
        self.ensure_one()
        return self.order_id._get_records_action(name=self.env._("Order"))

    def action_view_project(self):
        self.ensure_one()
        return self.project_id._get_records_action(name=self.env._("Project"))

    def action_view_invoices(self):
        self.ensure_one()
        self.check_access("read")
        return (
            self.sudo()
            .plan_line_ids.move_ids.sudo(False)
            ._get_records_action(name=self.env._("Invoices"), context={"create": False})
        )

    # -- signing ----------------------------------------------------------------------------

    def _check_signable(self):
        """Refuses to sign what is not approved, what the order no longer says, or a plan that does not add up.

        :raises UserError: in words
        """
        self.ensure_one()
        order = self.sudo().order_id
        if self.state != "draft":
            raise UserError(self.env._("%(contract)s is not a draft any more.", contract=self.name))
        self._approval_gate()
        if order.state != "sale":
            raise UserError(self.env._("The order of %(contract)s is not confirmed.", contract=self.name))
        if order.currency_id != self.currency_id or self.currency_id.compare_amounts(
            order.amount_total, self.amount_total
        ):
            raise UserError(
                self.env._(
                    "The order of %(contract)s has changed since the contract was made. Press Refresh from Order, "
                    "look at the plan again, then sign.",
                    contract=self.name,
                )
            )
        self._check_plan()

    def _check_plan(self):
        """Refuses a plan that does not sum to 100.00 % and to the contract's amount, to the cent."""
        lines = self.plan_line_ids
        percents = plan.percent_sum(lines.mapped("percent"))
        digits = self.currency_id.decimal_places
        amounts = sum(plan.rounded(line.amount, digits) for line in lines)
        if percents != 100 or amounts != plan.rounded(self.amount_total, digits):
            raise ValidationError(
                self.env._(
                    "The payment plan of %(contract)s sums to %(percent)s %% and %(amount)s; it must sum to exactly "
                    "100.00 %% and %(total)s.",
                    contract=self.name,
                    percent=percents,
                    amount=amounts,
                    total=plan.rounded(self.amount_total, digits),
                )
            )
        undated = lines.filtered(lambda line: line.trigger == "date" and not line.planned_date)
        if undated:
            raise ValidationError(
                self.env._("Say on which date these rows become due: %(rows)s.", rows=", ".join(undated.mapped("name")))
            )
        kinds = set(self.delivery_template_id.line_ids.mapped("kind"))
        orphans = lines.filtered(lambda line: line.trigger == "milestone" and line.delivery_kind not in kinds)
        if orphans:
            raise ValidationError(
                self.env._(
                    "No milestone of the delivery template makes these rows due: %(rows)s.",
                    rows=", ".join(orphans.mapped("name")),
                )
            )

    def _sign(self):
        """Transition to signed, under sudo: the actor has been checked and need not be allowed to make projects."""
        self.ensure_one()
        contract = self.sudo()
        today = fields.Date.context_today(self)
        contract._contract_transition("sign", date_sign=today, signed_by_id=self.env.uid)
        contract._deliver()
        contract.plan_line_ids._plan_apply({"event": "signed", "date": today})

    def _deliver(self):
        """Gives the contract its project and milestones."""
        project = self._find_project() or self.env["project.project"].create(self._prepare_project_vals())
        self._through_door("project_id").write({"project_id": project.id})
        if not project.allow_milestones:
            # Odoo itself then turns its milestone feature on for everyone; it is told here, because that is seen
            project.allow_milestones = True
            _logger.info("Milestones are switched on in the project of contract %s", self.name)
        milestones = self.env["project.milestone"]
        for line in self.delivery_template_id.line_ids:
            milestones |= milestones._delivery_create(line._prepare_milestone_vals(self, project))
        self.plan_line_ids._plan_apply({"event": "milestones", "milestones": milestones})

    def _find_project(self):
        """The project that Odoo made for the order, if it delivers nothing but this order."""
        order = self.order_id
        projects = order.order_line.project_id | order.project_id
        projects |= self.env["project.project"].search(
            ["|", ("sale_line_id.order_id", "=", order.id), ("reinvoiced_sale_order_id", "=", order.id)]
        )
        for project in projects.filtered(lambda p: p.active and not p.is_template).sorted("id"):
            others = (project.sale_order_id | project.reinvoiced_sale_order_id) - order
            contracts = (project.delivery_contract_ids - self).filtered(lambda c: c.state != "cancelled")
            if not others and not contracts and not project.is_internal_project:
                return project
        return projects.browse()

    def _prepare_project_vals(self):
        """Values of the project of a contract whose order brought none."""
        order = self.order_id
        account = order.project_account_id or self.env["account.analytic.account"].create(
            order._prepare_analytic_account_data()
        )
        return {
            "name": f"{self.name} {self.commercial_partner_id.name}",
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self.manager_id.id,
            "account_id": account.id,
            "allow_billable": True,
            "allow_milestones": True,
            "reinvoiced_sale_order_id": order.id,
        }

    # -- drafts and ends ----------------------------------------------------------------------

    def _refresh_from_order(self):
        vals = self.order_id._prepare_contract_vals()
        names = ("partner_id", "opportunity_id", "user_id", "currency_id", "amount_total")
        self.sudo()._through_door(*names).write({name: vals[name] for name in names})
        self._plan_rebuild()

    def _check_cancellable(self):
        invoiced = self.sudo().plan_line_ids.filtered(lambda line: line._live_moves())
        if invoiced:
            raise UserError(
                self.env._(
                    "There are invoices for: %(rows)s. Finance credits or deletes them first; then the contract can "
                    "be cancelled.",
                    rows=", ".join(invoiced.mapped("name")),
                )
            )

    @api.model
    def _next_number(self, company):
        """Next contract number of ``company``, such as HT2026-0001; it starts anew each year."""
        return self.env["ir.sequence"].sudo().with_company(company).next_by_code("crm.contract")
