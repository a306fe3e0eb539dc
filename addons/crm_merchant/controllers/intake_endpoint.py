import json
import time

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..lib.signature import is_signed

MAX_BODY = 64 * 1024


class IntakeEndpoint(http.Controller):
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
        headers = request.httprequest.headers
        body = request.httprequest.get_data()
        nonce = headers.get("X-Nonce")
        # first the signature: what is not signed is not even parsed, and counts against nobody's limit
        if not channel or not is_signed(
            channel._endpoint_key(), headers.get("X-Timestamp"), nonce, headers.get("X-Signature"), body, time.time()
        ):
            return self._answer(401, "unauthorized")
        if channel._refusal():
            return self._answer(429, "too_many", {"Retry-After": "60"})
        payload = self._payload(body)
        if payload is None:
            return self._answer(400, "bad_request")
        return self._take(channel, payload, nonce)

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

    def _payload(self, body):
        """The object that was sent, None if it is none."""
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return payload if isinstance(payload, dict) else None

    def _answer(self, status, error="", headers=None):
        answer = {"ok": False, "error": error} if error else {"ok": True}
        return request.make_json_response(answer, headers=headers, status=status)
