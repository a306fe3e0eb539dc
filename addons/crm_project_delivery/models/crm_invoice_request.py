from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmInvoiceRequest(models.Model):
    """A salesperson asks finance for the invoice of a due row. Written only by its buttons."""

    _name = "crm.invoice.request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Invoice Request"
    _order = "id desc"
    _check_company_auto = True

    plan_line_id = fields.Many2one("crm.payment.plan.line", "Row", required=True, index=True, ondelete="cascade")
    contract_id = fields.Many2one(related="plan_line_id.contract_id", store=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(related="plan_line_id.partner_id", store=True)
    user_id = fields.Many2one("res.users", "Requested By", required=True, index=True)
    currency_id = fields.Many2one(related="plan_line_id.currency_id", store=True)
    amount = fields.Monetary(help="Amount of the row when the invoice was asked for, tax included")
    due_date = fields.Date(related="plan_line_id.due_date", store=True)
    tax_number = fields.Char("Customer's Tax Number", compute="_compute_tax_number")
    state = fields.Selection(
        [("requested", "Requested"), ("issued", "Issued"), ("refused", "Refused")],
        required=True,
        default="requested",
        index=True,
        tracking=True,
    )
    invoice_id = fields.Many2one("account.move")
    answered_by_id = fields.Many2one("res.users")
    answered_at = fields.Datetime()
    refusal = fields.Text("Refused Because")

    _open_uniq = models.UniqueIndex(
        "(plan_line_id) WHERE state = 'requested'", "The invoice of this row has already been asked for."
    )

    @api.depends("contract_id", "amount")
    def _compute_display_name(self):
        for request in self:
            request.display_name = request.plan_line_id.sudo().display_name

    @api.depends("partner_id")
    def _compute_tax_number(self):
        for request in self:
            request.tax_number = request.partner_id.vat

    # -- buttons ----------------------------------------------------------------------------

    def action_issue(self):
        """Makes the invoice and opens it. By finance or HQ commerce."""
        self.ensure_one()
        self.check_access("read")
        line = self.plan_line_id
        line._check_invoicer()
        self._check_requested()
        action = line.action_create_invoice()
        self._answer({"state": "issued", "invoice_id": line.sudo().invoice_id.id})
        return action

    def action_refuse(self, reason=None):
        """Refuses the request; the salesperson is told. By finance or HQ commerce."""
        self.check_access("read")
        self.plan_line_id._check_invoicer()
        self._check_requested()
        self._answer({"state": "refused", "refusal": reason})
        for request in self.sudo():
            request.message_notify(
                partner_ids=request.user_id.partner_id.ids,
                subject=self.env._("Invoice request refused"),
                body=reason or self.env._("Finance gave no reason; please ask them."),
            )
        return True

    def _check_requested(self):
        if any(request.state != "requested" for request in self):
            raise UserError(self.env._("This request has already been answered."))

    # -- writing ----------------------------------------------------------------------------

    @api.model
    def _request(self, line):
        """The open request for ``line``, a new one if there is none; the actor has been checked."""
        request = self.search([("plan_line_id", "=", line.id), ("state", "=", "requested")], limit=1)
        if request:
            return request
        if line.state != "due" or line._live_moves():
            raise UserError(
                self.env._("An invoice is asked for when a row is due and has none yet; %(row)s is not.",
                           row=line.display_name)
            )  # fmt: skip
        request = self.create(self._prepare_request_vals(line))
        clerks = self._get_clerks(line.company_id)
        self.env["mail.activity"]._merchant_schedule_quietly(
            [request._prepare_clerk_activity_vals(clerk) for clerk in clerks], self.env._("Invoice requested")
        )
        return request

    def _prepare_request_vals(self, line):
        return {
            "plan_line_id": line.id,
            "company_id": line.company_id.id,
            "user_id": self.env.uid,
            "amount": line.amount,
        }

    @api.model
    def _get_clerks(self, company):
        """Users who are told of a new request: the finance clerks of the company."""
        group = self.env.ref("crm_merchant.group_finance_clerk")
        return (
            self.env["res.users"]
            .sudo()
            .search([("all_group_ids", "in", group.ids), ("company_ids", "in", company.ids), ("share", "=", False)])
        )

    def _prepare_clerk_activity_vals(self, clerk):
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": clerk.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "date_deadline": max(self.due_date or fields.Date.today(), fields.Date.context_today(self)),
            "summary": self.env._("Make the invoice: %(row)s", row=self.plan_line_id.display_name),
        }

    def _answer(self, vals):
        request = self.sudo()
        request.write({**vals, "answered_by_id": self.env.uid, "answered_at": fields.Datetime.now()})
        # the others need not look at it any more
        request.activity_ids.unlink()
