"""Several documents in one call of Kingdee Cloud Galaxy: BatchSave, and Submit and Audit with several numbers.

Each document stands or fails alone; the reply names it by its place (DIndex). What is said to be done is believed when
it was read back, one query for all.
"""

from . import kingdee_filters as where
from .adapter import SAVE
from .errors import FinanceError, InvalidValues, Mismatch, NumberTaken, Rejected, Unknown
from .kingdee_galaxy import MAX_ROWS
from .kingdee_galaxy_forms import FORMS
from .kingdee_galaxy_news import KingdeeNews
from .kingdee_galaxy_reading import BASE, FIND, NUMBER_KEY

_OPERATIONS = {"submit": "Submit", "audit": "Audit"}
_VALIDATION = 11  # MsgCode 验证失败


class KingdeeTogether(KingdeeNews):
    """The half of the adapter that sends many at once; needs ``client``, ``settings`` and ``steps``."""

    @classmethod
    def takes_together(cls, kind):
        """All that we create; a changed customer is opened, written and closed alone."""
        return kind in cls.sends and kind != "customer_update"

    def find_many(self, kind, numbers):
        """See the base class; a row that carries none of the numbers makes all of them doubtful."""
        condition = where.in_(FIND[self._known(kind)][1], numbers)
        documents = self._found(kind, condition, limit=MAX_ROWS)
        if len(documents) >= MAX_ROWS:
            raise Unknown("more documents than can be read at once", reason="shape")
        found = {number: [] for number in numbers}
        # servers compare without regard to case: such a one is found for a single number, too
        ours = {number.casefold(): number for number in numbers}
        for document in documents:
            number = ours.get(document.number.strip().casefold())
            if number is None:
                raise Unknown("a document that nobody asked for", reason="shape")
            found[number].append(document)
        return found

    def send_together(self, kind, step, payloads):
        """One call for all, one query to read back what it made of them."""
        if step not in self.steps(kind) or not self.takes_together(kind):
            raise InvalidValues("step", "is no step of several")
        numbers = list(payloads)
        if step == SAVE:
            reply = self.client.batch_save(FORMS[kind], self._together(kind, payloads))
        else:
            reply = self.client.write_many(_OPERATIONS[step], FORMS[kind], numbers)
        outcomes = dict(zip(numbers, reply.outcomes, strict=True))
        results = {number: self._told_apart(kind, number, outcome.error) for number, outcome in outcomes.items()}
        if any(
            outcome.number not in (number, "") and outcome.number in payloads for number, outcome in outcomes.items()
        ):
            # it names one of ours in the place of another: what it says of a place is said of nobody
            results = {number: self._confused(error) for number, error in results.items()}
        if not all(results.values()):
            self._read_back_many(kind, step, outcomes, results)
        return results

    # ------------------------------------------------------------------ inside

    def _together(self, kind, payloads):
        """``data`` of BatchSave out of those of Save, whose options must be the same."""
        bodies = list(payloads.values())
        for number, body in payloads.items():
            if not number or body["Model"].get(NUMBER_KEY[kind]) != number:
                raise InvalidValues("number", "differs from the payload")
        options = [{name: value for name, value in body.items() if name != "Model"} for body in bodies]
        if any(option != options[0] for option in options):
            raise ValueError("documents with different options cannot share a call")
        return {**options[0], "Model": [body["Model"] for body in bodies]}

    def _read_back_many(self, kind, step, outcomes, results):
        """Puts the documents among the results; doubt where they cannot be read."""
        try:
            found = self.find_many(kind, list(outcomes))
        except FinanceError as error:
            results.update({number: self._not_read_back(error) for number, known in results.items() if not known})
            return
        for number, known in results.items():
            if not known:
                results[number] = self._judged(number, outcomes[number], found[number], numbers=outcomes)
            elif step == SAVE and found[number] and not isinstance(known, NumberTaken):
                # said to be refused, and it is there
                results[number] = self._confused(known)

    @staticmethod
    def _confused(error):
        if not isinstance(error, Rejected):
            return error
        return Unknown(error.summary, reason="contradiction", code=error.code, messages=error.messages)

    def _judged(self, number, outcome, found, numbers):
        try:
            if outcome.number in numbers and outcome.number != number:
                raise Unknown("the reply mixes up its documents", reason="contradiction")
            if outcome.number and outcome.number != number:
                raise Mismatch("number", number, outcome.number)
            return self._the_one(found, outcome.remote_id)
        except FinanceError as error:
            return error

    def _found(self, kind, condition, *, limit, more=()):
        """Documents that fulfil a condition on their number."""
        keys = FIND[kind]
        if kind in BASE:
            condition = where.all_of(condition, where.eq("FUseOrgId.FNumber", self.settings.organisation))
        fields = tuple(dict.fromkeys([key for key in keys if key] + list(more)))
        rows = self.client.execute_bill_query(FORMS[kind], fields, condition, order=(keys[0],), limit=limit)
        return [self._document(kind, keys, dict(zip(fields, row, strict=True))) for row in rows]

    def _told_apart(self, kind, number, error):
        """The refusal "number in use" (MsgCode 11 on the number) as what it is, any other error as it came."""
        if not isinstance(error, Rejected) or error.code != _VALIDATION:
            return error
        key = NUMBER_KEY[kind].lower()
        if not any(message.field.lower() == key or f"[{number}]" in message.text for message in error.messages):
            return error
        return NumberTaken(
            "the number is in use over there", reason="number_taken", code=error.code, messages=error.messages
        )
