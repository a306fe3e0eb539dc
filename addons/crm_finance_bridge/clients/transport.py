"""One HTTP call, with every way to fail told apart.

Built on the standard library's HTTP parser rather than on a session library because three things
must be exact here: which address is dialled, whether a byte went out, and when the whole call ends.

Rules (security notes on SSRF; reliability notes on not sent / unknown, F8-F10):

* https only; http is accepted only if every address of the host lies in an allowed network;
* the name is resolved once per call, every address is judged, and the judged address is dialled;
* loopback, private, shared and reserved addresses need an explicit network; link-local, multicast
  and unspecified ones are refused always (cloud metadata services live there);
* no redirect is followed, no proxy variable is read, TLS is verified against the real host name;
* one deadline covers name, connection, TLS, sending and reading, however slowly bytes drip;
* bodies above the cap and compressed bodies are not read;
* nothing is logged here, and no error text holds a body, a header or a query.
"""

import http.client
import io
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from requests.certs import where as ca_bundle

from .errors import EndpointRefused, NotSent, Rejected, Unknown

MAX_BODY = 5 * 1024 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# HTTP answers which say for certain that the application did not process the request.
_REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415, 421, 426, 431})


@dataclass(frozen=True)
class HttpReply:
    """A 2xx answer (or a SOAP fault): status, header pairs in order, decoded text (kept out of ``repr``)."""

    status: int
    headers: tuple
    text: str

    def __repr__(self):
        return f"HttpReply(status={self.status}, {len(self.text)} characters)"

    def header_values(self, name):
        """All values of one header, which may come several times (``Set-Cookie``)."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def load_json(text):
    """Parse JSON exactly: fractions become Decimal, whole numbers int, NaN is refused.

    Raises :class:`Unknown` if the text is no JSON.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unknown("the reply is no readable JSON", reason="json") from None


def _no_constant(name):
    raise ValueError(name)


class _DeadlineReader(io.RawIOBase):
    """Raw reading end of a socket which never waits past the deadline."""

    def __init__(self, wire):
        self._wire = wire

    def readable(self):
        return True

    def readinto(self, buffer):
        self._wire.arm()
        return self._wire.sock.recv_into(buffer)


class _Wire:
    """The part of a socket that ``http.client`` uses, under one deadline."""

    def __init__(self, sock, deadline, idle):
        self.sock = sock
        self._deadline = deadline
        self._idle = idle

    def arm(self):
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(min(left, self._idle))

    def sendall(self, data):
        self.arm()
        self.sock.sendall(data)

    def makefile(self, mode):
        return io.BufferedReader(_DeadlineReader(self))

    def close(self):
        """Nothing: the parser closes early, while the body is still read; the caller closes."""


class HttpTransport:
    """Calls one base address: POST of JSON or XML, GET.

    :param base_url: e.g. ``https://erp.example.com/k3cloud/``; no user, query or fragment.
    :param allow_private_networks: CIDR texts that the operator named in the server's settings.
    :param connect_timeout: seconds for name, TCP and TLS together.
    :param read_timeout: seconds without a byte while reading.
    :param total_timeout: seconds for the whole call.
    :param ca_file: PEM file for a private certificate authority; default is requests' bundle.
    :param pace: called before each call; returns when this call's turn has come.
    :param resolver: replaces ``socket.getaddrinfo`` in tests.
    """

    def __init__(
        self,
        base_url,
        allow_private_networks=(),
        *,
        connect_timeout=9.0,
        read_timeout=30.0,
        total_timeout=60.0,
        max_body=MAX_BODY,
        ca_file=None,
        pace=None,
        resolver=None,
    ):
        try:
            parts = urlsplit(base_url.strip())
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii")
            self._networks = tuple(ipaddress.ip_network(n) for n in allow_private_networks)
        except (ValueError, UnicodeError):
            raise EndpointRefused("the address or a network is malformed", reason="url") from None
        if parts.scheme not in ("http", "https"):
            raise EndpointRefused("only https addresses are allowed", reason="scheme")
        extras = parts.username or parts.password or parts.query or parts.fragment
        if not host or extras or not re.fullmatch(r"[!-~]*", parts.path):
            raise EndpointRefused("the address must be scheme, host and path only", reason="url")
        self._tls = parts.scheme == "https"
        self._host = host
        self._port = port or (443 if self._tls else 80)
        self.base_path = parts.path.rstrip("/") + "/"
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout
        self._max_body = max_body
        self._ca_file = ca_file
        self._pace = pace
        self._resolver = resolver or socket.getaddrinfo

    @property
    def origin(self):
        """Scheme, host, port and base path: what the address names."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self._port}{self.base_path}"

    def path_of(self, name):
        """Absolute path of a service below the base address (what a signature covers)."""
        return self.base_path + name

    def post_json(self, path, payload, headers):
        """Send ``payload`` as UTF-8 JSON and return the :class:`HttpReply` of a 2xx answer.

        Raises :class:`NotSent`, :class:`EndpointRefused`, :class:`Unknown`, or
        :class:`Rejected` for a bare HTTP refusal (4xx).
        """
        body = json.dumps(payload, ensure_ascii=False, allow_nan=False).encode("utf-8")
        fixed = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))}
        return self._call("POST", path, body, {**fixed, **headers})

    def post_xml(self, path, body, headers):
        """Send bytes of XML; as :meth:`post_json`, but an HTTP 500 that holds XML is given back.

        SOAP 1.1 sends its faults with status 500 (section 6.2), so the caller must look at ``status``.
        """
        fixed = {"Content-Type": "text/xml; charset=utf-8", "Content-Length": str(len(body)), "Accept": "text/xml"}
        return self._call("POST", path, body, {**fixed, **headers}, fault_status=500)

    def get(self, path, headers):
        """Read ``path`` (with its query) and return the :class:`HttpReply` of a 2xx answer; raises the same."""
        return self._call("GET", path, None, headers)

    def _call(self, method, path, body, headers, fault_status=None):
        if self._pace:
            self._pace()
        deadline = time.monotonic() + self._total_timeout
        sock = self._connect(deadline)
        try:
            wire = _Wire(sock, deadline, self._read_timeout)
            return self._exchange(wire, method, path, body, headers, fault_status)
        except TimeoutError:
            raise Unknown("no full reply within the time limit", reason="read_timeout") from None
        except http.client.RemoteDisconnected:
            raise Unknown("the connection was closed without a reply", reason="reset") from None
        except (http.client.HTTPException, OSError):
            raise Unknown("the connection broke during the call", reason="reset") from None
        finally:
            sock.close()

    # ------------------------------------------------------------------ before the first byte

    def _connect(self, deadline):
        limit = min(deadline, time.monotonic() + self._connect_timeout)
        failure = None
        for family, address in self._judged_addresses(limit):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self._left(limit))
                sock.connect(address)
                sock.settimeout(self._left(limit))
                return self._wrap(sock)
            except ssl.SSLError:
                failure = NotSent("TLS could not be agreed or verified", reason="tls")
            except TimeoutError:
                failure = NotSent("the server could not be reached in time", reason="connect")
            except OSError:
                failure = NotSent("the server refused the connection", reason="connect")
            sock.close()
        raise failure

    @staticmethod
    def _left(limit):
        left = limit - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _wrap(self, sock):
        if not self._tls:
            return sock
        context = ssl.create_default_context(cafile=self._ca_file or ca_bundle())
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context.wrap_socket(sock, server_hostname=self._host)

    def _judged_addresses(self, limit):
        """All addresses of the host, refused as a whole if a single one is forbidden."""
        found = []
        for family, _type, _proto, _name, address in self._resolve(limit):
            if family not in (socket.AF_INET, socket.AF_INET6):
                continue
            ip = ipaddress.ip_address(address[0].split("%")[0])
            if not self._allowed(ip):
                raise EndpointRefused("the host lies in a network that is not allowed", reason="private_address")
            if (family, address) not in found:
                found.append((family, address))
        if not found:
            raise NotSent("the host name has no address", reason="dns")
        return found

    def _resolve(self, limit):
        """Resolve in a helper thread, because the system's resolver knows no deadline."""
        answer = []

        def ask():
            try:
                answer.append(self._resolver(self._host, self._port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError):
                answer.append(())

        helper = threading.Thread(target=ask, daemon=True)
        helper.start()
        helper.join(max(0.0, limit - time.monotonic()))
        if not answer or not answer[0]:
            raise NotSent("the host name could not be resolved", reason="dns")
        return answer[0]

    def _allowed(self, ip):
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            return False
        if any(ip in network for network in self._networks):
            return True
        if not self._tls:
            return False
        tunnelled = ip.version == 6 and (ip.sixtofour or ip.teredo or ip in _NAT64)
        return ip.is_global and not tunnelled

    # ------------------------------------------------------------------ after the first byte

    def _exchange(self, wire, method, path, body, headers, fault_status):
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.sock = wire
        connection.putrequest(method, path, skip_accept_encoding=True)
        fixed = {
            "Accept": "application/json",
            "Accept-Charset": "utf-8",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        for name, value in {**fixed, **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        status = response.status
        is_xml = "xml" in (response.getheader("Content-Type") or "").lower()
        if status != fault_status or not is_xml:
            self._judge_status(status, response.getheader("Retry-After"))
        if (response.getheader("Content-Encoding") or "identity").lower() != "identity":
            raise Unknown("the reply is compressed though we refused that", reason="encoding")
        data = self._read_capped(response)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unknown("the reply is not UTF-8", reason="charset") from None
        return HttpReply(status, tuple(response.getheaders()), text)

    def _read_capped(self, response):
        chunks, size = [], 0
        while chunk := response.read(65536):
            size += len(chunk)
            if size > self._max_body:
                raise Unknown("the reply is larger than allowed", reason="too_large")
            chunks.append(chunk)
        if response.length:
            raise Unknown("the reply broke off before its end", reason="truncated")
        return b"".join(chunks)

    @staticmethod
    def _judge_status(status, retry_after):
        if 200 <= status < 300:
            return
        wait = int(retry_after) if retry_after and retry_after.isdecimal() else None
        if 300 <= status < 400:
            raise Unknown("the server answered with a redirect", reason="redirect")
        if status == 429:
            raise Rejected("the server asks to slow down", reason="http_429", retryable=True, retry_after=wait)
        if status in _REFUSALS:
            raise Rejected(f"the server refused with HTTP {status}", reason=f"http_{status}")
        raise Unknown(f"the server failed with HTTP {status}", reason=f"http_{status}", retry_after=wait)
