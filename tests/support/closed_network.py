"""Odoo's start script in a house without a telephone: every attempt to reach another machine is written down and refused.

The file named by ``CRM_SUITE_CALLS`` gets a line ``address`` an attempt. PostgreSQL is not touched: its client is no Python.
"""

import os
import socket
import sys

sys.path.pop(0)
LOOPBACK = ("127.", "::1", "localhost")


def outside(host):
    host = host.decode() if isinstance(host, bytes) else host
    return bool(host) and not str(host).startswith(LOOPBACK) and host not in ("0.0.0.0", "::")


def refuse(host):
    with open(os.environ["CRM_SUITE_CALLS"], "a") as stream:
        stream.write(f"{host}\n")
    raise OSError(f"no way out to {host}")


def closed(original, address_at):
    def call(*arguments, **options):
        address = arguments[address_at] if len(arguments) > address_at else None
        host = address[0] if isinstance(address, tuple) else address
        # a path is a socket of this machine
        if host is not None and not str(host).startswith("/") and outside(host):
            refuse(host)
        return original(*arguments, **options)

    return call


for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, closed(getattr(socket.socket, name), 1))
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, closed(getattr(socket, name), 0))

if __name__ == "__main__":
    import odoo.cli

    odoo.cli.main()
