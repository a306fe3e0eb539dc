from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class SaleOrder(models.Model):
    """A quote walks its approval: what is judged, what is frozen, what follows."""

    _inherit = "sale.order"

    # the margin is nothing for the customer, who may read his order
    margin = fields.Monetary(groups="base.group_user")
    margin_percent = fields.Float(groups="base.group_user")

    version_ids = fields.One2many(
        "sale.order.version", "order_id", "Versions", readonly=True, copy=False, groups="base.group_user"
    )
    version_count = fields.Integer("Submitted Versions", compute="_compute_version_count", groups="base.group_user")
    approval_needed = fields.Boolean(
        compute="_compute_approval_needed",
        groups="base.group_user",
        help="Whether a policy asks for approval of the quote as it is now",
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"version_ids", "approval_confirmed_at", "approval_confirmed_fingerprint"}

    def _compute_version_count(self):
        counts = dict(
            self.env["sale.order.version"].sudo()._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.version_count = counts.get(order._origin, 0)

    def _compute_approval_needed(self):
        for order in self:
            order.approval_needed = bool(
                order.id and order.state in ("draft", "sent") and order.sudo()._approval_required()
            )

    # -- what is judged -----------------------------------------------------------------------------

    def _approval_judged_fields(self):
        lines = (
            "sequence",
            "display_type",
            "product_id",
            "name",
            "product_uom_qty",
            "product_uom_id",
            "price_unit",
            "discount",
            "tax_ids",
            "is_optional",
        )
        return [
            *super()._approval_judged_fields(),
            "company_id",
            "partner_id",
            "currency_id",
            "pricelist_id",
            "payment_term_id",
            "validity_date",
            "note",
            *(f"order_line.{name}" for name in lines),
        ]

    def _approval_judged_records(self, name):
        records = super()._approval_judged_records(name)
        if name == "order_line":
            # lines that an invoice of a down payment adds; with a quantity they would be ordinary lines
            records = records.filtered(lambda line: not line.is_downpayment or line.product_uom_qty)
        return records

    def _approval_own_users(self):
        return super()._approval_own_users() | self.user_id

    def _approval_title(self):
        self.ensure_one()
        return f"{self.name} · {self.partner_id.commercial_partner_id.name or self.partner_id.name}"

    def _approval_submit_check(self):
        if self.state not in ("draft", "sent"):
            if self.state == "cancel" or self.approval_state != "void":
                raise UserError(
                    self.env._("%(name)s is no open quote; there is nothing to approve.", name=self.display_name)
                )
        if not self.order_line.filtered(lambda line: not line.display_type):
            raise UserError(self.env._("%(name)s has no lines yet; add products first.", name=self.display_name))
        return super()._approval_submit_check()

    def _approval_snapshot(self):
        self.ensure_one()
        env = self.env

        def money(amount):
            return format_amount(env, amount, self.currency_id)

        values = [
            [env._("Quote"), self.name],
            [env._("Customer"), self.partner_id.display_name],
            [env._("Salesperson"), self.user_id.name or ""],
            [env._("Opportunity"), self.opportunity_id.name or ""],
            [env._("Payment Terms"), self.payment_term_id.name or ""],
            [env._("Valid until"), format_date(env, self.validity_date) if self.validity_date else ""],
            [env._("Untaxed"), money(self.amount_untaxed)],
            [env._("Tax"), money(self.amount_tax)],
            [env._("Total"), money(self.amount_total)],
            [env._("Margin"), f"{money(self.margin)} ({self.margin_percent * 100:.1f} %)", "margin"],
        ]
        lines = [
            [line.name or "", "", "", "", ""]
            if line.display_type
            else [
                line.name or line.product_id.display_name,
                f"{line.product_uom_qty:g} {line.product_uom_id.name or ''}",
                money(line.price_unit),
                f"{line.discount:g} %" if line.discount else "",
                money(line.price_total),
            ]
            for line in self._approval_judged_records("order_line")
        ]
        return {
            "values": [row for row in values if row[1]],
            "columns": [env._("Line"), env._("Quantity"), env._("Price"), env._("Discount"), env._("Total")],
            "lines": lines,
        }

    # -- what follows ---------------------------------------------------------------------------------

    def _on_submitted(self, requests):
        result = super()._on_submitted(requests)
        self.env["sale.order.version"]._freeze(self, requests)
        return result

    def _on_approved(self):
        result = super()._on_approved()
        self.env["sale.order.version"]._stamp_approved(self)
        for order in self:
            order._approval_move_opportunity()
        return result

    def _on_rejected(self):
        """The owner has a to-do with the reason."""
        result = super()._on_rejected()
        for order in self:
            order._approval_rejected_todo()
        return result

    def _approval_rejected_todo(self):
        def summary(env):
            # each reads his own language, not the one of who rejects
            return env._("Rejected: mend and submit %(name)s again", name=self.name)

        user = self.user_id or self.approval_request_id.requester_id
        self.env["mail.activity"]._merchant_schedule_quietly(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "user_id": user.id,
                    "summary": summary,
                    "note": self.approval_request_id.reason,
                }
            ],
            summary,
        )

    def _approval_quoted_stage(self, policy):
        """Stage for opportunities whose quote is approved by ``policy``, else that of the company; may be empty."""
        return policy.quoted_stage_id or self.company_id.approval_quoted_stage_id

    def _approval_move_opportunity(self):
        """Moves the opportunity to the stage that was the one for quoted ones at submit; never back and never out of a
        won or lost one."""
        request = self.sudo().approval_request_id
        # requests older than the column kept none
        stage = request.quoted_stage_id or self._approval_quoted_stage(request.policy_id)
        lead = self.opportunity_id.sudo()
        if stage and lead.active and not lead.stage_id.is_won and lead.stage_id.sequence < stage.sequence:
            lead.write({"stage_id": stage.id})
