from odoo import models
from odoo.exceptions import UserError

MARK = b"o_crm_not_effective"


class IrActionsReport(models.Model):
    """No way of printing a quote shows one that is not in effect as if it were.

    The mark itself stands in the template that all of Odoo's ways print (``sale.report_saleorder_document``). Here it
    is seen to that nobody outside gets such a paper, that no stored copy of an earlier state is served, and that a
    template without the mark prints no open quote.
    """

    _inherit = "ir.actions.report"

    def _approval_blocked_orders(self, report_ref, res_ids):
        report = self._get_report(report_ref)
        if report.model != "sale.order" or not res_ids:
            return self.env["sale.order"]
        ids = [res_ids] if isinstance(res_ids, int) else list(res_ids)
        orders = self.env["sale.order"].browse(ids)
        return orders.filtered(lambda order: order._approval_blocked())

    def _approval_refuse_outside(self, orders):
        if orders and self.env.user.share:
            raise UserError(orders._approval_customer_text())

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        blocked = self._approval_blocked_orders(report_ref, res_ids)
        self._approval_refuse_outside(blocked)
        fresh = self.with_context(report_pdf_no_attachment=True) if blocked else self
        return super(IrActionsReport, fresh)._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)

    def _render_qweb_html(self, report_ref, docids, data=None):
        blocked = self._approval_blocked_orders(report_ref, docids)
        self._approval_refuse_outside(blocked)
        result = super()._render_qweb_html(report_ref, docids, data=data)
        quotes = blocked.filtered(lambda order: order.state in ("draft", "sent"))
        if quotes and self._approval_marks(result[0]) < len(quotes):
            raise UserError(
                self.env._(
                    "%(names)s is not in effect, and this form cannot say so. Print the ordinary quotation, or get the "
                    "approval first.",
                    names=", ".join(quotes.mapped("name")),
                )
            )
        return result

    def _approval_marks(self, html):
        content = html if isinstance(html, bytes) else str(html).encode()
        return content.count(MARK)
