"""The books: documents, ids, call log, in one SQLite file that outlives the process.

The unique index on (form, number) is what decides between two equal saves at the same moment.
Every business call runs in one ``BEGIN IMMEDIATE`` transaction.
"""

import contextlib
import json
import sqlite3
import threading
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    form TEXT NOT NULL, id INTEGER NOT NULL, number TEXT NOT NULL COLLATE NOCASE,
    status TEXT NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0, modified TEXT NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (form, id));
CREATE UNIQUE INDEX IF NOT EXISTS document_number ON document (form, number);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS repeated (form TEXT, digest TEXT, PRIMARY KEY (form, digest));
CREATE TABLE IF NOT EXISTS memory (space TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (space, key));
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY AUTOINCREMENT, moment TEXT NOT NULL, operation TEXT NOT NULL,
    form TEXT NOT NULL, number TEXT NOT NULL, outcome TEXT NOT NULL, committed INTEGER NOT NULL);
"""


class NumberTaken(Exception):
    """The unique index refused a second document under one number."""


def now_text():
    """Server local time as the product prints it (no zone, milliseconds)."""
    return datetime.now(SHANGHAI).replace(tzinfo=None).isoformat(timespec="milliseconds")


class Store:
    """Access to the file; one SQLite connection per thread."""

    def __init__(self, path):
        self._path = str(path)
        self._local = threading.local()
        db = self._db()
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(_SCHEMA)

    def _db(self):
        if not hasattr(self._local, "db"):
            db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous=NORMAL")
            self._local.db = db
        return self._local.db

    def close(self):
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db

    @contextlib.contextmanager
    def transaction(self):
        """One business call: all of it or nothing."""
        db = self._db()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    # ------------------------------------------------------------------ documents

    def next_id(self, name, start=100000):
        """Next value of a counter; call inside a transaction."""
        found = self._db().execute(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (name, start + 1),
        )
        return found.fetchone()["value"]

    def insert(self, form, ident, number, status, body, modified=None):
        """Add a document; raises :class:`NumberTaken`."""
        try:
            self._db().execute(
                "INSERT INTO document VALUES (?, ?, ?, ?, 0, ?, ?)",
                (form, ident, number, status, modified or now_text(), _dump(body)),
            )
        except sqlite3.IntegrityError:
            raise NumberTaken(number) from None

    def update(self, form, ident, **changes):
        """Change columns of a document; FModifyDate moves on every write."""
        if "body" in changes:
            changes["body"] = _dump(changes["body"])
        changes.setdefault("modified", now_text())
        columns = ", ".join(f"{name} = ?" for name in changes)
        try:
            self._db().execute(
                f"UPDATE document SET {columns} WHERE form = ? AND id = ?",
                (*changes.values(), form, ident),
            )
        except sqlite3.IntegrityError:
            raise NumberTaken(str(changes.get("number"))) from None

    def delete(self, form, ident):
        """Remove a document."""
        self._db().execute("DELETE FROM document WHERE form = ? AND id = ?", (form, ident))

    def by_number(self, form, number):
        """One document or ``None``; numbers compare without regard to case."""
        return self._one("form = ? AND number = ?", form, number)

    def by_id(self, form, ident):
        """One document or ``None``."""
        return self._one("form = ? AND id = ?", form, ident)

    def all(self, form):
        """All documents of a form, oldest first."""
        return list(self.after(form, 0))

    def after(self, form, ident):
        """Yields the documents of a form whose id is greater, by id."""
        found = self._db().execute("SELECT * FROM document WHERE form = ? AND id > ? ORDER BY id", (form, ident))
        return (_document(row) for row in found)

    def _one(self, condition, *values):
        found = self._db().execute(f"SELECT * FROM document WHERE {condition}", values)
        row = found.fetchone()
        return _document(row) if row else None

    def seen_before(self, form, digest):
        """Remember a payload; true if the same one was saved before (ValidateRepeatJson)."""
        cursor = self._db().execute("INSERT OR IGNORE INTO repeated VALUES (?, ?)", (form, digest))
        return cursor.rowcount == 0

    def remember(self, space, key, value):
        """Keep a value (JSON) under a key, in place of the one there."""
        self._db().execute("INSERT OR REPLACE INTO memory VALUES (?, ?, ?)", (space, key, _dump(value)))

    def recall(self, space, key):
        """The value kept under a key, or ``None``."""
        found = self._db().execute("SELECT value FROM memory WHERE space = ? AND key = ?", (space, key)).fetchone()
        return json.loads(found["value"]) if found else None

    def recollections(self, space):
        """Key -> value of a space."""
        found = self._db().execute("SELECT key, value FROM memory WHERE space = ? ORDER BY rowid", (space,))
        return {row["key"]: json.loads(row["value"]) for row in found}

    def reset(self):
        """Empty books, counters and call log."""
        with self.transaction() as db:
            for table in ("document", "counter", "repeated", "memory", "call"):
                db.execute(f"DELETE FROM {table}")

    # ------------------------------------------------------------------ call log

    def log_call(self, operation, form, number):
        """Note that a call began; returns its id."""
        cursor = self._db().execute(
            "INSERT INTO call (moment, operation, form, number, outcome, committed) VALUES (?, ?, ?, ?, 'started', 0)",
            (now_text(), operation, form, number),
        )
        return cursor.lastrowid

    def mark_committed(self, call_id):
        """Call inside the business transaction: the log then tells the truth after a kill."""
        self._db().execute("UPDATE call SET committed = 1 WHERE id = ?", (call_id,))

    def end_call(self, call_id, outcome, number=None):
        """Note how a call ended."""
        self._db().execute(
            "UPDATE call SET outcome = ?, number = coalesce(?, number) WHERE id = ?",
            (outcome, number, call_id),
        )

    def calls(self):
        """The call log, oldest first."""
        return [
            {**dict(row), "committed": bool(row["committed"])}
            for row in self._db().execute("SELECT * FROM call ORDER BY id")
        ]


def _dump(body):
    return json.dumps(body, ensure_ascii=False)


def _document(row):
    found = dict(row)
    found["cancelled"] = bool(found["cancelled"])
    found["body"] = json.loads(found["body"])
    return found
