"""The books of the far side, and the oracle that reads them."""

import contextlib
import json
import re
import sqlite3
import time
from datetime import datetime, timedelta

from simulation.store import SHANGHAI

# the far side did nothing with the document, or not yet, or refused it for no reason
UNHEARD = re.compile(r"not run|^fault:late_commit$|^fault:refuse_items \(refused")


class Ledger:
    """The part of a world that asks the far side's books what came of an experiment."""

    def mark(self):
        """Where the call log of the far side stands now."""
        with self._books() as books:
            return books.execute("SELECT coalesce(max(id), 0) FROM call").fetchone()[0]

    @contextlib.contextmanager
    def _books(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.erp.ledger_path}?mode=ro", uri=True, timeout=30)) as books:
            yield books

    def calls(self, since, form=None):
        """Calls about a form (receivables) after the mark, oldest first: (id, operation, number, outcome, committed,
        when it came in). One about many documents stands there once for each, under the operation for a single one."""
        with self._books() as books:
            found = books.execute(
                "SELECT id, lower(operation), number, outcome, committed, moment FROM call "
                "WHERE id > ? AND upper(form) = ? ORDER BY id",
                (since, form or self.there.form),
            ).fetchall()
            named = self._named_in_calls(books, since)
        lines = []
        for ident, operation, text, outcome, committed, moment in found:
            operation = self.there.make if operation == self.there.batch else operation
            asked = [(number, outcome, committed) for number in _numbers_in(text)]
            for number, came_of_it, is_committed in named.get(ident, asked):
                came_of_it = _outcome_of(outcome, came_of_it)
                lines.append((ident, operation, number, came_of_it, is_committed, _moment_of(moment)))
        return lines

    def _named_in_calls(self, books, since):
        """{id of a change: [(number, outcome, committed)]}, where the far side keeps it."""
        named = {}
        if self.there.batch:
            query = "SELECT call, number, outcome, committed FROM call_document WHERE call > ? ORDER BY call, position"
            for call, *document in books.execute(query, (since,)):
                named.setdefault(call, []).append(document)
        return named

    def count_requests(self, since):
        """Calls about receivables, each once, whatever it was about."""
        return len({call[0] for call in self.calls(since)})

    def count_together(self, since):
        """Documents that were created by calls about more than one."""
        with self._books() as books:
            found = books.execute(
                "SELECT sum(d.committed) FROM call c JOIN call_document d ON d.call = c.id "
                "WHERE c.id > ? AND lower(c.operation) = ? GROUP BY c.id HAVING count(*) > 1",
                (since, self.there.batch),
            )
            return sum(row[0] for row in found)

    def count_calls(self, operation, since):
        """Calls of an operation that is about no document."""
        with self._books() as books:
            query = "SELECT count(*) FROM call WHERE id > ? AND lower(operation) = ?"
            return books.execute(query, (since, operation)).fetchone()[0]

    def documents(self, numbers):
        """{number: [(id, status, amount)]} of the receivables in the far side's books."""
        found = self.bodies(numbers, self.there.form)
        return {number: [(*doc[:2], self._amount_of(doc[2])) for doc in docs] for number, docs in found.items()}

    def bodies(self, numbers, form):
        """{number: [(id, status, all that is in it)]} of one form of the far side's books."""
        found = {number: [] for number in numbers}
        with self._books() as books:
            for number, ident, status, body in books.execute(
                "SELECT number, id, status, body FROM document WHERE upper(form) = ?", (form,)
            ):
                if number in found:
                    found[number].append((str(ident), status, json.loads(body)))
        return found

    def _amount_of(self, body):
        header = body.get("header", body)
        return header.get(self.there.amount) or "0"

    def judge(self, report, made, since):
        """The oracle: each of ``made`` stands in the books exactly once, as we sent it, and was sent once."""
        documents, rows = self.documents(made), self.rows(made)
        report.documents += len(made)
        for number, amount in made.items():
            there = documents[number]
            state, code, attempts, remote_id, bound = rows[number]
            report.worst("attempts a document", attempts or 0)
            report.require(there, f"{number} is lost ({state} {code})")
            report.require(len(there) < 2, f"{number} stands there {len(there)} times")
            if not there:
                continue
            ident, found, total = there[0]
            report.require(state == "done", f"{number} ended {state} {code}")
            report.require(found == self.there.done, f"{number} has state {found} there")
            report.require(float(total) == float(amount), f"{number} has {total} there, {amount} was sent")
            # a product that shows no id is bound by the number
            is_bound = remote_id == bound and (bound == number or ident in (bound or ""))
            report.require(is_bound, f"{number} is bound to {bound}, {ident} stands there")
        calls = self.calls(since)
        self._judge_calls(report, made, calls)
        self.judge_order(report, "receivable", made, calls)
        return calls

    def _judge_calls(self, report, made, calls):
        """No change was made twice or tried on what had it already; who follows went after the one before it."""
        acted, first_save, last_audit = {}, {}, {}
        for ident, operation, number, outcome, committed, _moment in calls:
            if number not in made or operation not in (self.there.make, self.there.finish):
                continue
            if operation == self.there.make:
                first_save.setdefault(number, ident)
                # a second one that reached them would be a second document in books that take every number
                if not UNHEARD.search(outcome):
                    acted[number] = acted.get(number, 0) + 1
            elif committed:
                last_audit[number] = ident
        for number, count in acted.items():
            report.require(count == 1, f"{number} was saved {count} times")
        for number, before in getattr(self, "pairs", {}).items():
            if number in first_save:
                in_order = before in last_audit and last_audit[before] < first_save[number]
                report.require(in_order, f"{number} went before {before}")

    def judge_order(self, report, kind, numbers, calls):
        """Nothing changes over there that is not committed here: each such call came in after a commit of its own.

        What a call taught is a line of our ledger, which is never changed. Before its first change a document has been
        asked for, before the second the first has been noted, and so on: one line more than changes before.
        """
        known, sent = self._committed_lines(kind, numbers), {}
        for _ident, operation, number, _outcome, _committed, moment in calls:
            if number in numbers and operation in self.there.changes:
                sent[number] = sent.get(number, 0) + 1
                before = sum(line <= moment for line in known.get(number, ()))
                report.require(
                    before >= sent[number], f"{operation} no. {sent[number]} of {number} came after {before} commits"
                )
                report.add("changes after their commit", int(before >= sent[number]))

    def _committed_lines(self, kind, numbers):
        """{number: when each line of the ledger about it was committed}."""
        found = {}
        with self.env() as env:
            env.cr.execute(
                "SELECT o.number, pg_xact_commit_timestamp(a.xmin) FROM finance_outbox o "
                "JOIN finance_attempt a ON a.res_model = 'finance.outbox' AND a.res_id = o.id "
                "WHERE o.connection_id = %s AND o.kind = %s AND o.number = ANY(%s)",
                [self.connection_id, kind, list(numbers)],
            )
            for number, moment in env.cr.fetchall():
                found.setdefault(number, []).append(moment)
        return found

    def wait_for_call(self, operation, since, seconds=10):
        """Waits until the far side has got such a call after the mark."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(call[1] == operation for call in self.calls(since)):
                return
            time.sleep(0.002)
        raise RuntimeError(f"no {operation} within {seconds} s")


def _numbers_in(text):
    """The business numbers in what the call log notes of a call, which for a question is its condition."""
    return re.findall(r"[A-Z]+-(?:AR|C|P|SO|RC)-\d+", text) or [text]


def _outcome_of(call, document):
    """What came of one document of a call: what hit the call, and how far the document got."""
    hit = re.match(r"fault:\w+", call)
    if hit and call != document:
        return f"{hit[0]} ({document})"
    return call if document == "not run" else document


def _moment_of(text):
    """When a call came in at the latest: the far side notes whole milliseconds of its own zone."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) + timedelta(milliseconds=1)
