"""What the public documentation leaves open or what differs from site to site."""

from dataclasses import dataclass

from simulation.switchboard import Switchboard


@dataclass
class Switches(Switchboard):
    """Values may be changed while the server runs."""

    # --- session
    session_seconds: float = 1800.0  # life of an idle session
    one_session: bool = False  # a new login ends the sessions before it
    lost_session: str = "fault"  # "fault" (HTTP 500) or "result" (an answer that says no)
    login_failure: str = "nil"  # sessionId is "nil" or "absent", or the answer is a "fault"
    affinity: bool = False  # calls must bring the cookie of the login, as in a cluster
    # --- wire
    multi_ref: bool = False  # the context of a login stands beside the answer, as Axis 1 likes it
    inner_host: str = ""  # host in the address of the WSDL, as behind a proxy
    calls_per_minute: int = 0  # more are answered with 429; 0 is no limit
    # --- documents
    manual_number: bool = True  # False: a number sent is dropped and the product gives its own
    numbers: str = "any"  # amounts in JSON: "any", only "number" or only "text"
    red_sign: str = "negative"  # amounts of a red receivable: "negative", "positive" or "any"
    customers_audited: bool = False  # a customer must be audited before it is used
    closed_through: str = ""  # yyyy-MM-dd: the last day of the last closed period
    auto_audit: bool = True  # False: mode "audit" and auditBill are left to people
    # --- answers
    error_codes: bool = True  # False: a refusal has only its text
    missing: str = "error"  # getBill of nothing: "error", "null" (no data) or "empty" (no text)
    empty_list: str = "list"  # "list" or "error"
    max_rows: int = 1000
