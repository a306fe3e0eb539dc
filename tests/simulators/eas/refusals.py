"""Refusals: of the business, in the text of an answer; of the protocol, as a SOAP fault."""

from simulation.control import OrderRefused


class Refusal(OrderRefused):
    """The business says no. Codes are the simulator's own; ``error_codes`` hides them."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class SoapFault(Exception):
    """The protocol says no, with status 500."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
