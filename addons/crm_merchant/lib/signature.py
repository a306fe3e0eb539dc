"""Signatures of requests that another system sends us: HMAC-SHA256 over time, nonce and body.

The three parts are joined by line feeds, which neither of the first two can hold, so that no part can lend characters
to its neighbour. Anything whose clock is more than :data:`WINDOW` seconds away is refused, so a nonce has to be
remembered no longer than that.
"""

import hashlib
import hmac
import re

WINDOW = 300
_TIME = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def sign(key, timestamp, nonce, body):
    """Give the signature in hexadecimal digits.

    ``key``: text. ``timestamp``: seconds since 1970 as text. ``nonce``: 8 to 64 letters, digits, ``-`` and ``_``, new for
    each request. ``body``: bytes as sent.
    """
    text = f"{timestamp}\n{nonce}\n".encode() + body
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def is_signed(key, timestamp, nonce, signature, body, now):
    """Tell whether a request is signed with ``key`` and not too old or too new; ``now`` in seconds since 1970.

    Takes the same time for every wrong signature; never raises.
    """
    if not _TIME.fullmatch(timestamp or "") or not _NONCE.fullmatch(nonce or ""):
        return False
    expected = sign(key, timestamp, nonce, body)
    given = (signature or "").removeprefix("sha256=").lower().encode()
    return hmac.compare_digest(expected.encode(), given) and abs(now - int(timestamp)) <= WINDOW
