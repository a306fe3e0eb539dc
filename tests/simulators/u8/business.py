"""What the product does with a call: documents, states, one-shot ids, asynchronous results.

States of a document: saved (开立), submitted (审批中), audited (审核), rejected (退回), closed (关闭).
"""

import secrets
import threading
import time
from decimal import Decimal

from simulation.store import NumberTaken

from .checks import Accounts, read
from .refusals import STILL_RUNNING, Refusal, business, not_found
from .resources import BASE, RESOURCES

STATES = {"saved": "开立", "submitted": "审批中", "audited": "审核", "rejected": "退回", "closed": "关闭"}
# operation -> (states before, state after); those of the lower part are for people only
MOVES = {
    "verify": (("saved",), "audited"),
    "unverify": (("audited",), "saved"),
    "audit": (("submitted",), "audited"),
    "abandon": (("audited",), "submitted"),
    "close": (("audited",), "closed"),
    "open": (("closed",), "audited"),
    "submit": (("saved", "rejected"), "submitted"),
    "reject": (("submitted",), "rejected"),
    "withdraw": (("submitted",), "saved"),
}
PEOPLE_ONLY = frozenset({"submit", "reject", "withdraw"})


class Business:
    """Operations on a :class:`simulation.store.Store`."""

    def __init__(self, store, switches):
        self._store = store
        self.switches = switches
        self._accounts = Accounts(store, switches, self.base)

    def seed(self):
        """Base data that every account set has."""
        with self._store.transaction():
            for kind, entries in BASE.items():
                for code, values in entries.items():
                    if self._store.recall(f"base/{kind}", code) is None:
                        self._store.remember(f"base/{kind}", code, values)

    def base(self, kind):
        """Code -> values of base data."""
        return self._store.recollections(f"base/{kind}")

    # ------------------------------------------------------------------ documents

    def add(self, resource, values, reference=None, *, error=0, status=None):
        """Create a document inside the caller's transaction; returns its number."""
        header, rows = read(resource, values, self.switches)
        self._accounts.check(resource, header, rows)
        if resource.entry and not self.switches.manual_number:
            header.pop(resource.number, None)
        number = header.get(resource.number) or self._own_number(resource)
        header[resource.number] = number
        if error and rows:
            name = next(n for n in ("natamount", "amount", "sum") if n in rows[0])
            rows[0][name] = str(Decimal(rows[0][name]) + Decimal(str(error)))
            if "amount" in header:
                header["amount"] = str(Decimal(header["amount"]) + Decimal(str(error)))
        if not status:
            status = "submitted" if resource.entry and self.switches.workflow else "saved"
        body = {"header": header, "entry": rows, "reference": reference or "", "timestamp": self._stamp()}
        try:
            self._store.insert(resource.name, self._store.next_id(resource.name), number, status, body)
        except NumberTaken:
            raise business(f"{resource.label}编码{number}已存在", number) from None
        return number

    def edit(self, resource, values):
        """Change an archive by its code; returns the code."""
        header, _rows = read(resource, values, self.switches, partial=True)
        code = header.get(resource.number)
        if not code:
            raise business(f"字段[{resource.number}]不能为空")
        document = self._store.by_number(resource.name, code)
        if document is None:
            raise not_found(resource.label)
        merged = {**document["body"]["header"], **header}
        self._accounts.check(resource, merged, [])
        body = {**document["body"], "header": merged, "timestamp": self._stamp()}
        self._store.update(resource.name, document["id"], body=body)
        return code

    def move(self, resource, operation, values):
        """verify, unverify, audit, abandon, open, close as a client asks for them."""
        code = self.switches.code_parameter
        people = [name for name in ("person_code", "user_id") if values.get(name)]
        if set(values) - {"voucher_code", "person_code", "user_id"} or not values.get("voucher_code"):
            raise Refusal(code, "voucher_code不能为空，且只能传入person_code或user_id")
        if len(people) != 1 or not all(isinstance(value, str) for value in values.values()):
            raise Refusal(code, "person_code和user_id只能传入一个")
        kind = {"person_code": "person", "user_id": "user"}[people[0]]
        if values[people[0]] not in self.base(kind):
            raise business(f"{people[0]}[{values[people[0]]}]不存在", values["voucher_code"])
        return self.shift(resource, operation, values["voucher_code"])

    def shift(self, resource, operation, number):
        """Change the state of a document; returns its number."""
        document = self._store.by_number(resource.name, number)
        if document is None:
            raise not_found(resource.label)
        number = document["number"]
        if operation == "delete":
            if document["status"] not in ("saved", "rejected"):
                raise business("单据已审核，不能删除", number)
            self._store.delete(resource.name, document["id"])
            return number
        before, after = MOVES[operation]
        if document["status"] not in before:
            raise business(f"单据状态为{STATES[document['status']]}，不能执行此操作", number)
        self._store.update(resource.name, document["id"], status=after)
        return number

    def change(self, resource, number, values):
        """Set header values as a person does, unchecked."""
        document = self._store.by_number(resource.name, number)
        if document is None:
            raise not_found(resource.label)
        body = document["body"]
        body["header"].update({name: str(value) for name, value in values.items()})
        body["timestamp"] = self._stamp()
        self._store.update(resource.name, document["id"], body=body)

    def _own_number(self, resource):
        while True:
            number = f"{resource.prefix}{self._store.next_id(f'number/{resource.name}', 0):010d}"
            if not self._store.by_number(resource.name, number):
                return number

    def _stamp(self):
        return f"0x{self._store.next_id('timestamp', 0x27B59C):016X}"

    # ------------------------------------------------------------------ one-shot ids

    def new_tradeid(self):
        """A transaction number for one document."""
        ident = secrets.token_hex(16)
        with self._store.transaction():
            self._store.remember("tradeid", ident, {"state": "issued"})
        return ident

    def claim(self, resource, kind, ident):
        """Take an id for one add, or give the finished reply of an earlier one.

        Inside the caller's transaction; raises if it is in use or used up.
        """
        key = self._key(resource, kind, ident)
        held = self._store.recall(kind, key)
        if held is None and kind == "tradeid":
            raise Refusal(self.switches.code_used_id, "tradeid不存在")
        if held and held["state"] == "running":
            raise Refusal(*STILL_RUNNING)
        if held and held["state"] == "done":
            reuse = self.switches.reuse_tradeid if kind == "tradeid" else self.switches.reuse_biz_id
            if reuse != "same" or held["resource"] != resource.name or held["reply"]["errcode"] != "0":
                raise Refusal(self.switches.code_used_id, f"{kind}已被使用")
            return held["reply"]
        self._store.remember(kind, key, {"state": "running", "resource": resource.name})
        return None

    def finish(self, resource, kind, ident, reply):
        """Note the outcome of an add under its id."""
        state = "done"
        if reply["errcode"] != "0" and self.switches.failed_id == "free":
            state = "issued"
        held = {"state": state, "resource": resource.name, "reply": reply}
        self._store.remember(kind, self._key(resource, kind, ident), held)

    def _key(self, resource, kind, ident):
        scoped = kind == "biz_id" and self.switches.biz_id_scope == "resource"
        return f"{resource.name}/{ident}" if scoped else ident

    # ------------------------------------------------------------------ adds

    def run_add(self, job, call=None):
        """Carry out a claimed add and note its outcome; returns the reply.

        A job: resource, kind and ident of its id, values, error (of a wrong amount).
        """
        resource = RESOURCES[job["resource"]]
        try:
            with self._store.transaction():
                number = self.add(resource, job["values"], job["ident"], error=job["error"])
                trade = job["ident"] if job["kind"] == "tradeid" else secrets.token_hex(16)
                reply = {"errcode": "0", "errmsg": "", "id": number, "tradeid": trade}
                self.finish(resource, job["kind"], job["ident"], reply)
                if call:
                    self._store.mark_committed(call)
                self._settle(job, reply)
        except Refusal as refusal:
            reply = {"errcode": refusal.code, "errmsg": str(refusal)}
            with self._store.transaction():
                self.finish(resource, job["kind"], job["ident"], reply)
                self._settle(job, reply)
        return reply

    def _settle(self, job, reply):
        if "request" in job:
            done = {**job, "state": "done", "reply": reply, "polls": self.switches.polls}
            self._store.remember("request", job["request"], done)

    def accept(self, job, seconds, call):
        """Keep an add for later, inside the caller's transaction; returns the request id."""
        job["request"] = secrets.token_hex(16)
        job.update(state="waiting", due=time.time() + seconds, call=call)
        self._store.remember("request", job["request"], job)
        return job["request"]

    def later(self, job):
        """Do an accepted add when it is due, in a thread of its own."""
        threading.Thread(target=self._wait_and_run, args=(job,), daemon=True).start()

    def _wait_and_run(self, job):
        try:
            time.sleep(max(job["due"] - time.time(), 0))
            # the books may have been emptied meanwhile
            if self._store.recall("request", job["request"]):
                self.run_add(job, job["call"])
        finally:
            self._store.close()

    def resume(self):
        """After a restart: accepted adds go on, and an add that broke off frees its id."""
        waiting = [job for job in self._store.recollections("request").values() if job["state"] == "waiting"]
        kept = {(job["kind"], self._key(RESOURCES[job["resource"]], job["kind"], job["ident"])) for job in waiting}
        with self._store.transaction():
            for kind in ("tradeid", "biz_id"):
                for key, held in self._store.recollections(kind).items():
                    if held["state"] == "running" and (kind, key) not in kept:
                        self._store.remember(kind, key, {**held, "state": "issued"})
        for job in waiting:
            self.later(job)

    def result(self, request):
        """The outcome of an accepted add, or ``None`` while it is not there."""
        with self._store.transaction():
            job = self._store.recall("request", request)
            if job is None:
                raise Refusal(self.switches.code_request, "requestid不存在")
            if job["state"] == "done" and job["polls"] <= 0:
                return job["reply"]
            if job["state"] == "done":
                self._store.remember("request", request, {**job, "polls": job["polls"] - 1})
        return None
