"""What people at the far side do, and what a test orders: everything behind ``/_sim/``."""


class OrderRefused(Exception):
    """The books do not allow what was ordered; the text says why."""


class Control:
    """Orders to a server; a product adds its own in :meth:`orders`."""

    def __init__(self, server):
        self._server = server

    def orders(self):
        """Name -> method that takes the values of the order."""
        return {"faults": self._faults, "reset": self._reset}

    def act(self, name, values):
        """Carry out one order; raises KeyError for an unknown one."""
        return self.orders()[name](values)

    def _faults(self, values):
        if isinstance(values, dict) and values.get("clear"):
            self._server.faults.clear()
        else:
            self._server.faults.inject(values if isinstance(values, list) else [values])
        return {}

    def _reset(self, _values):
        self._server.faults.clear()
        self._server.meter.clear()
        self._server.store.reset()
        self._server.business.seed()
        return {}
