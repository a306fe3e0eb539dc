"""Failures on demand, as far as they are the same for every product.

A fault is a mapping: ``kind``, and optionally ``op`` (operation), ``form`` (kind of document),
``times`` (how many matching calls it hits, default 1, 0 = always), ``after`` (how many matching
calls pass first), ``share`` (of the matching calls that it hits by chance, default 1),
and what its kind needs:

=====================  ===========================================================================
drop_before_commit     close the connection, do nothing
drop_after_commit      do it, close the connection without a reply
reset                  tear the connection (RST); with ``commit`` true do it first
late_commit            close the connection now, do it ``seconds`` later
delay                  do it, answer ``seconds`` later
hang                   never answer; with ``commit`` true do it first
drip                   do it, send one byte of the answer every ``seconds``
http_502               answer 502 with a page; with ``commit`` true do it first
http                   answer with HTTP ``status`` and an optional ``retry_after``; do nothing
html_200, empty_200    a login page, or nothing, with status 200 (``commit`` as above)
truncated              do it, answer with half the text, but a correct length
short_body             do it, announce more bytes than are sent
huge                   do it, lead the answer with ``megabytes`` (5) of blanks
wrong_charset          do it, answer in GBK
=====================  ===========================================================================
"""

import random
import threading

TRANSPORT = frozenset(
    {
        "drop_before_commit",
        "drop_after_commit",
        "reset",
        "late_commit",
        "delay",
        "hang",
        "drip",
        "http_502",
        "http",
        "html_200",
        "empty_200",
        "truncated",
        "short_body",
        "huge",
        "wrong_charset",
    }
)
# Faults which leave the books alone, and those which do so unless told ``commit``.
NOTHING_DONE = frozenset({"drop_before_commit", "http"})
MAYBE_DONE = frozenset({"http_502", "html_200", "empty_200", "hang", "reset"})


class Faults:
    """The list of armed faults; the first that matches a call hits it."""

    def __init__(self, kinds):
        self._kinds = kinds
        self._lock = threading.Lock()
        self._armed = []

    def inject(self, specs):
        """Arm faults; raises ValueError for an unknown kind."""
        checked = []
        for spec in specs:
            if spec.get("kind") not in self._kinds:
                raise ValueError(f"unknown kind {spec.get('kind')!r}")
            fault = dict(spec)
            fault["times"] = int(spec.get("times", 1)) or None
            fault["after"] = int(spec.get("after", 0))
            checked.append(fault)
        with self._lock:
            self._armed.extend(checked)

    def clear(self):
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def take(self, operation, form):
        """The fault that hits this call, or an empty mapping."""
        with self._lock:
            for fault in self._armed:
                if not _matches(fault.get("op"), operation) or not _matches(fault.get("form"), form):
                    continue
                if fault["after"] > 0:
                    fault["after"] -= 1
                    continue
                if "share" in fault and random.random() >= float(fault["share"]):
                    continue
                if fault["times"] is not None:
                    fault["times"] -= 1
                    if fault["times"] <= 0:
                        self._armed.remove(fault)
                return dict(fault)
        return {}


def _matches(wanted, given):
    return wanted in (None, "", "*") or str(wanted).lower() == given.lower()


def bend_transport(fault, reply, mime, page):
    """``(status, mime, text, headers)`` of an answer bent by a fault that every product knows.

    :param page: the login page of the product.
    """
    kind = fault.get("kind", "")
    text = reply.text
    if kind == "http_502":
        return 502, "text/html", "<html><body>502 Bad Gateway</body></html>", {}
    if kind == "http":
        wait = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
        return int(fault.get("status", 503)), "text/plain", str(fault.get("message", "服务器异常")), wait
    if kind == "html_200":
        return 200, "text/html", page, {}
    if kind == "empty_200":
        return 200, mime, "", {}
    if kind == "truncated":
        text = text[: len(text) // 2]
    elif kind == "huge":
        text = " " * (int(fault.get("megabytes", 5)) << 20) + text
    return reply.status, mime, text, {}
