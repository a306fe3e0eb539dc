"""The HTTP side that the simulators share: control routes, faults, call log. 127.0.0.1 only."""

import argparse
import json
import os
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs

from . import faults
from .control import OrderRefused


class Reply(NamedTuple):
    """What a call gives: text of the answer, outcome for the call log, business number, status."""

    text: str
    outcome: str
    number: str | None = None
    status: int = 200


NOT_RUN = Reply("", "not run")


class Meter:
    """Calls of the last minute."""

    def __init__(self):
        self._lock = threading.Lock()
        self._moments = []

    def over(self, limit):
        """True if one more call is more than ``limit`` a minute (0: no limit); counts it otherwise."""
        now = time.monotonic()
        with self._lock:
            self._moments = [moment for moment in self._moments if now - moment < 60]
            if limit and len(self._moments) >= limit:
                return True
            if limit:
                self._moments.append(now)
        return False

    def clear(self):
        """Begin a new minute."""
        with self._lock:
            self._moments.clear()


class BooksServer(ThreadingHTTPServer):
    """A server with ``store``, ``faults``, ``business`` and ``control``, set by the product."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, handler):
        self.meter = Meter()
        super().__init__(("127.0.0.1", port), handler)

    def handle_error(self, request, client_address):
        """A client that went away is no news."""


class BooksHandler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1 with keep-alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    mime = "application/json"
    nothing_done = faults.NOTHING_DONE
    maybe_done = faults.MAYBE_DONE

    def log_message(self, *arguments):
        """Silent: the call log is in the books."""

    def finish(self):
        try:
            super().finish()
        finally:
            self.server.store.close()

    # ------------------------------------------------------------------ control

    def body(self):
        """The bytes of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def look(self, path):
        """Answer a GET of ``/_sim/``; false if the path is none of it."""
        if path not in ("/_sim/ledger", "/_sim/calls"):
            return False
        if not self.local_host():
            self.send(403, "text/plain", "forbidden")
        elif path == "/_sim/ledger":
            self.send_json(self.server.control.ledger())
        else:
            self.send_json(self.server.store.calls())
        return True

    def order(self, name, raw):
        """Carry out a POST to ``/_sim/<name>``."""
        form = "x-www-form-urlencoded" in (self.headers.get("Content-Type") or "")
        if not self.local_host():
            self.send(403, "text/plain", "forbidden")
            return
        try:
            text = raw.decode("utf-8")
            if form:
                values = {key: found[0] for key, found in parse_qs(text).items()}
            else:
                values = json.loads(text or "{}")
            answer = self.server.control.act(name, values)
        except OrderRefused as refusal:
            self.send(409, "text/plain", str(refusal))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.send(400, "text/plain", f"{type(error).__name__}: {error}")
        else:
            if form:
                self.send(303, "text/plain", "", {"Location": "/"})
            else:
                self.send_json(answer)

    def local_host(self):
        """True if the request names this machine, so that no foreign page gives orders."""
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        return host in ("127.0.0.1", "localhost")

    # ------------------------------------------------------------------ calls

    def answer(self, call, fault, run, bend, headers=None):
        """Run a call, or not, and answer it, or not, as the fault says.

        :param call: id in the call log.
        :param run: does the call; gives a :class:`Reply`.
        :param bend: ``(status, mime, text, headers)`` for ``(fault, reply)``.
        """
        kind = fault.get("kind", "")
        store = self.server.store
        headers = {} if headers is None else headers  # the call may still fill it
        if kind == "late_commit":
            store.end_call(call, "fault:late_commit")
            threading.Thread(target=self._late, args=(call, fault, run), daemon=True).start()
            self._drop()
            return
        skipped = kind in self.nothing_done or (kind in self.maybe_done and not fault.get("commit"))
        reply = NOT_RUN if skipped else run()
        store.end_call(call, f"fault:{kind} ({reply.outcome})" if kind else reply.outcome, reply.number)
        if kind in ("drop_before_commit", "drop_after_commit"):
            self._drop()
        elif kind == "reset":
            self._tear()
        elif kind == "hang":
            threading.Event().wait(float(fault.get("seconds", 600)))
            self._drop()
        elif kind == "short_body":
            body = reply.text.encode("utf-8")
            self.send_raw(reply.status, self.mime, body[: len(body) // 2], headers, len(body))
            self._drop()
        elif kind == "drip":
            self._drip(reply, float(fault.get("seconds", 1)))
        elif kind == "wrong_charset":
            self.send_raw(reply.status, self.mime, reply.text.encode("gbk", "replace"), headers)
        else:
            if kind == "delay":
                time.sleep(float(fault.get("seconds", 1)))
            status, mime, text, more = bend(fault, reply)
            self.send(status, mime, text, {**headers, **more})

    def too_many(self, call, limit):
        """Answer 429 and give true if there are more than ``limit`` calls a minute."""
        if not self.server.meter.over(limit):
            return False
        self.server.store.end_call(call, "too many")
        self.send(429, "text/plain", "Too Many Requests", {"Retry-After": "60"})
        return True

    def _late(self, call, fault, run):
        time.sleep(float(fault.get("seconds", 1)))
        reply = run()
        self.server.store.end_call(call, f"fault:late_commit ({reply.outcome})", reply.number)
        self.server.store.close()

    # ------------------------------------------------------------------ sending

    def send_json(self, data):
        """200 with JSON."""
        self.send(200, "application/json", json.dumps(data, ensure_ascii=False))

    def send(self, status, mime, text, headers=None):
        """An answer in UTF-8."""
        self.send_raw(status, f"{mime}; charset=utf-8", text.encode("utf-8"), headers or {})

    def send_raw(self, status, mime, body, headers, length=None):
        """An answer as bytes; ``length`` may lie."""
        self.send_response(status)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, reply, seconds):
        body = reply.text.encode("utf-8")
        self.send_raw(reply.status, self.mime, b"", {}, len(body))
        for byte in body:
            time.sleep(seconds)
            self.wfile.write(bytes([byte]))

    def _drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _tear(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def serve(make, description, port, arguments=None):
    """Command line entry of a simulator; prints ``READY <port>`` when it listens.

    :param make: ``server(port, ledger)``.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=port, help="0 takes a free one")
    parser.add_argument("--ledger", required=True, help="SQLite file of the books")
    options = parser.parse_args(arguments)
    server = make(options.port, options.ledger)
    print(f"READY {server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
