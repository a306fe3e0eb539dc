"""Calls that change documents: one, or many in a batch.

The documents of a call are independent: each is changed, or refused, in a transaction of its own. A reply names each
by its position, ``DIndex`` from 0.
"""

import threading
import time
from dataclasses import dataclass

from simulation.switchboard import Switchboard

from . import wire
from .reading import Refusal


@dataclass
class Switches(Switchboard):
    """What is not known of the product, or differs between its releases.

    :param mixed_is_success: ``IsSuccess`` when a part of the documents was refused
    :param bill_no: the documents that were done are also named by ``BillNo``
    :param backwards: they are named in no order of ours, the last one first
    """

    mixed_is_success: bool = False
    bill_no: bool = False
    backwards: bool = False


class Batch:
    """One call about some documents, and what a fault does to single ones.

    :param call: id in the call log
    """

    def __init__(self, store, switches, call, fault):
        self._store, self._switches, self._call, self._fault = store, switches, call, fault
        self.good, self.errors, self.code = [], [], 0

    def run(self, items, change):
        """Change each of ``items`` by ``change(item, position)``, which gives id, number and what the reply echoes.

        A fault that says ``first`` lets no more than that many be done.
        """
        first = self._fault.get("first")
        for position, item in enumerate(items if first is None else items[: int(first)]):
            if position and self._fault.get("kind") == "slow_items":
                time.sleep(float(self._fault.get("seconds", 1)))
            if self._fault.get("kind") == "late_items" and position in self._fault["items"]:
                threading.Thread(target=self._later, args=(position, item, change), daemon=True).start()
                continue
            is_hit = self._is_hit(position)
            try:
                if is_hit and not self._fault.get("commit"):
                    raise self._refusal()
                done = self._change(position, item, change)
                if is_hit:
                    self._refused(position, self._refusal())
                else:
                    self.good.append((position, *done))
            except Refusal as refusal:
                self._store.end_document(self._call, position, f"refused:{refusal.code}")
                self._refused(position, refusal)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self._store.end_document(self._call, position, "refused:4")
                self._refused(position, Refusal(4, ("", f"{type(error).__name__}: {error}", 0)))
        return self

    def _change(self, position, item, change):
        with self._store.transaction():
            done = change(item, position)
            self._store.end_document(self._call, position, "ok", done[1])
            self._store.mark_committed(self._call)
        return done

    def _later(self, position, item, change):
        time.sleep(float(self._fault.get("seconds", 1)))
        try:
            self._change(position, item, change)
        except Refusal as refusal:
            self._store.end_document(self._call, position, f"refused:{refusal.code}")
        finally:
            self._store.close()

    def _refused(self, position, refusal):
        self.code = refusal.code
        self.errors += [(field, text, position) for field, text, _index in refusal.errors]

    def _is_hit(self, position):
        fault = self._fault
        if fault.get("kind") != "refuse_items":
            return False
        return position in fault["items"] if "items" in fault else position % 2 == 1

    def _refusal(self):
        fault = self._fault
        text = str(fault.get("message", "服务器异常"))
        return Refusal(int(fault.get("code", 11)), (fault.get("field", ""), text, 0))

    # ------------------------------------------------------------------ the reply

    def reply(self, extra=None, message=None):
        """The envelope; ``message`` words the success of a number."""
        good = [(ident, number, position) for position, ident, number, _echo in self.good]
        notes = [(message(number), position) for _ident, number, position in good] if message else []
        if not self.errors:
            reply = wire.done(good, notes, extra)
        elif good and self._switches.mixed_is_success:
            reply = wire.done(good, notes, extra)
            reply["Result"]["ResponseStatus"]["Errors"] = wire.errors(self.errors)
        else:
            reply = wire.refused(self.code, self.errors, good, extra)
        entities = reply["Result"]["ResponseStatus"]["SuccessEntitys"]
        if self._switches.bill_no:
            for entity in entities:
                entity["BillNo"] = entity["Number"]
        if self._switches.backwards:
            entities.reverse()
        return reply

    @property
    def outcome(self):
        """For the call log."""
        if not self.errors:
            return "ok"
        return f"partly:{self.code}" if self.good else f"refused:{self.code}"

    @property
    def numbers(self):
        """Of the documents that were done, for the call log."""
        return [item[2] for item in self.good]


def models_of(data):
    """The documents of a BatchSave."""
    models = data.get("Model")
    if not isinstance(models, list) or not models:
        raise Refusal(8, ("", "Model 参数必须是非空数组", 0))
    count = data.get("BatchCount", 0)
    if isinstance(count, bool) or not str(count).strip().isdigit():
        raise Refusal(8, ("", "BatchCount 参数必须是整数", 0))
    return models


def names_of(data):
    """``(by, names)`` of the documents of a Submit, Audit ...: by ``number`` or by ``id``."""
    numbers, ids = data.get("Numbers"), data.get("Ids")
    if numbers:
        return "number", [numbers] if isinstance(numbers, str) else list(numbers)
    if ids:
        return "id", [part.strip() for part in str(ids).split(",") if part.strip()]
    raise Refusal(5, ("", "单据标识不能为空", 0))


def numbers_asked(operation, form, data):
    """What a change calls its documents, for the call log; what cannot be read is one document without a name."""
    if operation in ("save", "draft", "batchsave"):
        models = data.get("Model")
        models = models if isinstance(models, list) else [models]
        key = form.number.upper() if form else ""
        found = [_first(model, key) for model in models]
    else:
        try:
            found = [str(name) for name in names_of(data)[1]]
        except (Refusal, TypeError):
            found = []
    return found or [""]


def _first(model, key):
    values = model.items() if isinstance(model, dict) else ()
    return str(next((value for name, value in values if name.upper() == key), None) or "")
