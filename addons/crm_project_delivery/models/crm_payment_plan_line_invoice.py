from odoo import fields, models
from odoo.exceptions import AccessError, UserError

INVOICERS = (
    "crm_merchant.group_finance_clerk",
    "crm_merchant.group_finance_manager",
    "crm_merchant.group_hq_commerce",
)


class CrmPaymentPlanLine(models.Model):
    """Invoices of rows, made by Odoo's own down-payment mechanism so that the order's books stay right."""

    _inherit = "crm.payment.plan.line"

    # -- buttons ----------------------------------------------------------------------------

    def action_create_invoice(self):
        """Makes the draft invoice of a due row, or opens the one that is there. By finance or HQ commerce."""
        self.ensure_one()
        self._check_invoicer()
        if not self.sudo()._live_moves():
            self._invoice()
        return self.action_view_invoice()

    def action_view_invoice(self):
        self.ensure_one()
        self.check_access("read")
        return (
            self.sudo().move_ids.sudo(False)._get_records_action(name=self.env._("Invoices"), context={"create": False})
        )

    def action_request_invoice(self):
        """Asks finance for the invoice of a due row and opens the request. By the contract's salesperson and those
        who may act for him."""
        self.ensure_one()
        self.contract_id._check_contract_actor(self._request_roles())
        request = self.env["crm.invoice.request"].sudo()._request(self.sudo())
        return request.sudo(False)._get_records_action(name=self.env._("Invoice Request"))

    # -- rules ------------------------------------------------------------------------------

    def _request_roles(self):
        return (
            "crm_merchant.group_hq_commerce", "crm_merchant.group_sales_supervisor",
            "crm_merchant.group_region_manager", "crm_merchant.group_sales_director",
            "crm_merchant.group_general_manager",
        )  # fmt: skip

    def _check_invoicer(self):
        """Refuses everyone who may not make invoices.

        :raises AccessError: in words
        """
        self.check_access("read")
        if not any(self.env.user.has_group(role) for role in INVOICERS):
            raise AccessError(
                self.env._("Invoices are made by finance or HQ commerce. Send them an invoice request instead.")
            )

    def _live_moves(self):
        """Invoices of these rows that still count: neither cancelled nor wholly credited."""
        return self.move_ids.filtered(lambda m: m.state != "cancel" and m.payment_state != "reversed")

    def _open_invoices(self):
        """Posted invoices of these rows that wait for money, the oldest first."""
        moves = self.move_ids.filtered(lambda m: m.state == "posted" and m.move_type == "out_invoice")
        return moves.filtered("amount_residual").sorted(lambda m: (m.invoice_date_due, m.id))

    # -- making -----------------------------------------------------------------------------

    def _invoice(self):
        """Draft customer invoice of exactly the row's amount, linked to row and order; the actor has been checked.

        The last row that has none yet invoices the rest of the order, less all down payments.

        :return: the invoice (superuser)
        :raises UserError: where the row is not due, or what is left of the order does not come to its amount
        """
        line = self.sudo().with_company(self.company_id)
        line.ensure_one()
        if line.state != "due":
            raise UserError(
                self.env._(
                    "%(row)s is not due for an invoice: its trigger has not happened yet, or it has been invoiced.",
                    row=line.display_name,
                )
            )
        order = line.contract_id.order_id
        wizard = (
            self.env["sale.advance.payment.inv"]
            .sudo()
            .with_company(line.company_id)
            .with_context(active_model="sale.order", active_ids=order.ids, active_id=order.id)
            .create(line._prepare_invoice_wizard_vals())
        )
        move = wizard._create_invoices(order)
        move.write(line._prepare_plan_invoice_vals())
        line._check_invoice_amount(move)
        line._plan_apply({"event": "invoice", "move": move})
        return move

    def _is_last_to_invoice(self):
        """Whether every other row that asks for money has its invoice."""
        self.ensure_one()
        others = self.contract_id.plan_line_ids - self
        return not others.filtered(lambda line: line.amount and line.state != "paid" and not line._live_moves())

    def _prepare_invoice_wizard_vals(self):
        """Values of Odoo's invoicing wizard for this row."""
        self.ensure_one()
        vals = {"sale_order_ids": [fields.Command.set(self.contract_id.order_id.ids)]}
        if self._is_last_to_invoice():
            return {**vals, "advance_payment_method": "delivered", "deduct_down_payments": True}
        return {**vals, "advance_payment_method": "fixed", "fixed_amount": self.amount}

    def _prepare_plan_invoice_vals(self):
        """What the plan, not the order, decides about an invoice: its due date, and the number people look for."""
        self.ensure_one()
        due = max(self.due_date, fields.Date.context_today(self))
        return {
            "invoice_payment_term_id": False,
            "invoice_date_due": due,
            "ref": self.contract_id.customer_reference or self.contract_id.name,
        }

    def _check_invoice_amount(self, move):
        if len(move) == 1 and move.currency_id == self.currency_id:
            if not self.currency_id.compare_amounts(move.amount_total, self.amount):
                return
        raise UserError(
            self.env._(
                "What is left to invoice of order %(order)s comes to %(left)s, the row to %(amount)s. Check the "
                "delivered quantities and the changes of the order; nothing has been invoiced.",
                order=self.contract_id.order_id.name,
                left=sum(move.mapped("amount_total")),
                amount=self.amount,
            )
        )

    # -- what follows a payment ---------------------------------------------------------------

    def _on_paid(self):
        """Runs when an invoice of these rows has been paid in full: the contract moves on, the salesperson knows."""
        paid = self.filtered(lambda line: line.state == "paid")
        paid.contract_id._settle()
        if not paid:
            return
        told = paid.filtered(lambda line: line.user_id.active)
        for lang, lines in told.grouped(lambda line: line.user_id.lang).items():
            # whoever registered the payment, a job even, may speak another language
            lines = lines.with_context(lang=lang)
            lines.env["mail.activity"]._merchant_schedule_quietly(
                [line._prepare_paid_activity_vals() for line in lines], lines.env._("Payment received")
            )

    def _prepare_paid_activity_vals(self):
        """Values of the salesperson's to-do about a paid row."""
        self.ensure_one()
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.contract"),
            "res_id": self.contract_id.id,
            "user_id": self.user_id.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "date_deadline": fields.Date.context_today(self),
            "summary": self.env._(
                "%(row)s of %(customer)s has been paid", row=self.display_name, customer=self.partner_id.name
            ),
        }
