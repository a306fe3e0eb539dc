"""What people at the far side do, and what a test orders: everything behind ``/_sim/``."""

from datetime import datetime
from decimal import Decimal

from simulation.control import Control
from simulation.store import SHANGHAI

from .resources import BASE, RECEIPT, RESOURCES


class U8Control(Control):
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
        """Resource -> documents, oldest first; ``references`` are the biz_id and define10."""
        found = {}
        for name in RESOURCES:
            found[name] = []
            for document in self._server.store.all(name):
                body = document.pop("body")
                references = [body["reference"], body["header"].get("define10", "")]
                found[name].append({**document, **body, "references": [one for one in references if one]})
        return found

    def _enter(self, values):
        """A document that a person there types in: form, values, status (saved)."""
        server = self._server
        with server.store.transaction():
            resource = RESOURCES[values["form"]]
            return {"number": server.business.add(resource, values["values"], status=values.get("status", "saved"))}

    def _receipt(self, values):
        amounts = [format(Decimal(str(amount)), ".2f") for amount in values.get("amounts") or [values["amount"]]]
        header = {
            "vouchcode": values.get("number", ""),
            "vouchdate": values.get("date") or datetime.now(SHANGHAI).date().isoformat(),
            "vouchtype": "48",
            "customercode": values["customer_number"].strip(),
            "amount": format(sum(map(Decimal, amounts)), ".2f"),
            "digest": values.get("digest", ""),
            "balancecode": values.get("settlement") or "02",
            "define10": values.get("reference", ""),
            "entry": [{"type": values.get("type") or "0", "amount": amount} for amount in amounts],
        }
        return self._enter({"form": RECEIPT.name, "values": header, "status": values.get("status") or "audited"})

    def _act(self, values):
        with self._server.store.transaction():
            resource = RESOURCES[values["form"]]
            return {"number": self._server.business.shift(resource, values["operation"], values["number"])}

    def _change(self, values):
        with self._server.store.transaction():
            self._server.business.change(RESOURCES[values["form"]], values["number"], values["values"])
        return {}

    def _seed(self, values):
        if values["kind"] not in BASE:
            raise ValueError(f"unknown kind {values['kind']!r}")
        defaults = {"person": {"department": "03", "salesman": True}, "code": {"controlled": False}}
        entry = {"name": values["code"], **defaults.get(values["kind"], {}), **values.get("values", {})}
        with self._server.store.transaction():
            self._server.store.remember(f"base/{values['kind']}", values["code"], entry)
        return {}

    def _settings(self, values):
        values = dict(values)
        if values.pop("drop_tokens", False):
            self._server.access.forget()
        if values.pop("new_period", False):
            self._server.access.forget_fetches()
        if values.pop("defaults", False):
            self._server.switches.__init__()
        self._server.switches.change(values)
        return {}
