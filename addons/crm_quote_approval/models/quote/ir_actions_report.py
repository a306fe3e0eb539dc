import io
import secrets
from collections import OrderedDict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

from odoo.addons.base.models.ir_actions_report import _wkhtml


class IrActionsReport(models.Model):
    """No way of printing a quote shows one that is not in effect as if it were.

    The mark itself stands in the template that all of Odoo's ways print (``sale.report_saleorder_document``). Here it
    is seen to that nobody outside gets such a paper, that no stored copy of an earlier state is served, and that a
    template without the mark prints no open quote. Besides: our paper format, and several quotes in one print, which
    the PDF program of Debian cannot do by itself.
    """

    _inherit = "ir.actions.report"

    # -- not in effect ------------------------------------------------------------------------------------

    def _quote_orders(self, report_ref, res_ids):
        """The orders that are printed, in the order given; empty for papers of other models."""
        if not res_ids or self._get_report(report_ref).model != "sale.order":
            return self.env["sale.order"]
        return self.env["sale.order"].browse([res_ids] if isinstance(res_ids, int) else list(res_ids))

    def _approval_blocked_orders(self, report_ref, res_ids):
        orders = self._quote_orders(report_ref, res_ids)
        # before anything is said about them: who may not read a quote does not learn either how it stands
        orders.check_access("read")
        return orders.filtered(lambda order: order._approval_blocked())

    def _approval_refuse_outside(self, orders):
        if orders and self.env.user.share:
            raise UserError(orders._approval_customer_text())

    def _approval_marked(self, blocked, data, render):
        """What ``render(data)`` gives, if it carries as many marks as open quotes among ``blocked``.

        The mark holds a number drawn for this one print: words in a quote that look like the mark are none.

        :raises UserError: for a form that cannot say that a quote is not in effect
        """
        number = secrets.token_hex(8)
        result = render({**(data or {}), "approval_mark": number})
        quotes = blocked.filtered(lambda order: order.state in ("draft", "sent"))
        content = result[0] if isinstance(result[0], bytes) else str(result[0]).encode()
        if content.count(number.encode()) < len(quotes):
            raise UserError(
                self.env._(
                    "%(names)s is not in effect, and this form cannot say so. Print the ordinary quotation, or get the "
                    "approval first.",
                    names=", ".join(quotes.mapped("name")),
                )
            )
        return result

    def _render_qweb_html(self, report_ref, docids, data=None):
        blocked = self._approval_blocked_orders(report_ref, docids)
        self._approval_refuse_outside(blocked)
        if not blocked:
            return super()._render_qweb_html(report_ref, docids, data=data)
        parent = super()._render_qweb_html
        return self._approval_marked(blocked, data, lambda marked: parent(report_ref, docids, data=marked))

    def _render_qweb_text(self, report_ref, docids, data=None):
        # the same template, reached by /report/text and by ?report_type=text of the portal
        blocked = self._approval_blocked_orders(report_ref, docids)
        self._approval_refuse_outside(blocked)
        if not blocked:
            return super()._render_qweb_text(report_ref, docids, data=data)
        parent = super()._render_qweb_text
        return self._approval_marked(blocked, data, lambda marked: parent(report_ref, docids, data=marked))

    # -- PDF -------------------------------------------------------------------------------------------------

    def get_paperformat(self):
        """A format that somebody gave the report comes first; ours has no room for a header outside the page."""
        if not self.paperformat_id and self.env.context.get("crm_quote_letterhead"):
            return self.env.ref("crm_quote_approval.paperformat_quote").sudo()
        return super().get_paperformat()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        orders = self._quote_orders(report_ref, res_ids)
        if not orders:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        # all of them before the first one is printed
        blocked = self._approval_blocked_orders(report_ref, res_ids)
        self._approval_refuse_outside(blocked)
        with_letterhead = orders.filtered(lambda order: order._paper_letterhead())
        if len(orders) > 1 and not with_letterhead and _wkhtml().is_patched_qt:
            together = self.with_context(report_pdf_no_attachment=True) if blocked else self
            return super(IrActionsReport, together)._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        streams = OrderedDict()
        for order in orders:
            if order.id in streams:
                continue
            context = {}
            if order in blocked:
                context["report_pdf_no_attachment"] = True
            if order in with_letterhead:
                context["crm_quote_letterhead"] = True
            one = self.with_context(**context)
            streams.update(
                super(IrActionsReport, one)._render_qweb_pdf_prepare_streams(
                    report_ref, dict(data or {}), res_ids=order.ids
                )
            )
        if len(streams) < len(orders):
            # the same quote asked for twice: Odoo gives one stream for all then
            merged = merge_pdf([streams[order.id]["stream"].getvalue() for order in orders])
            return {False: {"stream": io.BytesIO(merged), "attachment": None}}
        return streams
