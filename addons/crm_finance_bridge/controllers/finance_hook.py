from odoo import http
from odoo.http import request

from odoo.addons.crm_merchant.controllers.signed_endpoint import SignedEndpoint

MAX_BODY = 16 * 1024
LONGEST = 120


class FinanceHook(SignedEndpoint, http.Controller):
    """Where the finance system, or the program between it and us, says that a document changed.

    Nothing it says is believed: it only makes us read sooner what we would read anyway. An address that does not exist
    and a connection that is off answer like a wrong signature.
    """

    @http.route(
        "/finance/hook/<string:code>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
        max_content_length=MAX_BODY,
    )
    def announce(self, code, **_query):
        connection, keys = request.env["finance.connection"].sudo()._of_hook(code)
        notices = request.env["finance.notice"].sudo()
        # first the signature: what is not signed is not even parsed
        if not (self._is_signed(*keys) and connection):
            notices._note_refusal(connection, "unauthorized")
            return self._answer(401, "unauthorized")
        if notices._is_too_many(connection):
            return self._answer(429, "too_many", {"Retry-After": "60"})
        event, number = self._read()
        if not event:
            notices._note_refusal(connection, "bad_request")
            return self._answer(400, "bad_request")
        if not notices._take(connection, request.httprequest.headers.get("X-Nonce"), event, number):
            notices._note_refusal(connection, "replay")
            return self._answer(409, "replay")
        return self._answer(200)

    def _read(self):
        """(number of the event, number of the document or ""), both "" if this is no announcement."""
        payload = self._payload()
        if payload is None:
            return "", ""
        event, number = payload.get("event_id"), payload.get("number", "")
        if isinstance(event, int) and not isinstance(event, bool):
            event = str(event)
        good = all(isinstance(text, str) and len(text) <= LONGEST and "\0" not in text for text in (event, number))
        return (event.strip(), number.strip()) if good else ("", "")
