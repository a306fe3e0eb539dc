from odoo.http import Controller, request, route


class QuoteVerify(Controller):
    @route("/quote/verify/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def quote_verify(self, token):
        """Tells whether the paper that carries ``token`` is current, and nothing else."""
        return request.render(
            "crm_quote_approval.quote_verify",
            {"is_current": request.env["sale.order.version"]._verify(token)},
            headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
        )
