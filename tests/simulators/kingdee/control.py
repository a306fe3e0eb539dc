"""What people at the far side do, and what a test orders: everything behind ``/_sim/``."""

import contextlib
from datetime import datetime
from decimal import Decimal, InvalidOperation

from simulation.control import Control
from simulation.store import SHANGHAI

from .batches import Switches
from .forms import FORMS, RECEIPT
from .reading import Refusal, form_of


class KingdeeControl(Control):
    """Orders to a :class:`.server.Simulator`."""

    def orders(self):
        return {
            **super().orders(),
            "receipts": self._receipt,
            "copies": self._copies,
            "act": self._act,
            "settings": self._settings,
        }

    def ledger(self):
        """Form id -> documents, oldest first."""
        return {
            form.id: [
                {**document["body"], **{k: v for k, v in document.items() if k != "body"}}
                for document in self._server.store.all(key)
            ]
            for key, form in FORMS.items()
        }

    def _settings(self, values):
        authority = self._server.authority
        authority.ttl = float(values.get("session_ttl", authority.ttl))
        authority.clock_tolerance = float(values.get("clock_tolerance", authority.clock_tolerance))
        if values.get("drop_sessions"):
            authority.drop_sessions()
        others = ("session_ttl", "clock_tolerance", "drop_sessions")
        self._server.switches.change({name: value for name, value in values.items() if name not in others})
        return {}

    def _reset(self, values):
        self._server.switches = Switches()
        return super()._reset(values)

    def _act(self, values):
        business = self._server.business
        with contextlib.suppress(Refusal), self._server.store.transaction():
            form, operation = form_of(values["form"]), values["operation"].lower()
            business.move(form, operation, "number", values["number"])
        return {}

    def _receipt(self, values):
        """A receipt as an accountant enters and audits it."""
        amounts = values.get("amounts") or [values["amount"]]
        try:
            amounts = [str(Decimal(str(amount))) for amount in amounts]
        except InvalidOperation:
            raise Refusal(8, ("FRECAMOUNTFOR_E", "金额不正确", 0)) from None
        customer = {"FNumber": values["customer_number"].strip()}
        currency = {"FNumber": values.get("currency") or "PRE001"}
        organisation = {"FNumber": values.get("organisation") or "100"}
        model = {
            "FBillTypeID": {"FNumber": "SKDLX01_SYS"},
            "FBillNo": values.get("number", ""),
            "FDATE": values.get("date") or datetime.now(SHANGHAI).date().isoformat(),
            "FCancelStatus": "A",
            "FBUSINESSTYPE": "1",
            "FCONTACTUNITTYPE": "BD_Customer",
            "FCONTACTUNIT": customer,
            "FPAYUNITTYPE": "BD_Customer",
            "FPAYUNIT": customer,
            "FCURRENCYID": currency,
            "FSETTLECUR": currency,
            "FSETTLEORGID": organisation,
            "FPAYORGID": organisation,
            "FTHIRDBILLNO": values.get("third_number", ""),
            "FREMARK": values.get("remark", ""),
            "FRECEIVEBILLENTRY": [
                {
                    "FSETTLETYPEID": {"FNumber": "JSFS04_SYS"},
                    "FPURPOSEID": {"FNumber": values.get("purpose") or "SFKYT01_SYS"},
                    "FRECEIVEITEMTYPE": "1",
                    "FRECEIVEITEM": values.get("receive_item", ""),
                    "FRECTOTALAMOUNTFOR": amount,
                    "FRECAMOUNTFOR_E": amount,
                }
                for amount in amounts
            ],
        }
        store = self._server.store
        with store.transaction():
            ident, number, _echo = self._server.business.save(RECEIPT, {}, model)
            changes = {"modified": values["modified"]} if values.get("modified") else {}
            status = values.get("status") or "C"
            store.update(RECEIPT.id.upper(), ident, status=status, **changes)
        return {"id": ident, "number": number}

    def _copies(self, values):
        """Many receipts like the one under ``number``, each with its own number, amount and moment."""
        store, key = self._server.store, RECEIPT.id.upper()
        with store.transaction():
            pattern = store.by_number(key, values["number"])
            ids = []
            for copy in values["copies"]:
                lines = [
                    {
                        **line,
                        "_id": store.next_id(f"{key}/{entry}", 400000),
                        "FRECTOTALAMOUNTFOR": copy["amount"],
                        "FRECAMOUNTFOR_E": copy["amount"],
                    }
                    for entry, known in pattern["body"]["entries"].items()
                    for line in known[:1]
                ]
                body = {**pattern["body"], "entries": dict.fromkeys(pattern["body"]["entries"], lines)}
                # an id may have been given long before its document is committed
                ids.append(copy.get("id") or store.next_id(key))
                store.insert(key, ids[-1], copy["number"], copy.get("status") or "C", body, copy["modified"])
        return {"ids": ids}
