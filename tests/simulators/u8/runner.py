"""Python handle of the simulator as a process of its own."""

from simulation.runner import SimulatorProcess

from .access import Account


class U8Simulator(SimulatorProcess):
    """See :class:`simulation.runner.SimulatorProcess`.

    Settings: the names in :class:`.switches.Switches`, ``drop_tokens=True``, ``new_period=True``
    (of the cap on tokens), ``defaults=True`` (all switches back).
    """

    package = "u8"

    @property
    def base_url(self):
        """Base address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self):
        """``from_account, to_account, app_key, app_secret``."""
        known = Account()
        names = ("from_account", "to_account", "app_key", "app_secret")
        return {name: getattr(known, name) for name in names}

    def enter(self, form, values, status="saved"):
        """Enter a document as a person there does; returns ``{"number"}``."""
        return self._ask("POST", "/_sim/enter", {"form": form, "values": values, "status": status})

    def enter_receipt(self, customer_number, amount, **more):
        """Enter an audited receipt (收款单); returns ``{"number"}``.

        ``more``: number, date, digest, reference (define10), settlement, type, status, amounts
        (list: several rows).
        """
        values = {"customer_number": customer_number, "amount": str(amount), **more}
        return self._ask("POST", "/_sim/receipts", values)

    def act(self, form, number, operation):
        """Change a state as a person does: submit, reject, withdraw, verify, unverify, audit, abandon, open,
        close, delete."""
        return self._ask("POST", "/_sim/act", {"form": form, "number": number, "operation": operation})

    def change(self, form, number, **values):
        """Set values of a document's header, unchecked."""
        self._ask("POST", "/_sim/change", {"form": form, "number": number, "values": values})

    def seed(self, kind, code, **values):
        """Add base data: department, person, code (account), currency, settlement, warehouse, saletype, user."""
        self._ask("POST", "/_sim/seed", {"kind": kind, "code": code, "values": values})
