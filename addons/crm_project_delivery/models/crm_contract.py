from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from ..lib import plan

# event: (states it may start from, state it ends in)
TRANSITIONS = {
    "sign": (("draft",), "signed"),
    "start": (("signed",), "running"),
    "complete": (("signed", "running"), "completed"),
    "reopen": (("completed",), "running"),
    "cancel": (("draft", "signed", "running"), "cancelled"),
}
OPEN_STATES = ("signed", "running")
SALES_MANAGERS = (
    "crm_merchant.group_sales_supervisor",
    "crm_merchant.group_region_manager",
    "crm_merchant.group_sales_director",
    "crm_merchant.group_general_manager",
    "crm_merchant.group_suite_admin",
)
COMMERCE = ("crm_merchant.group_hq_commerce",)


class CrmContract(models.Model):
    """What was signed about one order: its amount, its payment plan and what has to be delivered.

    Contracts are made from confirmed orders (``sale.order.action_create_contract``). Their terms can be edited while
    they are drafts; signing freezes them.
    """

    _name = "crm.contract"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin", "crm.approval.mixin"]
    _description = "Contract"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, check_company=True
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id", store=True, index=True)
    region_id = fields.Many2one(related="commercial_partner_id.region_id", store=True, index="btree_not_null")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    opportunity_id = fields.Many2one("crm.lead", readonly=True, check_company=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, index=True, tracking=True)
    manager_id = fields.Many2one(
        "res.users",
        "Project Manager",
        tracking=True,
        domain=lambda self: [("all_group_ids", "in", self.env.ref("project.group_project_manager").id)],
        help="Leads the project and accepts its milestones",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_total = fields.Monetary("Amount", required=True, readonly=True, tracking=True, help="Tax included")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("signed", "Signed"),
            ("running", "Running"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    date_sign = fields.Date("Signed On", readonly=True, copy=False, tracking=True)
    completed_at = fields.Datetime("Completed On", readonly=True, copy=False, help="The last time, if it was reopened")
    signed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    customer_signer = fields.Char("Customer's Signer", help="Who signed for the customer")
    customer_reference = fields.Char("Customer's Contract No.")
    attachment_ids = fields.Many2many("ir.attachment", string="Signed Papers", copy=False)
    note = fields.Text("Other Terms")
    cancel_reason = fields.Text("Cancelled Because", readonly=True, copy=False)
    plan_template_id = fields.Many2one("crm.payment.plan.template", readonly=True, check_company=True)
    delivery_template_id = fields.Many2one("crm.delivery.template", check_company=True)
    project_id = fields.Many2one(
        "project.project", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    milestone_ids = fields.One2many("project.milestone", "delivery_contract_id", "Milestones", readonly=True)
    plan_line_ids = fields.One2many("crm.payment.plan.line", "contract_id", "Payment Plan", copy=False)
    amount_paid = fields.Monetary("Received", compute="_compute_collection")
    amount_open = fields.Monetary("Still to Receive", compute="_compute_collection")
    paid_percent = fields.Float("Received (%)", compute="_compute_collection")
    collection_text = fields.Char("Collection", compute="_compute_collection")
    invoice_count = fields.Integer("Invoices", compute="_compute_collection")

    approval_needed = fields.Boolean("Needs Approval", compute="_compute_approval_needed")

    _order_uniq = models.UniqueIndex(
        "(order_id) WHERE state != 'cancelled'", "This order already has a contract that is not cancelled."
    )
    _name_uniq = models.UniqueIndex("(name, company_id)", "This contract number is taken.")
    _amount_positive = models.Constraint("CHECK(amount_total > 0)", "The amount of a contract is above zero.")

    @api.depends("plan_line_ids.state", "plan_line_ids.amount", "plan_line_ids.paid_amount", "plan_line_ids.move_ids")
    @api.depends_context("lang")
    def _compute_collection(self):
        for contract in self:
            lines = contract.plan_line_ids
            contract.amount_paid = sum(lines.mapped("paid_amount"))
            contract.amount_open = contract.amount_total - contract.amount_paid
            contract.paid_percent = 100 * contract.amount_paid / contract.amount_total if contract.amount_total else 0
            contract.collection_text = self.env._(
                "%(paid)s of %(count)s rows received",
                paid=len(lines.filtered(lambda line: line.state == "paid")),
                count=len(lines),
            )
            contract.invoice_count = len(lines.sudo().move_ids)

    @api.depends("state", "amount_total", "approval_state")
    def _compute_approval_needed(self):
        for contract in self:
            contract.approval_needed = contract.state == "draft" and bool(contract._approval_required())

    # -- guards -----------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "name", "company_id", "partner_id", "order_id", "opportunity_id", "user_id", "currency_id", "amount_total",
            "state", "date_sign", "completed_at", "signed_by_id", "cancel_reason", "project_id", "plan_template_id",
        }  # fmt: skip

    def _draft_fields(self):
        """Names of the terms that people edit while the contract is a draft, and not after."""
        return frozenset({"customer_signer", "customer_reference", "note", "delivery_template_id", "plan_line_ids"})

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # the columns hold defaults, so the guard must ask for the door even where nothing is filled in
            self._guard_check(self._guarded_fields() & vals.keys() or {"order_id"})
        return super().create(vals_list)

    def write(self, vals):
        frozen = self._draft_fields() & vals.keys()
        if frozen and any(contract.state != "draft" for contract in self):
            raise UserError(
                self.env._(
                    "The terms of a signed contract stand as they were signed. Cancel it and make a new one from the "
                    "order to change them."
                )
            )
        return super().write(vals)

    def copy_data(self, default=None):
        raise UserError(self.env._("A contract is made from its order and cannot be duplicated."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Contracts are not deleted. Cancel them instead."))

    # -- approval ---------------------------------------------------------------------------

    def _approval_judged_fields(self):
        """What an approver judges; a change of it voids his approval."""
        return [
            "partner_id", "amount_total", "currency_id", "note", "plan_line_ids.sequence", "plan_line_ids.kind",
            "plan_line_ids.percent", "plan_line_ids.trigger", "plan_line_ids.delivery_kind",
            "plan_line_ids.days_after", "plan_line_ids.planned_date",
        ]  # fmt: skip

    def _approval_amount(self):
        """Amount in the company's currency, tax included."""
        self.ensure_one()
        return self.currency_id._convert(
            self.amount_total, self.company_id.currency_id, self.company_id, fields.Date.context_today(self)
        )

    def _approval_own_users(self):
        return super()._approval_own_users() | self.user_id

    def _approval_snapshot(self):
        """What an approver sees: the contract's terms and its payment plan."""
        self.ensure_one()
        kinds = dict(self.plan_line_ids._fields["kind"]._description_selection(self.env))
        return {
            "values": [
                [self.env._("Contract"), self.name],
                [self.env._("Customer"), self.commercial_partner_id.name],
                [self.env._("Order"), self.order_id.name],
                [self.env._("Amount"), formatLang(self.env, self.amount_total, currency_obj=self.currency_id)],
                [self.env._("Other Terms"), self.note or ""],
            ],
            "columns": [self.env._("Row"), self.env._("Kind"), self.env._("Share (%)"), self.env._("Amount")],
            "lines": [
                [
                    line.name,
                    kinds[line.kind],
                    str(plan.rounded(line.percent)),
                    formatLang(self.env, line.amount, currency_obj=self.currency_id),
                ]
                for line in self.plan_line_ids
            ],
        }

    # -- plan -------------------------------------------------------------------------------

    def _plan_rebuild(self):
        """Spreads the amounts of drafts over their rows anew.

        While the percentages do not sum to 100, each row shows its own share, so that a person can go on editing;
        signing then refuses.
        """
        for contract in self.filtered(lambda c: c.state == "draft").sudo():
            digits = contract.currency_id.decimal_places
            lines = contract.plan_line_ids.sorted(lambda line: (line.sequence, line.id))
            total = plan.rounded(contract.amount_total, digits)
            if plan.percent_sum(lines.mapped("percent")) == 100:
                amounts = plan.build(total, lines.mapped("percent"), digits)
            else:
                amounts = [plan.rounded(total * plan.rounded(line.percent) / 100, digits) for line in lines]
            lines._plan_apply({"event": "amounts", "amounts": dict(zip(lines.ids, map(float, amounts), strict=True))})

    # -- the door ---------------------------------------------------------------------------

    def _contract_transition(self, event, **facts):
        """Door of ``state`` and of what is known only with it.

        :param event: key of ``TRANSITIONS``
        :param facts: guarded fields that become known with the event, such as ``date_sign``
        :raises UserError: where the event does not fit the state
        """
        allowed, target = TRANSITIONS[event]
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if contract.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(contract)s is in the state %(state)s; from there it cannot become %(target)s.",
                        contract=contract.name,
                        state=labels[contract.state],
                        target=labels[target],
                    )
                )
        vals = {"state": target, **facts}
        self.sudo()._through_door(*vals).write(vals)
        # at once: two people meet at the row now, and the order is free for its next contract
        self.flush_recordset(["state"])
        if event == "cancel":
            self.sudo().plan_line_ids._plan_apply({"event": "refresh"})
            # what was accepted stays on record, the rest would only wait in the project
            self.sudo().milestone_ids.filtered(lambda milestone: not milestone.is_reached).unlink()

    def _check_contract_actor(self, roles, owner=True):
        """Refuses everyone but the named roles and, if ``owner``, the contracts' own salesperson.

        :raises AccessError: with the roles in words
        """
        self.check_access("read")
        user = self.env.user
        if any(user.has_group(role) for role in roles):
            return
        if owner and all(contract.user_id == user for contract in self):
            return
        names = ", ".join(self.env.ref(role).sudo().name for role in roles)
        raise AccessError(
            self.env._("This can be done by the salesperson of the contract or by: %(roles)s.", roles=names)
            if owner
            else self.env._("This can be done only by: %(roles)s.", roles=names)
        )

    def _settle(self):
        """Moves contracts on by what has happened: the first money starts them, the last row and milestone end them."""
        for contract in self.sudo():
            lines, milestones = contract.plan_line_ids, contract.milestone_ids
            if contract.state == "signed" and (
                any(line.state in ("partial", "paid") for line in lines) or any(milestones.mapped("is_reached"))
            ):
                contract._contract_transition("start")
            if contract.state == "running" and all(line.state == "paid" for line in lines):
                if all(milestones.mapped("is_reached")):
                    contract._contract_transition("complete", completed_at=fields.Datetime.now())
