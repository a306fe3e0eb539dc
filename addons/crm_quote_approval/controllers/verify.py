from odoo.http import Controller, request, route
from odoo.tools import format_amount, format_date

from .throttle import wrong_tokens

# nobody keeps, indexes or frames these pages, and no address with a token leaves them
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
}


def page(template, values, status=200):
    """A page for people outside, in the language of their browser or of the company."""
    response = request.render(template, {"no_header": True, "no_footer": True, **values}, headers=HEADERS)
    response.status_code = status
    return response


class QuoteVerify(Controller):
    @route("/quote/verify/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def quote_verify(self, token):
        """Tells how the paper that carries ``token`` stands: number, version, amount, date, and nothing else."""
        address = request.httprequest.remote_addr
        if wrong_tokens.is_shut(address):
            return page("crm_quote_approval.quote_verify", {"standing": "many", "rows": []}, status=429)
        version = request.env["sale.order.version"]._verify(token)
        if not version:
            wrong_tokens.note(address)
            return page("crm_quote_approval.quote_verify", {"standing": "unknown", "rows": []}, status=404)
        return page("crm_quote_approval.quote_verify", {"standing": version.standing, "rows": self._rows(version)})

    def _rows(self, version):
        env = request.env
        moment = version.approved_at or version.submitted_at
        order = version.order_id
        return [
            (env._("Number"), order.name),
            (env._("Version"), order._paper_version_suffix(version.number)),
            (env._("Amount"), format_amount(env, version.amount_total, version.currency_id)),
            (env._("Date"), format_date(env, order._paper_day(moment))),
        ]
