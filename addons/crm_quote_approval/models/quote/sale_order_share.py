from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # who may read the links themselves
    share_ids = fields.One2many(
        "sale.quote.share",
        "order_id",
        "Shared Links",
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
    share_count = fields.Integer("Links", compute="_compute_share_count", groups="base.group_user")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"share_ids"}

    def _compute_share_count(self):
        counts = dict(
            self.env["sale.quote.share"].sudo()._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.share_count = counts.get(order._origin, 0)

    def _quote_share(self, recipient, expires_on):
        """Shares this quote; a draft has reached the customer then, like one that was mailed.

        :raises AccessError: for somebody who may not write the quote
        :raises UserError: for one that is not in effect, or a day that is over
        """
        self.ensure_one()
        self.check_access("write")
        if self.env.user.share:
            raise AccessError(self.env._("Only employees share quotes."))
        if self.state == "cancel":
            raise UserError(self.env._("%(name)s is cancelled; there is nothing to share.", name=self.name))
        self._approval_sending_gate()
        share = self.env["sale.quote.share"]._share(self, (recipient or "").strip()[:60], expires_on)
        if share.sudo().expires_on < share.sudo()._today():
            raise UserError(self.env._("Choose a day that is still to come."))
        if not share.sudo().recipient:
            raise UserError(self.env._("Say for whom it is; the name stands over the paper."))
        if self.state == "draft":
            self.action_quotation_sent()
        return share

    def action_quote_share(self):
        """Opens the window that shares this quote.

        :raises UserError: for one that is not in effect
        """
        self.ensure_one()
        self.check_access("write")
        self._approval_sending_gate()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share with Customer"),
            "res_model": "sale.quote.share.window",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }
