from odoo import SUPERUSER_ID, http
from odoo.http import request

from .signed_endpoint import SignedEndpoint

MAX_BODY = 64 * 1024


class IntakeEndpoint(SignedEndpoint, http.Controller):
    """Where advertising and social platforms, or the program between them and us, deliver leads.

    The answer is a code and nothing else: whoever sends learns nothing of what is there, and an address that does not
    exist answers like a wrong signature.
    """

    @http.route(
        "/crm/intake/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
        max_content_length=MAX_BODY,
    )
    def deliver(self, token, **_query):
        channel = request.env["crm.intake.channel"].sudo()._of_token(token, ("endpoint",))
        # first the signature: what is not signed is not even parsed, and counts against nobody's limit
        keys = [channel._endpoint_key()] if channel else []
        if not self._is_signed(*keys):
            return self._answer(401, "unauthorized")
        if channel._refusal():
            return self._answer(429, "too_many", {"Retry-After": "60"})
        payload = self._payload()
        if payload is None:
            return self._answer(400, "bad_request")
        return self._take(channel, payload, request.httprequest.headers.get("X-Nonce"))

    def _take(self, channel, payload, nonce):
        Lead = request.env["crm.lead"].with_user(SUPERUSER_ID).sudo()
        external_id, cells = channel._read_payload(payload)
        vals, problems, _hints = Lead._intake_read(cells)
        if problems:
            return self._answer(422, "incomplete")
        row, verdict = request.env["crm.intake.receipt"].sudo()._open(channel, external_id=external_id, nonce=nonce)
        if verdict == "replay":
            return self._answer(409, "replay")
        if not verdict:
            row.outcome = Lead._merchant_intake([vals], channel)[0].outcome
        return self._answer(200)
