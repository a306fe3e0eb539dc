"""Secrets of connections, and the networks a server may talk to: both come from the server's environment alone.

A database, a dump or a copy of it holds only ciphertext; who can write the database still cannot name a network.

``CRM_FINANCE_KEY``          Fernet keys (32 bytes, url-safe base64), comma-separated, or the path of a file that holds them
                             (container secrets); the first key encrypts, all decrypt, so that a key is changed by
                             putting the new one in front
``CRM_FINANCE_ONPREM_CIDR``  CIDRs, comma-separated, of private networks an ERP on the premises may live in
"""

import ipaddress
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY = "CRM_FINANCE_KEY"
NETWORKS = "CRM_FINANCE_ONPREM_CIDR"


class VaultError(Exception):
    """``code``: ``no_key`` (none given), ``bad_key`` (malformed), ``unreadable`` (encrypted with another key)."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def encrypt(text):
    """Ciphertext of ``text`` as ASCII text."""
    return _box().encrypt(text.encode()).decode()


def decrypt(token):
    """Clear text of what :func:`encrypt` gave."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        raise VaultError("unreadable") from None


def check():
    """Raises :class:`VaultError` if there is no key, or none that can be used."""
    _box()


def hint(text):
    """What people may see of a secret: its last four characters, and none of a short one."""
    return "••••" + (text[-4:] if len(text) >= 16 else "")


def allowed_networks():
    """Tuple of CIDR texts; malformed ones are left out, which only ever forbids more."""
    networks = []
    for part in os.environ.get(NETWORKS, "").split(","):
        try:
            networks.append(str(ipaddress.ip_network(part.strip())))
        except ValueError:
            continue
    return tuple(networks)


def _box():
    text = os.environ.get(KEY, "")
    # no key holds a slash
    if "/" in text:
        try:
            text = Path(text).read_text(encoding="ascii")
        except (OSError, UnicodeError):
            raise VaultError("no_key") from None
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        raise VaultError("no_key")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise VaultError("bad_key") from None
