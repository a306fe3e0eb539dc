"""Client of the Yonyou U8+ OpenAPI (用友 U8+): token, adding once, results that come later, lists.

One object serves one data source (账套); it is not safe for use by several threads at once, but all share
the token.
"""

import hashlib
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from . import u8_replies as replies
from .errors import FinanceError, InvalidValues, LoginFailed, NotSent, Rejected, SessionLost, Unknown
from .u8_token import SHARED

MAX_POLLS = 20


@dataclass(frozen=True)
class U8Credentials:
    """Who calls and whose books are meant.

    :param from_account: account of the caller (调用方)
    :param to_account: account of the company whose U8 it is (提供方)
    :param ds_sequence: number of the data source (账套), empty = the first of the application
    """

    from_account: str
    to_account: str
    app_key: str
    app_secret: str = field(repr=False)
    ds_sequence: str = ""

    def __post_init__(self):
        for name in ("from_account", "to_account", "app_key", "app_secret"):
            if not getattr(self, name):
                raise InvalidValues(name, "is missing")


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    rows: tuple
    index: int
    count: int
    total: int


class U8Client:
    """Operations of the OpenAPI.

    :param transport: an object with ``path_of(name)``, ``get(path, headers)``, ``post_json(path, payload, headers)``
    :param credentials: :class:`U8Credentials`
    :param tokens: a :class:`.u8_token.TokenCache`
    :param synchronous: ask for the result in the same call; a result that comes later is fetched in any case
    :param patience: seconds that a result may take altogether
    :param sleep: waits between two looks for a result

    A token that the far side calls expired (errcode 30012) is renewed once and the same call repeated, which is
    safe for a write as well: it carries the same ``biz_id`` and was refused before it was looked at.
    """

    def __init__(
        self,
        transport,
        credentials,
        *,
        tokens=SHARED,
        synchronous=True,
        patience=60.0,
        sleep=time.sleep,
        clock=time.monotonic,
    ):
        self._transport = transport
        self._credentials = credentials
        self._tokens = tokens
        self._synchronous = synchronous
        self._patience = patience
        self._sleep = sleep
        self._clock = clock
        secret = hashlib.sha256(credentials.app_secret.encode()).hexdigest()
        self._token_key = (getattr(transport, "origin", ""), credentials.from_account, credentials.app_key, secret)

    @property
    def account(self):
        """The company's account and its data source."""
        known = self._credentials
        return "/".join(filter(None, [known.to_account, known.ds_sequence]))

    @property
    def user(self):
        """The calling account."""
        return self._credentials.from_account

    # ------------------------------------------------------------------ operations

    def get(self, resource, ident):
        """One archive or document as a mapping, ``None`` if there is none."""
        try:
            data = self._call(resource, "get", {"id": ident})
        except replies.NotFound:
            return None
        found = replies.rows(data, resource)
        if len(found) != 1:
            raise Unknown("the reply holds no single document", reason="shape")
        return found[0]

    def page(self, resource, index=1, size=20, *, document=True, **filters):
        """One :class:`Page` of a list (``…list/batch_get`` for documents, ``…/batch_get`` for archives).

        An empty list comes as errcode 20002 (of some sites as a page that says it is empty).
        """
        name = resource + "list" if document else resource
        asked = {"page_index": str(index), "rows_per_page": str(size), **filters}
        try:
            data = self._call(name, "batch_get", asked)
        except replies.NotFound:
            return Page((), index, 0, 0)
        page = Page(
            tuple(replies.rows(data, name, resource)),
            replies.whole(data.get("page_index")),
            replies.whole(data.get("page_count")),
            replies.whole(data.get("row_count")),
        )
        if (page.index, page.count, page.total, page.rows) == (1, 0, 0, ()) and index == 1:
            return page
        if page.index != index or not page.rows or page.count < index or page.total < len(page.rows):
            raise Unknown("the reply is not the page that was asked for", reason="contradiction")
        return page

    def add(self, resource, document, *, biz_id="", trade_id=""):
        """Create one document; returns the number (``id``) that U8 gave it.

        Exactly one of ``biz_id`` (our own number, the better one: it survives us) and ``trade_id`` (of
        :meth:`new_trade_id`) must be given, and the same again whenever the same document is sent again.
        """
        if bool(biz_id) == bool(trade_id):
            raise InvalidValues("biz_id", "exactly one of biz_id and trade_id is needed")
        once = {"biz_id": biz_id} if biz_id else {"tradeid": trade_id}
        asked = {**once, "sync": "1" if self._synchronous else "0"}
        data = self._call(resource, "add", asked, {resource: document})
        ident = replies.scalar(data.get("id"))
        if not ident:
            raise Unknown("the reply names no document", reason="no_id")
        return ident

    def edit(self, resource, document):
        """Change what ``document`` names of an archive; it carries no ``biz_id``, for it may be repeated."""
        self._call(resource, "edit", {}, {resource: document})

    def act(self, resource, operation, number, **body):
        """One operation on one document by number, e.g. ``verify`` (审核)."""
        self._call(resource, operation, {}, {resource: {"voucher_code": number, **body}})

    def new_trade_id(self):
        """A one-shot transaction number of the far side."""
        data = self._exchange("system/tradeid", {**self._basic(), "token": self._token()}, write=False)
        trade = data.get("trade")
        ident = replies.scalar(trade.get("id")) if isinstance(trade, dict) else ""
        if not ident:
            raise Unknown("the reply holds no trade id", reason="shape")
        return ident

    def login(self):
        """Make sure that there is a token. Raises :class:`LoginFailed`, :class:`NotSent`."""
        self._token()

    # ------------------------------------------------------------------ the token

    def _token(self, failed=""):
        return self._tokens.get(self._token_key, self._fetch_token, failed)

    def _fetch_token(self):
        """(token, lifetime). Whatever was to follow has not been sent, so no outcome here is uncertain."""
        known = self._basic() | {"app_secret": self._credentials.app_secret}
        try:
            data = self._exchange("system/token", known, write=False)
            token = data.get("token")
            ident = replies.scalar(token.get("id")) if isinstance(token, dict) else ""
            lifetime = replies.whole(token.get("expiresIn")) if ident else 0
        except (Unknown, SessionLost, replies.Pending) as error:
            why = getattr(error, "summary", "no answer yet")
            raise NotSent(f"token: {why}", reason="login", retry_after=getattr(error, "retry_after", None)) from None
        except (Rejected, replies.NotFound) as error:
            if getattr(error, "retryable", False):
                raise NotSent(f"token: {error.summary}", reason="login", retry_after=error.retry_after) from None
            raise LoginFailed(
                "the token was refused", reason="login_refused", code=getattr(error, "code", None)
            ) from None
        if not 0 < len(ident) <= 512 or not all(33 <= ord(c) < 127 for c in ident) or not lifetime:
            raise NotSent("token: the reply holds none", reason="login")
        return ident, lifetime

    # ------------------------------------------------------------------ calling

    def _basic(self):
        return {"from_account": self._credentials.from_account, "app_key": self._credentials.app_key}

    def _call(self, resource, operation, asked, body=None):
        """The judged reply; a token that has expired is renewed once."""
        token = self._token()
        for last in (False, True):
            query = {**self._basic(), "to_account": self._credentials.to_account, "token": token}
            if self._credentials.ds_sequence:
                query["ds_sequence"] = self._credentials.ds_sequence
            try:
                return self._result(f"api/{resource}/{operation}", {**query, **asked}, body)
            except SessionLost:
                if last:
                    raise
                token = self._token(failed=token)
        raise AssertionError("unreachable")

    def _result(self, name, query, body):
        """The reply, or what it turns into when it comes later."""
        write = body is not None
        end = self._clock() + self._patience
        try:
            return self._exchange(name, query, body, write=write)
        except replies.Pending as pending:
            waiting = pending
        for _look in range(MAX_POLLS):
            if self._clock() + waiting.wait > end:
                break
            self._sleep(waiting.wait)
            try:
                return self._exchange("result", {"requestid": waiting.request_id}, write=write)
            except replies.Pending as pending:
                waiting = pending
            except FinanceError as error:
                # it speaks of our question, not of the document, unless U8 itself refused
                if getattr(error, "code", None) == replies.BUSINESS:
                    raise
                raise Unknown(f"no result: {error.summary}", reason="result") from None
        raise Unknown("the far side is still at work", reason="still_running", retry_after=int(waiting.wait) + 1)

    def _exchange(self, name, query, body=None, *, write):
        path = f"{self._transport.path_of(name)}?{urlencode(query)}"
        if body is None:
            reply = self._transport.get(path, {})
        else:
            reply = self._transport.post_json(path, body, {})
        return replies.judge(reply.text, write=write)
