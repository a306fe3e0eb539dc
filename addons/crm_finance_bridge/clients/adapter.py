"""The seam between the outbox and an ERP product.

The worker knows only this. A document goes out like this, each numbered line in its own
transaction, so that a kill between any two is survived::

    1  payload = adapter.build(kind, values)              # frozen with the outbox row
    2  found = adapter.find(kind, number)                 # always before the first or a next try
    3  none -> step = SAVE; one -> adapter.verify(...), step = adapter.next_step(kind, found[0]);
       several -> a person
    4  while step is one of adapter.steps(kind):
           document = adapter.send_step(kind, step, number, payload)   # returns what was read back
           step = adapter.next_step(kind, document)
    5  adapter.verify(kind, values, document); DONE -> bind, WAIT -> look again later,
       STOP -> a person

An error's ``next_action`` tells what follows it: see :mod:`.errors`. ``find`` giving nothing right
after an ``Unknown`` proves little, because a commit may come late: wait a settle delay, ask again,
and only then send the same payload under the same number.
"""

from abc import ABC, abstractmethod
from datetime import UTC, timedelta, timezone
from importlib import import_module

from .errors import CursorInvalid, FinanceError, InvalidValues, Mismatch, Unknown
from .values import BASE, money

SAVE = "save"
SUBMIT = "submit"
AUDIT = "audit"
WAIT = "wait"
DONE = "done"
STOPPED = "stop"
# how far ahead of us a cursor may be, as clocks differ
_FUTURE = timedelta(hours=24)


class FinanceAdapter(ABC):
    """One connection to one ERP product. Not for several threads at once.

    :param client: speaks the product's protocol
    :param settings: a :class:`.settings.BookSettings`
    :param page_size: rows per page of what is read
    """

    product = ""
    kinds = ("customer", "receivable", "receipt")
    # kinds that may be handed to ``build``; others are never put into the outbox
    sends = ("customer", "receivable")
    # kinds of mappings that ``build`` reads; others are not offered for this product
    mapped_kinds = ("product", "unit", "currency", "salesperson", "settlement")
    # whether every document that is shown names its currency
    shows_currency = True

    def __init__(self, client, settings, *, page_size=500):
        self.client = client
        self.settings = settings
        self._page_size = page_size
        self._zone = timezone(timedelta(minutes=settings.utc_offset_minutes))

    @classmethod
    @abstractmethod
    def connect(cls, base_url, credentials, settings, **transport_options):
        """Make an adapter from plain mappings; opens no connection.

        Raises ``EndpointRefused`` for a bad address, ``InvalidValues`` or ``MappingMissing`` for
        settings that cannot work.
        """

    @abstractmethod
    def test_connection(self):
        """Log in and read something harmless; returns ``ConnectionReport`` or raises."""

    @abstractmethod
    def find(self, kind, number):
        """All remote documents with that business number (normally none or one).

        Changes nothing over there. Raises like any read; ``Unknown`` then means: ask again.
        """

    @abstractmethod
    def steps(self, kind):
        """Names of the steps that ``send_step`` takes for that kind, in order."""

    def next_step(self, kind, document):
        """What is due for a remote document (``None`` = there is none yet).

        One of ``steps(kind)``, or ``WAIT`` (a person over there has to act), ``DONE``, or
        ``STOPPED`` (taken back, cancelled or unknown state: a person here has to look).
        """
        if document is None:
            if kind == "customer_update":
                return STOPPED
            return SAVE if self.steps(kind) else WAIT
        return STOPPED if document.cancelled else self._step_after(kind, document)

    def _step_after(self, kind, document):
        """:meth:`next_step` by the state of a document that is there and not void."""
        raise NotImplementedError

    def next_step_for(self, kind, document, values):
        """Like ``next_step``, for kinds whose next step hangs on what was to be written.

        Such a kind changes a document that is there: ``DONE`` only once it holds ``values``.
        """
        return self.next_step(kind, document)

    # letter of ``RemoteDocument.status`` -> stage
    stages = {"Z": "saved", "A": "saved", "B": "submitted", "C": "audited", "D": "rejected"}

    @classmethod
    def stage_of(cls, kind, status):
        """Stage that a status means: ``saved``, ``submitted``, ``audited``, ``rejected``; "" if it is not known.

        Hook: a product with other words than Kingdee's letters has its own.
        """
        return cls.stages.get(status, "")

    def state_of(self, document):
        """Stage of a document over there; ``void`` whatever its status says."""
        return "void" if document.cancelled else self.stage_of(document.kind, document.status)

    @abstractmethod
    def build(self, kind, values):
        """The wire payload as plain JSON values. Raises ``MappingMissing``, ``InvalidValues``."""

    @abstractmethod
    def send_step(self, kind, step, number, payload):
        """Do one step and return the ``RemoteDocument`` as read back after it.

        ``payload`` is needed for the first step only. Raises ``Unknown`` also if the step went
        through but could not be read back, ``NumberTaken`` if Save found the number in use,
        ``Mismatch`` if the far side answered for another number or holds several documents.
        """

    def verify(self, kind, values, document):
        """Raise ``Mismatch`` unless the document is ours: number, not void, and name (base data) or customer,
        currency and amount."""
        self._equal("number", str(values["number"]), document.number)
        self._equal("cancelled", False, document.cancelled)
        if kind == "customer_update":
            return
        if kind in BASE:
            self._equal("name", self._name_of(values["name"]), self._name_of(document.name))
            return
        self._equal("customer", str(values["customer_number"]), document.customer_number)
        if self.shows_currency or document.currency_number:
            self._equal("currency", self.settings.currencies.get(values["currency"]), document.currency_number)
        self._equal("amount", money(values["amount_total"]), document.amount)

    @abstractmethod
    def read_receipts(self, cursor, until):
        """Receipts changed up to ``until`` (aware datetime): ``(list, next ReceiptCursor)``.

        Store the cursor in the commit that stores the receipts. Lines come again (overlap):
        de-duplicate by ``RemoteReceipt.key``. Call again at once while the cursor is ``partial``.
        Raises ``CursorInvalid`` if the cursor lies in the future.
        """

    # ------------------------------------------------------------------ several at once, where offered

    @classmethod
    def takes_together(cls, kind):
        """Whether several documents of that kind may share a call; then the two methods below are there."""
        return False

    def find_many(self, kind, numbers):
        """:meth:`find` for several numbers in one call: number -> list of documents, empty where there is none."""
        raise NotImplementedError

    def send_together(self, kind, step, payloads):
        """:meth:`send_step` for several: number -> the document as read back, or the error that ``send_step`` raises.

        Raises what concerns the call as a whole; then it concerns each of them.

        :param payloads: number -> payload, in the order in which they are sent
        """
        raise NotImplementedError

    # ------------------------------------------------------------------ reading, where offered

    def read_codes(self, kind):
        """Codes of the far side: list of ``RemoteCode``; ``None`` if this product cannot say.

        ``kind`` is one of the names of mappings (``product``, ``unit``, ``currency``,
        ``settlement``, ``salesperson``, ``department``, ``tax``) or ``customer``.
        """
        return None

    def read_documents(self, since, until, *, page=None):
        """Receivables of two days and all between: ``(list of RemoteDocument, next page)``.

        ``page`` is what the last call gave; the next page is ``None`` after the last one.
        Returns ``None`` if this product cannot list.
        """
        return None

    def list_receipts(self, since, until, *, page=None):
        """Receipts dated on two days and all between, in any state: ``(list of RemoteReceipt, next page)``.

        Pages as in :meth:`read_documents`. What a list leaves out is asked for by number before it counts as gone.
        """
        return None

    def read_credit_limits(self):
        """Customer number -> credit limit (Decimal, local currency); ``None`` if not offered."""
        return None

    def read_changes(self, kind, since, until):
        """Documents of that kind that changed between two aware moments, ours and others.

        List of ``RemoteDocument``; a product without a time of change may give more. ``None`` if not offered.
        """
        return None

    def read_fapiao(self, since, until):
        """Number of a receivable -> tuple of its fapiao numbers, of those that changed between two aware moments.

        ``None`` if not offered; an empty tuple means that the fapiao was taken back.
        """
        return None

    def read_open_items(self, day):
        """What customers owed at the end of ``day``, and what they had paid ahead (negative).

        List of ``RemoteDocument`` whose ``amount`` is the open rest; ``None`` if not offered.
        """
        return None

    # ------------------------------------------------------------------ for the products

    @staticmethod
    def _configured(credentials_class, credentials, settings_class, settings):
        """Credentials and settings as the product has them. Raises what ``connect`` raises for them."""
        try:
            return credentials_class(**credentials), settings_class(**settings)
        except (TypeError, ValueError) as error:
            # the class of the error only: its text could quote a value
            raise InvalidValues("connection", type(error).__name__) from None

    def _known(self, kind):
        if kind not in self.kinds:
            raise InvalidValues("kind", "is not known")
        return kind

    @staticmethod
    def _name_of(name):
        """A name as the other side keeps it."""
        return str(name or "").strip()

    @staticmethod
    def _window_end(cursor, until):
        """Where the window ends that ``read_receipts`` reads; raises ``CursorInvalid``."""
        if until.tzinfo is None:
            raise CursorInvalid("until needs a time zone", reason="cursor_naive")
        if cursor.since > until + _FUTURE:
            raise CursorInvalid("the cursor lies in the future", reason="cursor_future")
        return cursor.until if cursor.partial else until.astimezone(UTC).replace(microsecond=0)

    @staticmethod
    def _equal(name, expected, found):
        if expected != found:
            raise Mismatch(name, expected, found)

    def _read_back(self, kind, number, remote_id=""):
        """The one document that a step has left over there; doubt where it cannot be read."""
        try:
            found = self.find(kind, number)
        except FinanceError as error:
            raise self._not_read_back(error) from None
        return self._the_one(found, remote_id)

    @staticmethod
    def _not_read_back(error):
        summary = f"done, but not read back: {error.summary}"
        return Unknown(summary, reason="read_back", retry_after=error.retry_after, cause=error)

    @staticmethod
    def _the_one(found, remote_id=""):
        """The one document of what was found after a step, with the id that the step told if it told one."""
        if not found:
            raise Unknown("done, but not found afterwards", reason="read_back")
        if len(found) > 1:
            raise Mismatch("number of documents", 1, len(found))
        if remote_id and remote_id != found[0].remote_id:
            raise Mismatch("id", remote_id, found[0].remote_id)
        return found[0]


_PRODUCTS = {}


def register(product, adapter_class):
    """Make an adapter known; a consultant's module may add or replace one."""
    _PRODUCTS[product] = adapter_class


# product -> module of this package and class; imported when asked for, because those modules import this one
_OURS = {
    "kingdee_galaxy": ("kingdee_galaxy_adapter", "KingdeeGalaxyAdapter"),
    "yonyou_u8": ("u8_adapter", "YonyouU8Adapter"),
    "kingdee_eas": ("kingdee_eas_adapter", "KingdeeEasAdapter"),
}


def adapter_for(product):
    """The adapter class of ``product``, for example ``kingdee_galaxy``. Raises KeyError if unknown."""
    if product not in _PRODUCTS and product in _OURS:
        module, name = _OURS[product]
        register(product, getattr(import_module(f".{module}", __package__), name))
    return _PRODUCTS[product]
