"""The books of this product, and what each document of a call met with."""

from simulation.store import Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS call_document (
    call INTEGER NOT NULL, position INTEGER NOT NULL, number TEXT NOT NULL,
    outcome TEXT NOT NULL, committed INTEGER NOT NULL, PRIMARY KEY (call, position));
"""


class Books(Store):
    """A :class:`simulation.store.Store` whose call log also has a line for each document that a change names."""

    def __init__(self, path):
        super().__init__(path)
        self._db().executescript(_SCHEMA)

    def log_change(self, operation, form, numbers):
        """Note that a call began which changes documents; returns its id."""
        with self.transaction() as db:
            call = self.log_call(operation, form, ",".join(numbers))
            db.executemany(
                "INSERT INTO call_document VALUES (?, ?, ?, 'not run', 0)",
                [(call, position, number) for position, number in enumerate(numbers)],
            )
        return call

    def end_document(self, call, position, outcome, number=None):
        """Note what came of one document of a call; with a number it was changed. Call inside the transaction that
        changes it."""
        self._db().execute(
            "UPDATE call_document SET outcome = ?, committed = ?, number = coalesce(?, number) "
            "WHERE call = ? AND position = ?",
            (outcome, int(number is not None), number, call, position),
        )

    def calls(self):
        """The call log; ``documents`` of a change are number, outcome (``not run`` if nobody tried) and committed."""
        named = {}
        for row in self._db().execute("SELECT * FROM call_document ORDER BY call, position"):
            line = {"number": row["number"], "outcome": row["outcome"], "committed": bool(row["committed"])}
            named.setdefault(row["call"], []).append(line)
        return [{**call, "documents": named.get(call["id"], [])} for call in super().calls()]

    def reset(self):
        super().reset()
        with self.transaction() as db:
            db.execute("DELETE FROM call_document")
