"""The token of the U8+ OpenAPI: shared, and fetched once however many ask for it at the same time.

A token lives 7200 seconds and may be fetched 2000 times in two hours (notes on the U8+ OpenAPI). It is renewed
five minutes before its end, give or take a minute, so that processes do not renew in step; while one renews, the
others go on with the old one.
"""

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from .errors import NotSent

EARLY = 300
JITTER = 60
QUOTA_WINDOW = 7200
# a quarter of what the product allows: several servers may share an application
QUOTA = 500


@dataclass
class _Entry:
    token: str = ""
    renew_at: float = 0.0
    end: float = 0.0
    fetched: deque = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)


class TokenCache:
    """Tokens of one process by credential; safe for threads.

    :param clock: monotonic seconds; a wall clock that is set must not keep a dead token alive
    """

    def __init__(self, clock=time.monotonic, jitter=random.uniform):
        self._clock = clock
        self._jitter = jitter
        self._entries = {}
        self._guard = threading.Lock()

    def get(self, key, fetch, failed=""):
        """A token of ``key``.

        :param fetch: gives (token, lifetime in seconds) from the far side, or raises
        :param failed: the token that was just refused; a newer one is given without fetching again
        :raises NotSent: when the quota is used up
        """
        with self._guard:
            entry = self._entries.setdefault(key, _Entry())
        now = self._clock()
        if self._good(entry, failed, now, entry.renew_at):
            return entry.token
        # somebody renews already: the old one is good for a while
        if not entry.lock.acquire(blocking=not self._good(entry, failed, now, entry.end)):
            return entry.token
        try:
            now = self._clock()
            if not self._good(entry, failed, now, entry.renew_at):
                self._renew(entry, fetch, now)
            return entry.token
        finally:
            entry.lock.release()

    @staticmethod
    def _good(entry, failed, now, until):
        return bool(entry.token) and entry.token != failed and now < until

    def _renew(self, entry, fetch, now):
        while entry.fetched and entry.fetched[0] <= now - QUOTA_WINDOW:
            entry.fetched.popleft()
        if len(entry.fetched) >= QUOTA:
            wait = int(entry.fetched[0] + QUOTA_WINDOW - now) + 1
            raise NotSent("token: fetched too often", reason="token_quota", retry_after=wait)
        entry.fetched.append(now)
        token, lifetime = fetch()
        early = min(EARLY + self._jitter(-JITTER, JITTER), lifetime / 2)
        entry.token, entry.renew_at, entry.end = token, now + lifetime - early, now + lifetime - min(120, early)


SHARED = TokenCache()
