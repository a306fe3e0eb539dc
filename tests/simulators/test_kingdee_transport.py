"""Every way a call can fail, against raw sockets on the loopback."""

import contextlib
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from decimal import Decimal

import pytest

LOOPBACK = ("127.0.0.0/8",)
OK = b'{"a":1}'


def reply(body=OK, status="200 OK", extra=""):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def _whole(data):
    """True once head and body are there; unread bytes would turn a close into a reset."""
    head, found, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return bool(found) and len(body) >= int(length.group(1) if length else 0)


@contextlib.contextmanager
def server(handle):
    """A socket that hands each connection, its request read, to ``handle(connection)``."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    seen = []

    def serve():
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                data = b""
                with contextlib.suppress(OSError):
                    while not _whole(data):
                        chunk = connection.recv(65536)
                        if not chunk:
                            raise OSError
                        data += chunk
                    seen.append(data)
                    handle(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/k3cloud", seen
    finally:
        stop.set()
        listener.close()


@pytest.fixture
def make(clients):
    def build(url, **options):
        options.setdefault("allow_private_networks", LOOPBACK)
        options.setdefault("total_timeout", 1.0)
        return clients("transport").HttpTransport(url, **options)

    return build


@pytest.fixture
def errors(clients):
    return clients("errors")


def answers(data):
    return lambda connection: connection.sendall(data)


def test_good_reply(make, clients):
    body = '{"金额":113.10,"n":7}'.encode()
    with server(answers(reply(body, extra="Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"))) as (
        url,
        seen,
    ):
        found = make(url).post_json("/k3cloud/x", {"名": "值"}, {"X-One": "1"})
    assert clients("transport").load_json(found.text) == {"金额": Decimal("113.10"), "n": 7}
    assert found.header_values("set-cookie") == ["a=1", "b=2"]
    assert seen[0].startswith(b"POST /k3cloud/x HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"X-One: 1" in seen[0]
    assert "金额" not in repr(found)


def test_get_sends_a_query_and_no_body(make, errors):
    with server(answers(reply())) as (url, seen):
        assert make(url).get("/x?name=a%26b&token=t", {}).text == OK.decode()
    assert seen[0].startswith(b"GET /x?name=a%26b&token=t HTTP/1.1\r\n")
    assert b"Content-" not in seen[0]
    assert seen[0].endswith(b"\r\n\r\n")
    redirect = reply(status="302 Found", extra="Location: http://127.0.0.1:1/\r\n")
    with server(answers(redirect)) as (url, _), pytest.raises(errors.Unknown):
        make(url).get("/x", {})


def test_a_reply_that_closes_the_connection_is_read_to_its_end(make):
    for data in (
        reply(extra="Connection: close\r\n"),
        b"HTTP/1.1 200 OK\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n" + OK + b"\r\n0\r\n\r\n",
    ):
        with server(answers(data)) as (url, _):
            assert make(url).post_json("/x", {}, {}).text == OK.decode()


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", "Unknown", "reset"),
        (b"nonsense\r\n\r\n", "Unknown", "reset"),
        (
            reply(status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"),
            "Unknown",
            "redirect",
        ),
        (reply(status="502 Bad Gateway"), "Unknown", "http_502"),
        (reply(status="519 Gateway"), "Unknown", "http_519"),
        (reply(status="408 Request Timeout"), "Unknown", "http_408"),
        (reply(status="404 Not Found"), "Rejected", "http_404"),
        (reply(status="401 Unauthorized"), "Rejected", "http_401"),
        (reply(b"x" * 3000), "Unknown", "too_large"),
        (reply()[:-2], "Unknown", "truncated"),
        (reply("客户".encode("gbk")), "Unknown", "charset"),
        (reply(extra="Content-Encoding: gzip\r\n"), "Unknown", "encoding"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "Unknown", "reset"),
    ],
)
def test_bad_replies_are_sorted(make, errors, data, kind, reason):
    with server(answers(data)) as (url, _), pytest.raises(getattr(errors, kind)) as caught:
        make(url, max_body=2000).post_json("/x", {}, {})
    assert caught.value.reason == reason


def test_slow_down_is_retryable_and_tells_the_wait(make, errors):
    data = reply(status="429 Too Many", extra="Retry-After: 30\r\n")
    with server(answers(data)) as (url, _), pytest.raises(errors.Rejected) as caught:
        make(url).post_json("/x", {}, {})
    assert caught.value.next_action == errors.RETRY
    assert caught.value.retry_after == 30


def test_redirect_is_not_followed(make, errors):
    with server(answers(reply())) as (target, seen):
        moved = reply(status="307 Moved", extra=f"Location: {target}\r\n")
        with server(answers(moved)) as (url, _), pytest.raises(errors.Unknown):
            make(url).post_json("/x", {}, {})
    assert seen == []


@pytest.mark.parametrize("where", ["head", "body"])
def test_slow_drip_ends_at_the_deadline(make, errors, where):
    def drip(connection):
        if where == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"H" if where == "head" else b" ")
            time.sleep(0.02)

    with server(drip) as (url, _):
        start = time.monotonic()
        with pytest.raises(errors.Unknown) as caught:
            make(url, total_timeout=0.2).post_json("/x", {}, {})
        assert time.monotonic() - start < 1.0
    assert caught.value.reason == "read_timeout"


def test_silent_server_is_unknown(make, errors):
    hold = threading.Event()
    with server(lambda connection: hold.wait(2)) as (url, _), pytest.raises(errors.Unknown):
        make(url, total_timeout=0.1).post_json("/x", {}, {})
    hold.set()


def test_endless_body_is_cut(make, errors):
    def endless(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    with server(endless) as (url, _), pytest.raises(errors.Unknown) as caught:
        make(url, max_body=100_000, total_timeout=5).post_json("/x", {}, {})
    assert caught.value.reason == "too_large"


def test_refused_connection_was_not_sent(make, errors):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(errors.NotSent) as caught:
        make(f"http://127.0.0.1:{port}/").post_json("/x", {}, {})
    assert caught.value.next_action == errors.RETRY


def test_failing_names_were_not_sent(make, errors):
    def fails(*_arguments, **_options):
        raise socket.gaierror("no such name")

    with pytest.raises(errors.NotSent) as caught:
        make("https://erp.example.test/", resolver=fails).post_json("/x", {}, {})
    assert caught.value.reason == "dns"


def test_a_resolver_that_hangs_is_left_behind(make, errors):
    hold = threading.Event()
    slow = make("https://erp.example.test/", resolver=lambda *a, **k: hold.wait(5), connect_timeout=0.05)
    with pytest.raises(errors.NotSent):
        slow.post_json("/x", {}, {})
    hold.set()


def test_a_server_without_tls_was_not_sent(make, errors):
    with server(answers(b"")) as (url, _), pytest.raises(errors.NotSent) as caught:
        make(url.replace("http:", "https:"), connect_timeout=0.5).post_json("/x", {}, {})
    assert caught.value.reason in ("tls", "connect")


def test_certificates_are_verified(make, errors, monkeypatch, clients):
    asked = []

    class Context:
        minimum_version = None

        def wrap_socket(self, sock, server_hostname):
            asked.append(server_hostname)
            raise ssl.SSLCertVerificationError("self-signed")

    monkeypatch.setattr(ssl, "create_default_context", lambda cafile: Context())
    with server(answers(b"")) as (url, _):
        port = url.split(":")[2].split("/")[0]
        pinned = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]
        call = make(f"https://erp.example.test:{port}/", resolver=lambda *a, **k: pinned)
        with pytest.raises(errors.NotSent) as caught:
            call.post_json("/x", {}, {})
    assert caught.value.reason == "tls"
    assert asked == ["erp.example.test"]


def resolver_of(*addresses):
    def resolve(_host, port, **_options):
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port, 0, 0) if ":" in one else (one, port),
            )
            for one in addresses
        ]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "172.16.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
    ],
)
def test_inner_addresses_are_refused(make, errors, address):
    resolver = resolver_of("93.184.216.34", address)
    call = make("https://erp.example.test/", allow_private_networks=(), resolver=resolver)
    with pytest.raises(errors.EndpointRefused) as caught:
        call.post_json("/x", {}, {})
    assert caught.value.reason == "private_address"
    assert caught.value.next_action == errors.STOP


def test_metadata_address_is_refused_even_if_its_network_is_named(make, errors):
    call = make(
        "http://erp.example.test/",
        allow_private_networks=("0.0.0.0/0",),
        resolver=resolver_of("169.254.169.254"),
    )
    with pytest.raises(errors.EndpointRefused):
        call.post_json("/x", {}, {})


def test_mapped_addresses_are_judged_as_what_they_stand_for(make):
    allowed = make("https://erp.example.test/", allow_private_networks=("10.0.0.0/8", "::/0"))
    ip = ipaddress.ip_address
    assert allowed._allowed(ip("::ffff:10.0.0.1"))
    assert not allowed._allowed(ip("::ffff:169.254.169.254"))
    assert not allowed._allowed(ip("::ffff:192.168.0.1"))


def test_plain_http_needs_a_named_network(make, errors):
    call = make(
        "http://erp.example.test/",
        allow_private_networks=("10.0.0.0/8",),
        resolver=resolver_of("93.184.216.34"),
    )
    with pytest.raises(errors.EndpointRefused):
        call.post_json("/x", {}, {})


def test_the_judged_address_is_dialled(make):
    """A name that points elsewhere the second time it is asked changes nothing."""
    with server(answers(reply())) as (url, seen):
        port = int(url.split(":")[2].split("/")[0])
        asked = []

        def rebinding(_host, _port, **_options):
            asked.append(1)
            good = ("127.0.0.1", port) if len(asked) == 1 else ("10.0.0.1", port)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", good)]

        make(f"http://erp.example.test:{port}/", resolver=rebinding).post_json("/x", {}, {})
    assert len(asked) == 1
    assert b"Host: erp.example.test" in seen[0]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://erp.example.test/",
        "file:///etc/passwd",
        "https://user:pw@erp.example.test/",
        "https://erp.example.test/?a=1",
        "https:///x",
        "https://erp.example.test:99999/",
        "https://erp.example.test/a b\r\nX: y",
    ],
)
def test_odd_addresses_are_refused(make, errors, url):
    with pytest.raises(errors.EndpointRefused):
        make(url)


def test_proxy_variables_are_ignored(make, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with server(answers(reply())) as (url, seen):
        assert make(url).post_json("/x", {}, {}).status == 200
    assert seen


@pytest.mark.parametrize("text", ["{", "NaN", '{"a":Infinity}', "[" * 100_000, ""])
def test_unreadable_json_is_unknown(clients, errors, text):
    with pytest.raises(errors.Unknown):
        clients("transport").load_json(text)


def test_errors_do_not_tell_the_request(make, errors):
    with server(answers(b"")) as (url, _), pytest.raises(errors.Unknown) as caught:
        make(url).post_json("/x", {"s": "geheim-body"}, {"X-Key": "geheim-head"})
    shown = f"{caught.value!r} {caught.value.summary} {json.dumps(caught.value.args)}"
    assert "geheim" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
