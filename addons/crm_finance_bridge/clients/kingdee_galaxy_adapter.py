"""Kingdee Cloud Galaxy behind the :class:`.adapter.FinanceAdapter` seam."""

from . import kingdee_filters as where
from .adapter import AUDIT, DONE, SAVE, STOPPED, SUBMIT, WAIT
from .errors import (
    InvalidValues,
    Mismatch,
    Rejected,
)
from .kingdee_galaxy import SIGNED, KingdeeCredentials, KingdeeGalaxyClient
from .kingdee_galaxy_base_data import CHANGED_KEYS, customer_change, customer_model, product_model
from .kingdee_galaxy_bills import order_model, receipt_model, receivable_model
from .kingdee_galaxy_forms import FORMS, KingdeeSettings
from .kingdee_galaxy_reading import FIND, NUMBER_KEY
from .kingdee_galaxy_together import KingdeeTogether
from .results import ConnectionReport
from .transport import HttpTransport
from .values import text_of

UNAUDIT = "unaudit"
_MODELS = {
    "customer": customer_model,
    "product": product_model,
    "receivable": receivable_model,
    "credit_note": receivable_model,
    "sales_order": order_model,
    "own_receipt": receipt_model,
}


class KingdeeGalaxyAdapter(KingdeeTogether):
    """Customers and receivables go out (save, submit, audit), receipts are read back.

    :param client: a :class:`KingdeeGalaxyClient`.
    :param settings: a :class:`KingdeeSettings`.
    :param page_size: rows per page of receipts, at most 2000.
    """

    product = "kingdee_galaxy"
    kinds = tuple(FORMS)
    mapped_kinds = (*KingdeeTogether.mapped_kinds, "department")
    sends = tuple(kind for kind in FORMS if kind != "receipt")

    def __init__(self, client, settings, *, page_size=2000):
        super().__init__(client, settings, page_size=page_size)

    @classmethod
    def connect(cls, base_url, credentials, settings, *, auth=SIGNED, **transport_options):
        """See the base class; mappings have the keys of KingdeeCredentials, KingdeeSettings."""
        known, configured = cls._configured(KingdeeCredentials, credentials, KingdeeSettings, settings)
        transport = HttpTransport(base_url, **transport_options)
        return cls(KingdeeGalaxyClient(transport, known, auth=auth), configured)

    def test_connection(self):
        """Log in by signature where sessions are used, then read the local currency."""
        currency = self.settings.currencies.get(self.settings.local_currency, "")
        rows = self.client.execute_bill_query("BD_Currency", ("FCODE",), where.eq("FNUMBER", currency), limit=1)
        if not rows:
            raise Mismatch("local currency", currency, "nothing")
        client = self.client
        return ConnectionReport(self.product, client.account, client.user, str(rows[0][0]))

    # ------------------------------------------------------------------ documents

    def find(self, kind, number):
        """Exactly what carries the number; customers only of our using organisation."""
        more = tuple(CHANGED_KEYS.values()) if kind == "customer_update" else ()
        return self._found(kind, where.eq(FIND[self._known(kind)][1], number), limit=50, more=more)

    def steps(self, kind):
        """Save, submit, audit; receipts are only read."""
        if self._known(kind) == "receipt":
            return ()
        steps = (SAVE, SUBMIT, AUDIT) if kind in self.settings.audit_kinds else (SAVE, SUBMIT)
        return (UNAUDIT, *steps) if kind == "customer_update" else steps

    def _step_after(self, kind, document):
        """By FDocumentStatus: Z, A submit; B audit or wait; C done; D was taken back: stop.

        D (重新审核) is never pushed forward by machine: somebody over there withdrew the bill.
        """
        if document.status == "C":
            return DONE
        if not self.steps(kind):
            return WAIT
        if document.status in ("Z", "A"):
            return SUBMIT
        if document.status == "B":
            return AUDIT if AUDIT in self.steps(kind) else WAIT
        return STOPPED

    def next_step_for(self, kind, document, values):
        """A changed customer is opened (UnAudit), written, submitted and audited again."""
        if kind != "customer_update" or document is None or document.cancelled:
            return self.next_step(kind, document)
        wanted = customer_change(values)["Model"]
        if all(text_of(document.raw[key]) == wanted[key].strip() for key in CHANGED_KEYS.values()):
            return SUBMIT if document.status == "D" else self.next_step(kind, document)
        # a person over there has it in his hands while it is submitted
        return {"C": UNAUDIT, "B": WAIT}.get(document.status, SAVE)

    def build(self, kind, values):
        """``data`` of Save. ValidateRepeatJson stays off: the unique number is the guard, and
        the same payload must be allowed again after a send that never arrived."""
        if kind == "customer_update":
            return customer_change(values)
        if kind not in _MODELS:
            raise InvalidValues("kind", "cannot be sent")
        model = _MODELS[kind](values, self.settings)
        return {"IsVerifyBaseDataField": "true", "NeedReturnFields": [], "Model": model}

    def send_step(self, kind, step, number, payload=None):
        """One call to the far side and one to read back what it made of it."""
        if step not in self.steps(kind):
            raise InvalidValues("step", "is no step of this kind")
        form = FORMS[kind]
        if step == SAVE:
            model = (payload or {}).get("Model") or {}
            if not number or model.get(NUMBER_KEY[kind]) != number:
                raise InvalidValues("number", "differs from the payload")
            outcome = self._save(kind, number, self._addressed(kind, number, payload))
        elif step == UNAUDIT:
            outcome = self.client.unaudit(form, number)
        elif step == SUBMIT:
            outcome = self.client.submit(form, number)
        else:
            outcome = self.client.audit(form, number)
        if outcome.number and outcome.number != number:
            raise Mismatch("number", number, outcome.number)
        return self._read_back(kind, number, outcome.remote_id)

    # ------------------------------------------------------------------ inside

    def _save(self, kind, number, payload):
        """Save, and tell the refusal "number in use" from others."""
        try:
            return self.client.save(FORMS[kind], payload)
        except Rejected as error:
            raise self._told_apart(kind, number, error) from None

    def _addressed(self, kind, number, payload):
        """The payload of a change names the id that carries our number now."""
        if kind != "customer_update":
            return payload
        found = self.find(kind, number)
        if len(found) != 1:
            raise Mismatch("number of documents", 1, len(found))
        return {**payload, "Model": {"FCUSTID": int(found[0].remote_id), **payload["Model"]}}
