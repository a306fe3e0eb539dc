from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_delivery_template_line import DELIVERY_KINDS
from .crm_payment_plan_template_line import PLAN_KINDS, PLAN_TRIGGERS

# rows that wait for money
OPEN_STATES = ("due", "invoiced", "partial")


class CrmPaymentPlanLine(models.Model):
    """One payment that a contract promises.

    The trigger, not the calendar, makes a row due. From then on its state follows from its invoices: it is computed of
    what Odoo's own accounting says, so that partial payments, cancelled reconciliations and credit notes arrive here
    without anybody telling.
    """

    _name = "crm.payment.plan.line"
    _inherit = ["crm.guarded.mixin"]
    _description = "Payment Plan Row"
    _order = "contract_id desc, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one("crm.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    partner_id = fields.Many2one(related="contract_id.commercial_partner_id", string="Customer", store=True, index=True)
    user_id = fields.Many2one(related="contract_id.user_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    kind = fields.Selection(PLAN_KINDS, required=True, default="progress")
    percent = fields.Float("Share (%)", digits=(5, 2), required=True)
    amount = fields.Monetary(readonly=True, copy=False, help="Tax included; the last row takes the rounding")
    trigger = fields.Selection(PLAN_TRIGGERS, required=True, default="milestone")
    delivery_kind = fields.Selection(DELIVERY_KINDS, "Kind of Milestone")
    milestone_id = fields.Many2one("project.milestone", readonly=True, copy=False, index="btree_not_null")
    planned_date = fields.Date("Fixed Date")
    days_after = fields.Integer(help="Calendar days from the trigger to the due date")
    note = fields.Char()
    opened_on = fields.Date("Triggered On", readonly=True, copy=False)
    due_date = fields.Date(readonly=True, copy=False)
    move_ids = fields.Many2many(
        "account.move", "crm_payment_plan_line_move_rel", "line_id", "move_id", "Invoices", readonly=True, copy=False,
        groups="sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly",
    )  # fmt: skip
    invoice_id = fields.Many2one("account.move", readonly=True, copy=False, index="btree_not_null")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("due", "Due"),
            ("invoiced", "Invoiced"),
            ("partial", "Partly Paid"),
            ("paid", "Paid"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    invoiced_amount = fields.Monetary(compute="_compute_state", store=True)
    paid_amount = fields.Monetary("Received", compute="_compute_state", store=True)
    is_late = fields.Boolean("Late", compute="_compute_time_left", search="_search_is_late")
    time_left = fields.Char(compute="_compute_time_left")

    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "A share lies between 0 and 100 percent."
    )
    _days_positive = models.Constraint("CHECK(days_after >= 0)", "The days after a trigger cannot be negative.")
    _due_idx = models.Index("(company_id, due_date) WHERE state IN ('due', 'invoiced', 'partial')")

    @api.depends(
        "opened_on", "amount", "contract_id.state", "move_ids.state", "move_ids.amount_total",
        "move_ids.amount_residual", "move_ids.payment_state",
    )  # fmt: skip
    def _compute_state(self):
        credited = self._credited_by_move()
        for line in self:
            posted = line.move_ids.filtered(lambda m: m.state == "posted" and m.move_type == "out_invoice")
            credit = sum(credited.get(move.id, 0.0) for move in posted)
            line.invoiced_amount = sum(posted.mapped("amount_total")) - credit
            line.paid_amount = sum(move.amount_total - move.amount_residual for move in posted) - credit
            line.state = line._state_of_facts()

    def _state_of_facts(self):
        self.ensure_one()
        compare = self.currency_id.compare_amounts if self.currency_id else lambda a, b: (a > b) - (a < b)
        if self.contract_id.state == "cancelled":
            return "cancelled"
        if compare(self.paid_amount, 0) > 0:
            return "paid" if compare(self.paid_amount, self.amount) >= 0 else "partial"
        if compare(self.invoiced_amount, 0) > 0:
            return "invoiced"
        if not self.opened_on:
            return "planned"
        # a row of zero percent has nothing to wait for
        return "due" if self.amount else "paid"

    def _credited_by_move(self):
        """Invoice id -> what credit notes settled of it, which is no money received; one query for all rows."""
        moves = self.move_ids.filtered(lambda m: m.state == "posted")
        if not moves:
            return {}
        found = {}
        partials = self.env["account.partial.reconcile"].search(
            [("debit_move_id.move_id", "in", moves.ids), ("credit_move_id.move_id.move_type", "=", "out_refund")]
        )
        for partial in partials:
            move = partial.debit_move_id.move_id
            found[move.id] = found.get(move.id, 0.0) + partial.debit_amount_currency
        return found

    @api.depends("due_date", "state")
    @api.depends_context("lang", "tz")
    def _compute_time_left(self):
        today = fields.Date.context_today(self)
        for line in self:
            waits = line.due_date and line.state in OPEN_STATES
            days = (line.due_date - today).days if waits else 0
            line.is_late = days < 0
            if not waits:
                line.time_left = False
            elif days < 0:
                line.time_left = self.env._("%(days)s days late", days=-days)
            elif not days:
                line.time_left = self.env._("Due today")
            else:
                line.time_left = self.env._("%(days)s days left", days=days)

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "in", OPEN_STATES) & Domain("due_date", "<", fields.Date.context_today(self))
        if True in value:
            return Domain.TRUE if False in value else late
        return ~late

    @api.depends("name", "contract_id.name")
    def _compute_display_name(self):
        # no amounts here: a display name is shown to everyone who sees a record that points to it
        for line in self:
            line.display_name = f"{line.contract_id.name} {line.name or ''}".strip()

    # -- guards -----------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "amount", "milestone_id", "opened_on", "due_date", "move_ids", "invoice_id", "state", "invoiced_amount",
            "paid_amount", "company_id", "currency_id", "partner_id", "user_id",
        }  # fmt: skip

    def _watched_fields(self):
        return {**super()._watched_fields(), "percent": "_plan_edited", "sequence": "_plan_edited"}

    def _plan_edited(self, _before):
        self.contract_id._plan_rebuild()

    def _check_draft(self):
        if any(line.contract_id.state != "draft" for line in self):
            raise UserError(self.env._("The payment plan of a signed contract stands as it was signed."))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        if "contract_id" in vals:
            raise UserError(self.env._("A row stays with its contract."))
        if vals.keys() - self._guarded_fields() - {"note"}:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        self._check_draft()

    def unlink(self):
        contracts = self.contract_id
        result = super().unlink()
        contracts.exists()._plan_rebuild()
        return result

    # -- the door ---------------------------------------------------------------------------

    def _plan_apply(self, entry):
        """Door of the guarded columns of rows.

        :param entry: dict with ``event`` and what belongs to it:

            - ``amounts``: ``amounts`` = row id -> amount
            - ``milestones``: ``milestones`` = the contract's new milestones; each row gets the last of its kind
            - ``signed``: ``date``; opens what signing or a fixed date makes due
            - ``reached``: ``date``, ``milestones``; opens the rows of these milestones
            - ``reopened``: ``milestones``; closes their rows again unless they are invoiced
            - ``invoice``: ``move``; links a new invoice
            - ``refresh``: computes the state anew
        """
        getattr(self.sudo(), f"_plan_apply_{entry['event']}")(entry)

    def _plan_apply_amounts(self, entry):
        for line in self:
            if line.currency_id.compare_amounts(line.amount, entry["amounts"][line.id]):
                line._through_door("amount").write({"amount": entry["amounts"][line.id]})

    def _plan_apply_milestones(self, entry):
        last = {milestone.delivery_kind: milestone for milestone in entry["milestones"].sorted("sequence")}
        for line in self.filtered(lambda li: li.trigger == "milestone" and li.delivery_kind in last):
            line._through_door("milestone_id").write({"milestone_id": last[line.delivery_kind].id})

    def _plan_apply_signed(self, entry):
        self.filtered(lambda line: line.trigger in ("signing", "date"))._open(entry["date"])

    def _plan_apply_reached(self, entry):
        self.filtered(lambda line: line.milestone_id in entry["milestones"])._open(entry["date"])

    def _plan_apply_reopened(self, entry):
        lines = self.filtered(lambda line: line.milestone_id in entry["milestones"] and line.state == "due")
        lines = lines.filtered(lambda line: not line._live_moves())
        lines._through_door("opened_on", "due_date").write({"opened_on": False, "due_date": False})

    def _plan_apply_invoice(self, entry):
        # the row itself is written too: two clerks at once meet there, and the second sees the first's invoice
        self._through_door("move_ids", "invoice_id").write(
            {"move_ids": [fields.Command.link(entry["move"].id)], "invoice_id": entry["move"].id}
        )

    def _plan_apply_refresh(self, _entry):
        self.env.add_to_compute(self._fields["state"], self)

    def _open(self, date):
        """Makes closed rows due; one write per due date."""
        by_date = {}
        for line in self.filtered(lambda li: not li.opened_on):
            due = line.planned_date if line.trigger == "date" else date + timedelta(days=line.days_after)
            by_date[due] = by_date.get(due, self.browse()) | line
        for due, lines in by_date.items():
            lines._through_door("opened_on", "due_date").write({"opened_on": date, "due_date": due})
