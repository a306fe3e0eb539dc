"""Signatures of Kingdee Cloud Galaxy (金蝶云星空): pure functions of their arguments.

Sources: Kingdee WebAPI per-request signature (as sent by the official client library 8.2) and
``AuthService.LoginBySign``. The constant below is the protocol's fixed mask for the second half of
the application id; it protects nothing and is the same for every customer.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import quote

_MASK = b"0054f397c6234378b09ca7d3e5debce7"
SIGN_ALGORITHMS = ("sha256", "sha1")


@dataclass(frozen=True)
class KingdeeCredentials:
    """Access to one account set. The secret is kept out of ``repr``.

    :param acct_id: id of the account set (账套, "data centre id").
    :param app_id: application id of the authorised application, normally ``<client>_<32 chars>``.
    :param lcid: language of messages, 2052 = simplified Chinese.
    :param org_number: login organisation, empty = the user's default.
    :param sign_algorithm: ``sha256``; ``sha1`` for servers older than 8.0.0.202205.
    """

    acct_id: str
    user_name: str
    app_id: str
    app_secret: str = field(repr=False)
    lcid: int = 2052
    org_number: str = ""
    sign_algorithm: str = "sha256"

    def __post_init__(self):
        for name in ("acct_id", "user_name", "app_id", "app_secret"):
            value = getattr(self, name)
            if not value or any(ord(c) < 32 for c in value):
                raise ValueError(f"credential {name} is empty or holds control characters")
        if not self.app_id.isascii():
            raise ValueError("credential app_id must be ASCII")
        if self.sign_algorithm not in SIGN_ALGORITHMS:
            raise ValueError("sign_algorithm must be sha256 or sha1")


def decode_app_secret(text):
    """Client secret hidden in the second half of the application id; "" if it has no such form."""
    if len(text) != 32:
        return ""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    if len(raw) != 24:
        return ""
    return base64.b64encode(bytes(a ^ b for a, b in zip(raw, _MASK, strict=False))).decode("ascii")


def split_app_id(app_id):
    """``(client id, client secret)``; two empty texts unless the id has exactly two parts."""
    parts = app_id.split("_")
    if len(parts) != 2:
        return "", ""
    return parts[0], decode_app_secret(parts[1])


def hex_hmac_base64(key, text):
    """Base64 of the 64 lower-case hex characters of HMAC-SHA256 (not of the digest bytes)."""
    digest = hmac.new(key.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hexdigest()
    return base64.b64encode(digest.encode("ascii")).decode("ascii")


def gateway_signature(client_secret, path, timestamp, nonce):
    """``X-Api-Signature`` of a POST to ``path`` (an absolute path without host)."""
    text = f"POST\n{quote(path, safe='')}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{timestamp}\n"
    return hex_hmac_base64(client_secret, text)


def app_data(credentials):
    """Plain text behind ``X-Kd-Appdata``: account, user, language, organisation."""
    return ",".join(
        (
            credentials.acct_id,
            credentials.user_name,
            str(credentials.lcid),
            str(credentials.org_number or 0),
        )
    )


def signed_headers(credentials, path, timestamp, nonce=None):
    """All headers of one signed request. ``timestamp`` is text, seconds (milliseconds also pass).

    The body is not part of the signature and ``X-Kd-Signature`` never changes: TLS protects both.
    """
    nonce = nonce or timestamp
    client_id, client_secret = split_app_id(credentials.app_id)
    data = app_data(credentials)
    return {
        "X-Api-ClientID": client_id,
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": timestamp,
        "x-api-nonce": nonce,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": gateway_signature(client_secret, path, timestamp, nonce),
        "X-Kd-Appkey": credentials.app_id,
        "X-Kd-Appdata": base64.b64encode(data.encode("utf-8")).decode("ascii"),
        "X-Kd-Signature": hex_hmac_base64(credentials.app_secret, credentials.app_id + data),
    }


def login_signature(credentials, timestamp):
    """``sign`` of LoginBySign: hash of the five texts in ordinal order; ``timestamp`` in seconds.

    "Ordinal" compares UTF-16 code units, as the server's runtime does.
    """
    parts = (
        credentials.acct_id,
        credentials.user_name,
        credentials.app_id,
        credentials.app_secret,
        timestamp,
    )
    text = "".join(sorted(parts, key=lambda part: part.encode("utf-16-be")))
    return hashlib.new(credentials.sign_algorithm, text.encode("utf-8")).hexdigest()
