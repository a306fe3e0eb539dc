"""Python handle of the simulator as a process of its own."""

from simulation.runner import SimulatorProcess

from .auth import Account


class KingdeeSimulator(SimulatorProcess):
    """See :class:`simulation.runner.SimulatorProcess`.

    Settings: ``session_ttl`` and ``clock_tolerance`` (seconds), ``drop_sessions=True``.
    """

    package = "kingdee"

    @property
    def base_url(self):
        """Base address with its path, as configured in a client."""
        return f"http://127.0.0.1:{self.port}/k3cloud/"

    @property
    def credentials(self):
        """``acct_id, user_name, app_id, app_secret``."""
        known = Account()
        return {
            "acct_id": known.acct_id,
            "user_name": known.user_name,
            "app_id": known.app_id,
            "app_secret": known.app_secret,
        }

    def enter_receipt(self, customer_number, amount, third_number="", remark="", **more):
        """Enter an audited receipt as an accountant would; returns ``{"id", "number"}``.

        ``more``: number, date, currency, purpose, receive_item, organisation, modified, status,
        amounts (list: several lines).
        """
        values = {
            "customer_number": customer_number,
            "amount": str(amount),
            "third_number": third_number,
            "remark": remark,
            **more,
        }
        return self._ask("POST", "/_sim/receipts", values)

    def copy_receipt(self, number, copies):
        """Enter many receipts like the one of ``number``; gives their ids.

        :param copies: dicts with number, amount, modified (text as the product prints it), and if wished status, id
        """
        return self._ask("POST", "/_sim/copies", {"number": number, "copies": copies})["ids"]

    def act(self, form, number, operation):
        """Do what a person over there does: UnAudit, CancelAssign, Cancel, Delete, Audit ..."""
        return self._ask("POST", "/_sim/act", {"form": form, "number": number, "operation": operation})
