"""Python handle of the simulator as a process of its own."""

from simulation.runner import SimulatorProcess

from .access import Account
from .soap import FOLDER


class EASSimulator(SimulatorProcess):
    """See :class:`simulation.runner.SimulatorProcess`.

    ``wsdl_folder`` holds the WSDL files that the server gives out with its own address in them.
    Settings: the names in :class:`.switches.Switches`, ``drop_sessions=True``, ``defaults=True``
    (all switches back).
    """

    package = "eas"
    wsdl_folder = FOLDER

    @property
    def base_url(self):
        """Base address of the services, with a slash at its end."""
        return f"http://127.0.0.1:{self.port}/ormrpc/services/"

    @property
    def credentials(self):
        """``user_name, password, sln_name, dc_name, language, db_type``."""
        return dict(vars(Account()))

    def enter(self, form, values, mode="save"):
        """Enter a document as a person there does; returns id, number and billStatus."""
        return self._ask("POST", "/_sim/enter", {"form": form, "values": values, "mode": mode})

    def enter_receipt(self, customer_number, amount, **more):
        """Enter an audited receipt (收款单); returns id, number and billStatus.

        ``more``: number, date, reference, description, currency, settlement, type, company, mode,
        amounts (list: several entries).
        """
        values = {"customer_number": customer_number, "amount": str(amount), **more}
        return self._ask("POST", "/_sim/receipts", values)

    def act(self, form, number, operation):
        """Change a state as a person does: submit, audit, unaudit, reject, withdraw, delete."""
        return self._ask("POST", "/_sim/act", {"form": form, "number": number, "operation": operation})

    def change(self, form, number, **values):
        """Set values of a document's header: creditAmount, settledAmount, invoiceNumber ..."""
        self._ask("POST", "/_sim/change", {"form": form, "number": number, "values": values})

    def seed(self, kind, code, name=None):
        """Add base data: company, currency, department, person, unit, settlement, bank."""
        self._ask("POST", "/_sim/seed", {"kind": kind, "code": code, "name": name or code})
