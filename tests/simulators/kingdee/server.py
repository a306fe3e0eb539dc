"""The HTTP side: routes, faults, call log. Listens on 127.0.0.1 only.

``python -m kingdee.server --port 8090 --ledger books.db``; prints ``READY <port>`` when it listens.
"""

import argparse
import json
import re
import socket
import threading
import time
from http import cookies as http_cookies
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import page, wire
from .auth import SESSION_COOKIE, Authority
from .business import Business
from .control import Control
from .faults import Faults, bend
from .reading import Reading, Refusal, form_of
from .store import Store

_SERVICE = re.compile(r"^/k3cloud/(?:[\w.]+\.)?(\w+)\.(\w+)\.common\.kdsvc$", re.IGNORECASE)
_WRITES = frozenset(
    {
        "save",
        "draft",
        "submit",
        "audit",
        "unaudit",
        "cancelassign",
        "delete",
        "excuteoperation",
        "executeoperation",
    }
)
# Faults which leave the books alone, and those which do so unless told ``commit``.
_NOTHING_DONE = frozenset({"drop_before_commit", "refuse", "lost_session", "firewall", "http"})
_MAYBE_DONE = frozenset({"http_502", "html_200", "empty_200", "response_error", "exception", "hang"})


class Simulator(ThreadingHTTPServer):
    """The server with its books, sessions and faults."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, ledger):
        self.store = Store(ledger)
        self.business = Business(self.store)
        self.business.seed()
        self.reading = Reading(self.store)
        self.authority = Authority()
        self.faults = Faults()
        self.control = Control(self)
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request, client_address):
        """A client that went away is no news."""


class Handler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1 with keep-alive."""

    protocol_version = "HTTP/1.1"
    server_version = "Kingdee-Simulator"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        """Silent: the call log is in the books."""

    def finish(self):
        try:
            super().finish()
        finally:
            self.server.store.close()

    # ------------------------------------------------------------------ routes

    def do_GET(self):
        path = urlsplit(self.path).path
        if not self._local_host():
            self._send(403, "text/plain", "forbidden")
        elif path == "/":
            self._send(200, "text/html", page.render(self.server.store))
        elif path == "/_sim/ledger":
            self._send_json(self.server.control.ledger())
        elif path == "/_sim/calls":
            self._send_json(self.server.store.calls())
        else:
            self._send(404, "text/plain", "not found")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        match = _SERVICE.match(path)
        if match:
            self._service(match.group(1), match.group(2), path, raw)
        elif path.startswith("/_sim/"):
            self._control(path[len("/_sim/") :], raw)
        else:
            self._send(404, "text/plain", "not found")

    def _local_host(self):
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        return host in ("127.0.0.1", "localhost")

    def _control(self, name, raw):
        form = "x-www-form-urlencoded" in (self.headers.get("Content-Type") or "")
        if not self._local_host():
            self._send(403, "text/plain", "forbidden")
            return
        try:
            text = raw.decode("utf-8")
            if form:
                values = {key: found[0] for key, found in parse_qs(text).items()}
            else:
                values = json.loads(text or "{}")
            answer = self.server.control.act(name, values)
        except Refusal as refusal:
            self._send(409, "text/plain", "；".join(error[1] for error in refusal.errors))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._send(400, "text/plain", f"{type(error).__name__}: {error}")
        else:
            if form:
                self._send(303, "text/plain", "", {"Location": "/"})
            else:
                self._send_json(answer)

    # ------------------------------------------------------------------ WebAPI

    def _service(self, service, operation, path, raw):
        cookies = http_cookies.SimpleCookie(self.headers.get("Cookie") or "")
        jar = {name: morsel.value for name, morsel in cookies.items()}
        if service.lower() == "authservice":
            self._login(operation, raw)
            return
        try:
            form, data, extra = wire.read_body(raw, self.headers.get("Content-Type") or "")
        except (ValueError, TypeError, IndexError) as error:
            self._send(500, "text/plain", str(error))
            return
        if operation.lower() in wire.QUERIES:
            form = str(data.get("FormId") or "")
        store = self.server.store
        call = store.log_call(operation, str(form), _number_of(data))
        session = self.server.authority.admit(path, self.headers, jar)
        if session is None:
            store.end_call(call, "session lost")
            self._send(200, "application/json", wire.session_lost(operation))
            return
        fault = self.server.faults.take(operation, str(form))
        job = (call, operation, form, data, extra, fault)
        self._answer(job, {"Set-Cookie": f"{SESSION_COOKIE}={session}; path=/; HttpOnly"})

    def _login(self, operation, raw):
        call = self.server.store.log_call(operation, "", "")
        fault = self.server.faults.take(operation, "")
        if fault:
            self._answer((call, operation, "", {}, {}, fault), {})
            return
        if operation.lower() not in ("loginbysign", "loginbysign2"):
            self.server.store.end_call(call, "not offered")
            self._send(200, "application/json", "response_error:不支持的登录方式")
            return
        try:
            reply, session = self.server.authority.login(wire.login_values(raw))
        except (ValueError, AttributeError, TypeError):
            reply, session = {"LoginResultType": -1, "Message": "参数错误"}, None
        self.server.store.end_call(call, "ok" if session else "login refused")
        cookie = {"Set-Cookie": f"{SESSION_COOKIE}={session}; path=/; HttpOnly"} if session else {}
        self._send(200, "application/json", wire.to_json(reply), cookie)

    def _answer(self, job, headers):
        call, operation, _form, _data, _extra, fault = job
        kind = fault.get("kind", "")
        store = self.server.store
        if kind == "late_commit":
            store.end_call(call, "fault:late_commit")
            threading.Thread(target=self._late, args=(job,), daemon=True).start()
            self._drop()
            return
        skipped = kind in _NOTHING_DONE or (kind in _MAYBE_DONE and not fault.get("commit"))
        text, outcome, number = ("", "not run", None) if skipped else self._run(job)
        store.end_call(call, f"fault:{kind} ({outcome})" if kind else outcome, number)
        if kind in ("drop_before_commit", "drop_after_commit"):
            self._drop()
        elif kind == "hang":
            threading.Event().wait(float(fault.get("seconds", 600)))
            self._drop()
        elif kind == "short_body":
            body = text.encode("utf-8")
            self._send_raw(200, "application/json", body[: len(body) // 2], headers, len(body))
            self._drop()
        elif kind == "drip":
            self._drip(text.encode("utf-8"), float(fault.get("seconds", 1)))
        elif kind == "wrong_charset":
            self._send_raw(200, "application/json", text.encode("gbk"), headers)
        else:
            if kind == "delay":
                time.sleep(float(fault.get("seconds", 1)))
            status, mime, text, more = bend(fault, operation, text)
            self._send(status, mime, text, {**headers, **more})

    def _late(self, job):
        time.sleep(float(job[-1].get("seconds", 1)))
        _text, outcome, number = self._run(job)
        self.server.store.end_call(job[0], f"fault:late_commit ({outcome})", number)
        self.server.store.close()

    def _run(self, job):
        """Do the call in one transaction; ``(reply text, outcome, number)``."""
        call, operation, form, data, extra, fault = job
        store = self.server.store
        try:
            with store.transaction():
                reply = self._dispatch(operation.lower(), form, data, extra, fault)
                code = _code_of(reply)
                if operation.lower() in _WRITES and (code == 0 or _some_done(reply)):
                    store.mark_committed(call)
        except Refusal as refusal:
            extra = {"Id": "", "Number": "", "NeedReturnData": [{}]}
            reply = wire.refused(refusal.code, refusal.errors, extra=extra)
            reply, code = wire.for_operation(operation, reply), refusal.code
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reply = wire.refused(4, [("", f"{type(error).__name__}: {error}", 0)])
            reply, code = wire.for_operation(operation, reply), 4
        number = reply["Result"].get("Number") if isinstance(reply, dict) else None
        return wire.to_json(reply), "ok" if code == 0 else f"refused:{code}", number or None

    def _dispatch(self, operation, form_name, data, extra, fault):
        business = self.server.business
        if operation in wire.QUERIES:
            return self.server.reading.query(data, named=operation == "billquery")
        form = form_of(form_name)
        if operation in ("save", "draft"):
            error = fault.get("difference", 1) if fault.get("kind") == "wrong_amount" else 0
            return business.save(form, data, draft=operation == "draft", amount_error=error)
        if operation == "view":
            return self.server.reading.view(form, data)
        if operation in ("excuteoperation", "executeoperation"):
            values = extra.get("parameters") or []
            operation = str(extra.get("opNumber") or (values[1] if len(values) > 2 else ""))
        return business.move(form, operation.lower(), data)

    # ------------------------------------------------------------------ sending

    def _send_json(self, data):
        self._send(200, "application/json", wire.to_json(data))

    def _send(self, status, mime, text, headers=None):
        self._send_raw(status, f"{mime}; charset=utf-8", text.encode("utf-8"), headers or {})

    def _send_raw(self, status, mime, body, headers, length=None):
        self.send_response(status)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, body, seconds):
        self._send_raw(200, "application/json", b"", {}, len(body))
        for byte in body:
            time.sleep(seconds)
            self.wfile.write(bytes([byte]))

    def _drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _number_of(data):
    model = data.get("Model")
    if isinstance(model, dict):
        return str(model.get("FBillNo") or model.get("FNumber") or "")
    numbers = data.get("Numbers") or data.get("Number") or data.get("FilterString") or ""
    return ",".join(map(str, numbers)) if isinstance(numbers, list) else str(numbers)


def _code_of(reply):
    if not isinstance(reply, dict) or "Result" not in reply:
        return 0
    return (reply["Result"].get("ResponseStatus") or {}).get("MsgCode", 0)


def _some_done(reply):
    return bool(reply["Result"]["ResponseStatus"]["SuccessEntitys"])


def main(arguments=None):
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--ledger", required=True, help="SQLite file of the books")
    options = parser.parse_args(arguments)
    server = Simulator(options.port, options.ledger)
    print(f"READY {server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
