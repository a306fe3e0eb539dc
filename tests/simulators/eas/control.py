"""What people at the far side do, and what a test orders: everything behind ``/_sim/``."""

import json
from datetime import datetime
from decimal import Decimal

from simulation.control import Control
from simulation.store import SHANGHAI

from .forms import BASE, FORMS, RECEIPT


class EASControl(Control):
    """Orders to a :class:`.server.Simulator`."""

    def orders(self):
        return {
            **super().orders(),
            "enter": self._enter,
            "receipts": self._receipt,
            "act": self._act,
            "change": self._change,
            "seed": self._seed,
            "settings": self._settings,
        }

    def ledger(self):
        """Kind -> documents, oldest first; ``references`` is the field reference."""
        found = {}
        for code in FORMS:
            found[code] = []
            for document in self._server.store.all(code):
                body = document.pop("body")
                reference = body["header"].get("reference")
                found[code].append({**document, **body, "references": [reference] if reference else []})
        return found

    def _enter(self, values):
        """A document that a person there types in: form, values, mode (save)."""
        server = self._server
        with server.store.transaction():
            text = json.dumps(values["values"])
            return server.business.enter(FORMS[values["form"]], text, values.get("mode", "save"))

    def _receipt(self, values):
        amounts = [Decimal(str(amount)) for amount in values.get("amounts") or [values["amount"]]]
        shown = float if self._server.switches.numbers == "number" else "{:.2f}".format
        document = {
            "company": values.get("company") or "01",
            "number": values.get("number", ""),
            "bizDate": values.get("date") or datetime.now(SHANGHAI).date().isoformat(),
            "customer": values["customer_number"].strip(),
            "currency": values.get("currency") or "BB01",
            "settlementType": values.get("settlement") or "JS02",
            "recType": values.get("type") or "sale",
            "reference": values.get("reference", ""),
            "description": values.get("description", ""),
            "totalAmount": shown(sum(amounts)),
            "entries": [{"seq": seq, "amount": shown(amount)} for seq, amount in enumerate(amounts, 1)],
        }
        return self._enter({"form": RECEIPT.code, "values": document, "mode": values.get("mode") or "audit"})

    def _act(self, values):
        with self._server.store.transaction():
            form = FORMS[values["form"]]
            if values["operation"] == "delete":
                return self._server.business.move(form, "delete", values["number"])
            return self._server.business.shift(form, values["operation"], values["number"])

    def _change(self, values):
        with self._server.store.transaction():
            self._server.business.change(FORMS[values["form"]], values["number"], values["values"])
        return {}

    def _seed(self, values):
        if values["kind"] not in BASE:
            raise ValueError(f"unknown kind {values['kind']!r}")
        with self._server.store.transaction():
            self._server.store.remember(f"base/{values['kind']}", values["code"], values.get("name", values["code"]))
        return {}

    def _settings(self, values):
        values = dict(values)
        if values.pop("drop_sessions", False):
            self._server.access.forget()
        if values.pop("defaults", False):
            self._server.switches.__init__()
        self._server.switches.change(values)
        return {}
