"""What the public documentation leaves open or what differs from site to site."""

from dataclasses import dataclass

from simulation.switchboard import Switchboard


@dataclass
class Switches(Switchboard):
    """Values may be changed while the server runs; see :meth:`change`."""

    # --- token
    token_seconds: float = 7200.0
    token_cap: int = 2000  # fetches in one period of two hours
    one_token: bool = False  # a new token ends the one before
    unknown_token: str = "expired"  # "expired" answers 30012, "refused" code_account
    # --- one-shot ids
    reuse_tradeid: str = "error"  # a finished one: "error" or "same" (the first result again)
    reuse_biz_id: str = "same"
    biz_id_scope: str = "app"  # "app" or "resource": where a biz_id is unique
    failed_id: str = "free"  # after a business error the id is "free" again, or "used"
    # --- asynchronous writes
    async_seconds: float = 0.0  # from the call to the commit
    polls: int = 1  # how often /result still says "wait" although it is done
    ping_after: int = 3
    calls_per_minute: int = 0  # more are answered with 429; 0 is no limit
    # --- documents
    manual_number: bool = True  # False: a number sent is dropped and the product gives its own
    red_sign: str = "positive"  # amounts of a red oughtreceive: "positive", "negative" or "any"
    numbers: str = "text"  # "text" or "any": are JSON numbers accepted for amounts
    customer_eai_fields: bool = True  # tax_reg_code, credit_… on the customer
    closed_through: str = ""  # yyyy-MM-dd: the last day of the last closed period
    login_required: bool = False  # verify and audit expect /api/user/login
    workflow: bool = False  # new documents wait for approval; verify is refused, audit decides
    # --- lists
    empty_list: str = "error"  # "error" answers 20002, "list" an empty one
    max_rows: int = 8000
    # --- error codes that are not documented
    code_parameter: str = "90001"
    code_account: str = "90002"
    code_token_cap: str = "90004"
    code_used_id: str = "90005"
    code_path: str = "90006"
    code_request: str = "90007"
