import hashlib
from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import LockNotAvailable

from odoo import fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL

from ..clients.errors import NotSent
from ..clients.u8_token import EARLY
from ..lib import vault

# seconds that one process waits for another one that is fetching a token
PATIENCE = 20


class FinanceToken(models.Model):
    """The token of a connection, shared by all processes of the server; nobody may read it.

    It is fetched and stored on a cursor of its own: a transaction that is rolled back must not lose a token that the
    far side has counted, and some products end the old one when they give a new one.
    """

    _name = "finance.token"
    _description = "Finance Token"
    _log_access = False

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, ondelete="cascade")
    key_hash = fields.Char("Credential", readonly=True, groups=NO_ACCESS, exportable=False)
    token = fields.Char(readonly=True, groups=NO_ACCESS, exportable=False)
    ends_at = fields.Datetime(readonly=True)

    _connection_uniq = models.UniqueIndex("(connection_id)")

    def _shared(self, connection, cache):
        """Where the adapter of ``connection`` takes its token from: ``cache`` of this process, then this table."""
        return _SharedTokens(self.env.registry.cursor, connection.id, cache)


class _SharedTokens:
    """The tokens of :mod:`..clients.u8_token`, fetched through the database."""

    def __init__(self, open_cursor, connection_id, cache):
        self._open_cursor = open_cursor
        self._connection_id = connection_id
        self._cache = cache

    def get(self, key, fetch, failed=""):
        """See ``TokenCache.get``."""
        known_as = hashlib.sha256(repr(key).encode()).hexdigest()
        return self._cache.get(key, lambda: self._fetch(known_as, fetch, failed), failed)

    def _fetch(self, key, fetch, failed):
        """(token, seconds that it lives): that of another process if it is good, else a new one for all."""
        with self._locked() as cr:
            cr.execute(
                SQL(
                    "SELECT key_hash, token, ends_at, clock_timestamp() AT TIME ZONE 'UTC' FROM finance_token "
                    "WHERE connection_id = %s",
                    self._connection_id,
                )
            )
            known_key, cipher, ends_at, now = cr.fetchone() or (None, None, None, None)
            known = _clear(cipher) if known_key == key else ""
            if known and known != failed and ends_at - now > timedelta(seconds=EARLY + 60):
                return known, (ends_at - now).total_seconds()
            token, lifetime = fetch()
            # a connection that is not committed yet is known to nobody else: its token is not stored
            cr.execute(
                SQL(
                    "INSERT INTO finance_token (connection_id, key_hash, token, ends_at) "
                    "SELECT id, %s, %s, clock_timestamp() AT TIME ZONE 'UTC' + %s FROM finance_connection WHERE id = %s "
                    "ON CONFLICT (connection_id) DO UPDATE "
                    "SET key_hash = EXCLUDED.key_hash, token = EXCLUDED.token, ends_at = EXCLUDED.ends_at",
                    key,
                    vault.encrypt(token),
                    timedelta(seconds=lifetime),
                    self._connection_id,
                )
            )
            return token, lifetime

    @contextmanager
    def _locked(self):
        """A cursor that alone may write tokens.

        The table is locked and no row: a repeatable read takes its picture of the data with its first query, and a row
        lock that had to wait would show the token of before the wait.
        """
        with self._open_cursor() as cr:
            cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{PATIENCE}s"))
            try:
                cr.execute(SQL("LOCK TABLE finance_token IN EXCLUSIVE MODE"), log_exceptions=False)
            except LockNotAvailable:
                raise NotSent("token: another process is fetching it", reason="login", retry_after=5) from None
            yield cr


def _clear(cipher):
    """Clear text; none if it was encrypted with a key that is gone."""
    try:
        return vault.decrypt(cipher) if cipher else ""
    except vault.VaultError:
        return ""
