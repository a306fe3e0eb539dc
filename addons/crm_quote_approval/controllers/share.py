from odoo.http import Controller, content_disposition, request, route

from .throttle import wrong_tokens
from .verify import HEADERS, page

REPORT = "sale.action_report_saleorder"


class QuoteShare(Controller):
    """The customer's link to one quote; see ``sale.quote.share``. It opens neither the portal nor any other paper."""

    @route("/quote/share/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def quote_share(self, token):
        """The page around the paper; a link that has ended says so plainly."""
        share, refusal = self._open(token)
        if refusal:
            return refusal
        if request.env.user._is_public() or request.env.user.share:
            share._note_opening()
        return page("crm_quote_approval.quote_share", {"share": share, "token": token, "state": "open"})

    @route("/quote/share/<string:token>/paper", type="http", auth="public", methods=["GET"], sitemap=False)
    def quote_share_paper(self, token):
        """The paper itself, to be shown inside the page."""
        share, refusal = self._open(token)
        if refusal:
            return refusal
        content = self._report(share)._render_qweb_html(REPORT, share.order_id.ids, data={"report_type": "html"})[0]
        return request.make_response(content, headers=list({"Content-Type": "text/html", **HEADERS}.items()))

    @route("/quote/share/<string:token>/pdf", type="http", auth="public", methods=["GET"], sitemap=False)
    def quote_share_pdf(self, token):
        """The paper as PDF, with the customer's name over it."""
        share, refusal = self._open(token)
        if refusal:
            return refusal
        # never the copy that somebody printed before: it carries no name
        report = self._report(share).with_context(report_pdf_no_attachment=True)
        content = report._render_qweb_pdf(REPORT, share.order_id.ids, data={"report_type": "pdf"})[0]
        name = f"{share.order_id._paper_version_text()}.pdf".replace("/", "-")
        kind = "application/pdf" if content.startswith(b"%PDF") else "text/html"
        headers = {"Content-Type": kind, "Content-Disposition": content_disposition(name), **HEADERS}
        return request.make_response(content, headers=list(headers.items()))

    def _report(self, share):
        watermark = share.order_id._paper_shared_text(share)
        report = request.env["ir.actions.report"].sudo().with_company(share.company_id)
        return report.with_context(crm_quote_shared=watermark)

    def _open(self, token):
        """(link, None), or (None, the page that says why not)."""
        address = request.httprequest.remote_addr
        if wrong_tokens.is_shut(address):
            return None, page("crm_quote_approval.quote_share", {"state": "many"}, status=429)
        share = request.env["sale.quote.share"]._of_token(token)
        if not share:
            wrong_tokens.note(address)
            return None, page("crm_quote_approval.quote_share", {"state": "unknown"}, status=404)
        if share.state != "open":
            return None, page("crm_quote_approval.quote_share", {"state": share.state}, status=410)
        return share, None
