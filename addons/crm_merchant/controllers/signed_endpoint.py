import json
import time

from odoo.http import request

from ..lib.signature import is_signed


class SignedEndpoint:
    """What is alike wherever another system knocks with a signature: who it is, what it sent, what it is told."""

    def _is_signed(self, *keys):
        """Whether the call is signed with one of ``keys``; all of them are tried, so that the time tells nothing."""
        headers = request.httprequest.headers
        signature = headers.get("X-Timestamp"), headers.get("X-Nonce"), headers.get("X-Signature")
        body = request.httprequest.get_data()
        return any([is_signed(key, *signature, body, time.time()) for key in keys])

    def _payload(self):
        """The JSON object that was sent, None if it is none."""
        try:
            payload = json.loads(request.httprequest.get_data())
        except (ValueError, RecursionError):
            return None
        return payload if isinstance(payload, dict) else None

    def _answer(self, status, error="", headers=None):
        answer = {"ok": False, "error": error} if error else {"ok": True}
        return request.make_json_response(answer, headers=headers, status=status)
