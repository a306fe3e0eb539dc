"""The far end of a U8+ connection in memory: speaks the protocol's replies, keeps books, fails on command."""

import json
from urllib.parse import parse_qsl, urlsplit

from ..clients.errors import Unknown
from ..clients.transport import HttpReply
from .fake_erp import fail_after, fail_before

NUMBERS = {"customer": "code", "inventory": "code", "saleorder": "code", "oughtreceive": "code", "accept": "vouchcode"}


class FakeU8:
    """A transport of the U8+ client. ``faults``: operation -> list of faults, used up one by one.

    Faults: ``dropped`` (done, reply lost), ``lost`` (not done, reply lost), ``late`` (done after ``arrive()``),
    ``unsent``, ``killed_before``, ``killed_after``, ``running`` (30025, done), ``expired`` (30012), ``refused``, ``html``.
    """

    origin = "https://u8.example.com:443/"

    def __init__(self):
        self.books = {}
        self.faults = {}
        self.calls = []
        self.late = []
        self.tokens = 0

    def path_of(self, name):
        return "/" + name

    def get(self, path, headers):
        return self._answer(path, None)

    def post_json(self, path, payload, headers):
        return self._answer(path, json.loads(json.dumps(payload)))

    def arrive(self):
        for resource, document in self.late:
            self._keep(resource, document)
        self.late = []

    def documents(self, resource):
        return [document for (name, _number), document in self.books.items() if name == resource]

    # -- inside -----------------------------------------------------------------------------

    def _answer(self, path, body):
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/system/token":
            self.tokens += 1
            token = {"appKey": "a", "expiresIn": 7200, "id": f"t{self.tokens}"}
            return self._reply({"errcode": "0", "errmsg": "", "token": token})
        _empty, _api, resource, operation = parts.path.split("/")
        number = query.get("id") or query.get("biz_id") or body[resource].get("voucher_code")
        self.calls.append((operation, resource, number))
        left = self.faults.get(operation)
        fault = left.pop(0) if left else ""
        fail_before(fault)
        if fault == "refused":
            return self._reply({"errcode": "20005", "errmsg": "U8 服务调用失败:key='';该业务员不合法,请重新输入。;"})
        if fault == "expired":
            return self._reply({"errcode": "30012", "errmsg": "token已过期"})
        if fault == "late":
            self.late.append((resource, body[resource]))
            raise Unknown("no reply", reason="read_timeout")
        reply = getattr(self, f"_{operation}")(resource, query, body)
        fail_after(fault)
        if fault == "running":
            return self._reply({"errcode": "30025", "errmsg": "操作正在执行"})
        return HttpReply(200, (), "<html>login</html>") if fault == "html" else self._reply(reply)

    @staticmethod
    def _reply(data):
        return HttpReply(200, (), json.dumps(data, ensure_ascii=False))

    def _get(self, resource, query, _body):
        document = self.books.get((resource, query["id"]))
        if not document:
            return {"errcode": "20002", "errmsg": "未检索到匹配的[单据]。"}
        return {"errcode": "0", "errmsg": "", resource: document}

    def _add(self, resource, query, body):
        document = body[resource]
        number = document[NUMBERS[resource]]
        if (resource, number) in self.books:
            return {"errcode": "20005", "errmsg": f"U8 服务调用失败:key='{number}';编码{number}已存在;"}
        self._keep(resource, document)
        return {"errcode": "0", "errmsg": "", "id": number, "tradeid": query["biz_id"]}

    def _edit(self, resource, _query, body):
        document = body[resource]
        self.books[resource, document[NUMBERS[resource]]].update(document)
        return {"errcode": "0", "errmsg": ""}

    def _keep(self, resource, document):
        number = document[NUMBERS[resource]]
        state = {} if resource in ("customer", "inventory") else {"state": "开立"}
        self.books.setdefault((resource, number), {**document, **state})

    def _verify(self, resource, _query, body):
        self.books[resource, body[resource]["voucher_code"]]["state"] = "审核"
        return {"errcode": "0", "errmsg": ""}
