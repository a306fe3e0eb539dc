import re
from functools import reduce

from odoo import models

from ..clients.errors import (
    EndpointRefused,
    InvalidValues,
    LoginFailed,
    MappingMissing,
    Mismatch,
    NotSent,
    Rejected,
    SessionLost,
    Unknown,
)
from ..lib.vault import VaultError

# what a client says of a name, with the length that fits
TOO_LONG = re.compile(r"is empty or longer than (\d+) characters")


def one_after_another(env, texts):
    """Texts that hold commas of their own in one line, separated as the language of ``env`` does it."""
    return reduce(lambda one, other: env._("%(one)s; %(other)s", one=one, other=other), list(texts) or [""])


class FinanceConnection(models.Model):
    """What went wrong, in one sentence that says who can mend it. No secret, no payload, no address goes in."""

    _inherit = "finance.connection"

    def _in_words(self):
        """This record in the language of the person who will read its messages."""
        lang = self.responsible_id.lang or self.company_id.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    def _error_sentence(self, error):
        """:param error: a FinanceError or VaultError; :return: text for people"""
        if isinstance(error, VaultError):
            return self._vault_sentence(error.code)
        if isinstance(error, MappingMissing):
            return self._mapping_sentence(error.field, error.value)
        if isinstance(error, InvalidValues):
            return self.env._(
                "The document cannot be sent as it is (%(detail)s). Finance corrects it here and presses Retry.",
                detail=self._invalid_detail(error.summary.partition(": ")[2]) or error.summary,
            )
        if isinstance(error, LoginFailed) and error.reason == "clock":
            return self.env._(
                "The clock of this server and that of the other side differ by more than a minute, so the other side "
                "refuses what we sign. The operator of the server sets its clock, then a system administrator presses "
                "Test Connection; nothing is sent until then."
            )
        if isinstance(error, LoginFailed):
            return self.env._(
                "The other side refuses our login. A system administrator checks user, application and secret of the "
                "connection and presses Test Connection; nothing is sent until then."
            )
        if isinstance(error, EndpointRefused):
            return self._address_sentence(error.reason)
        if isinstance(error, Mismatch):
            return self.env._(
                "The other side holds something else under our number: %(field)s should be %(expected)s but is "
                "%(found)s. Nothing was overwritten; finance compares both documents and decides.",
                field=error.field,
                expected=error.expected,
                found=error.found,
            )
        return self._call_sentence(error)

    def _invalid_detail(self, why):
        """What a client finds wrong with a document before it is sent, for who mends it; False if it has no words here."""
        if limit := TOO_LONG.fullmatch(why):
            return self.env._("its name is empty, or longer than the %(limit)s characters over there", limit=limit[1])
        return self._invalid_words().get(why, False)

    def _invalid_words(self):
        """Hook: {what a client says: the same for people}."""
        sums = self.env._("its rows do not add up to its total")
        rows = self.env._("it has no row with an amount")
        return {
            "do not add up to the total": sums,
            "untaxed and tax do not add up": sums,
            "at least one line is needed": rows,
            "a receivable needs at least one line": rows,
            "must be positive": self.env._("it has no exchange rate"),
            "an order over there takes no negative rows": self.env._(
                "the finance system takes no order with rows of a negative amount"
            ),
            "one account would be booked the wrong way round": self.env._(
                "what it books to one account comes to less than zero, which the finance system does not take"
            ),
            "only the local currency can be sent for this document": self.env._(
                "the finance system takes this kind of document in the currency of the books only"
            ),
            "is too long or holds other characters than ASCII": self.env._(
                "its number is too long for the finance system, or holds other characters than letters and digits"
            ),
        }

    def _test_sentence(self, error):
        """What a test says: nothing is tried again by itself, and who can mend it sits in front of it."""
        reason = getattr(error, "reason", "")
        if reason in ("dns", "connect"):
            return self.env._(
                "Nobody answers at this address. Check address and port, whether the finance system runs, and whether the "
                "network lets this server reach it; then test again."
            )
        if reason == "tls":
            return self.env._(
                "The certificate at this address is not valid for it. Whoever runs the finance system puts that right; "
                "then test again."
            )
        is_strange = reason == "login" or (reason.startswith("http_") and reason != "http_429")
        if is_strange or isinstance(error, Unknown):
            return self.env._(
                "Something answers at this address, but not as %(product)s does, or not in time. Check the address; then "
                "test again.",
                product=dict(self._fields["product"]._description_selection(self.env))[self.product],
            )
        return self._error_sentence(error)

    def _address_sentence(self, reason):
        """Why our own rules refuse an address."""
        if reason == "scheme":
            return self.env._(
                "The address has to begin with https://. A system administrator corrects it; http:// is taken only if the "
                "operator names the network of the finance system in the server's environment (CRM_FINANCE_ONPREM_CIDR)."
            )
        if reason == "private_address":
            return self.env._(
                "This address lies in a private network that was not named to the server. A system administrator corrects "
                "the address, or the operator adds the network to CRM_FINANCE_ONPREM_CIDR in the server's environment and "
                "restarts it."
            )
        return self.env._(
            "This address cannot be used. It is written like https://erp.example.com/k3cloud/, without a user and "
            "without anything behind a question mark. A system administrator corrects it."
        )

    def _call_sentence(self, error):
        if isinstance(error, Rejected):
            texts = one_after_another(self.env, map(self._message_text, error.messages))
            return self.env._(
                "The other side refused it: %(texts)s. Finance corrects it there or here and presses Retry.",
                texts=(texts or error.summary)[:500],
            )
        if isinstance(error, Unknown | SessionLost):
            return self.env._(
                "It is not known whether the other side has it. It is asked for before anything is sent again."
            )
        if isinstance(error, NotSent):
            return self.env._("The other side could not be reached; nothing was sent. It is tried again by itself.")
        return self.env._("The bridge stopped at something unexpected (%(kind)s).", kind=type(error).__name__)

    @staticmethod
    def _message_text(message):
        """What the other side says, and behind it the name of its field for who knows it."""
        text = (message.text or "").strip().rstrip(".。")
        return f"{text} [{message.field}]" if text and message.field else text or message.field

    def _vault_sentence(self, code):
        if code == "no_secret":
            return self.env._("The connection has no secret yet. A system administrator enters it.")
        if code == "unreadable":
            return self.env._("The secret was encrypted with another key. A system administrator enters it again.")
        return self.env._(
            "The server has no valid key for secrets. Its operator sets CRM_FINANCE_KEY in the environment "
            "and restarts it."
        )

    def _mapping_sentence(self, field, value):
        kinds = dict(self.env["finance.mapping"]._fields["kind"]._description_selection(self.env))
        return self.env._(
            "No number of the other side is known for %(kind)s “%(name)s”. Finance enters it under Mappings and "
            "presses Retry.",
            kind=kinds.get(field, field),
            name=self.env["finance.mapping"].sudo()._name_of_key(value) or value,
        )
