"""What the clients give back: frozen, comparable, free of any wire format but ``raw``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from .errors import CursorInvalid


@dataclass(frozen=True)
class RemoteDocument:
    """A document as the far side holds it now.

    ``status`` is the far side's own letter, ``amount`` the tax-included total in the document's
    currency (``None`` for a customer), ``modified`` aware UTC, ``raw`` the fields as they came.
    ``cancelled`` means void (a bill) or forbidden (a customer).
    """

    kind: str
    remote_id: str
    number: str
    status: str
    cancelled: bool = False
    amount: Decimal | None = None
    modified: datetime | None = None
    customer_number: str | None = None
    currency_number: str | None = None
    name: str | None = None
    day: date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class RemoteCode:
    """One code of the far side's base data; of a customer with the credit code that stands there."""

    kind: str
    number: str
    name: str
    credit_code: str = ""


@dataclass(frozen=True)
class RemoteReceipt:
    """One line of a receipt of the far side: money that came in.

    ``(remote_id, entry_id)`` identifies it, ``modified`` (aware UTC) tells its version: the caller
    drops what it already has under all three. ``amount`` is in the receipt's currency and may be
    negative on a red bill. ``third_number`` is our number if the accountant or we entered one,
    ``receive_item`` the order or contract the money is for. ``cancelled`` or a status that is not
    "audited" means: do not count this money (any more).
    """

    remote_id: str
    number: str
    entry_id: str
    date: date | None
    customer_number: str
    amount: Decimal
    currency_number: str
    third_number: str
    remark: str
    status: str
    cancelled: bool
    modified: datetime | None
    receive_item: str = ""
    purpose_number: str = ""
    settle_number: str = ""
    written_off: Decimal | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self):
        """What to de-duplicate by: identity and version."""
        return (self.remote_id, self.entry_id, self.modified)


@dataclass(frozen=True)
class ReceiptCursor:
    """Where reading of receipts stands; store it as text in the same commit as what was read.

    ``since``     everything changed before this moment has been read (aware UTC)
    ``until``     end of a window that is being read, ``None`` between windows
    ``after_id``  last bill id read in that window (text where ids are text), ``None`` between windows
    """

    since: datetime
    until: datetime | None = None
    after_id: int | str | None = None

    def __post_init__(self):
        for moment in (self.since, self.until):
            if moment is not None and moment.tzinfo is None:
                raise CursorInvalid("a cursor needs aware datetimes", reason="cursor_naive")

    @property
    def partial(self):
        """True while a window is only half read: call again at once with this cursor."""
        return self.until is not None

    def to_json(self) -> dict:
        """Plain values for storage."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "after_id": self.after_id,
        }

    @classmethod
    def from_json(cls, data: Mapping) -> "ReceiptCursor":
        """Inverse of :meth:`to_json`; raises :class:`CursorInvalid` on anything unreadable."""
        try:
            until = data.get("until")
            after = data.get("after_id")
            return cls(
                datetime.fromisoformat(data["since"]),
                datetime.fromisoformat(until) if until else None,
                after if after is None or isinstance(after, str) else int(after),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CursorInvalid("the stored cursor is unreadable", reason="cursor") from None


@dataclass(frozen=True)
class ConnectionReport:
    """Result of a connection test that succeeded; what failed is raised instead."""

    product: str
    account: str
    user: str
    detail: str
    checked: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)
