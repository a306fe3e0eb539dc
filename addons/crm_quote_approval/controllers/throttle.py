import time
from collections import OrderedDict


class Throttle:
    """Counts wrong tokens by address, in this process only: tokens are far too long to be guessed, so this spares the
    server the work and needs no table that strangers could fill.

    :param limit: wrong ones until no more are looked at
    :param seconds: after which they are forgotten
    :param size: addresses kept at most
    """

    def __init__(self, limit, seconds, size=2000, clock=time.monotonic):
        self._limit, self._seconds, self._size, self._clock = limit, seconds, size, clock
        self._wrong = OrderedDict()

    def is_shut(self, address):
        begun, count = self._wrong.get(address, (0.0, 0))
        return count >= self._limit and self._clock() - begun < self._seconds

    def note(self, address):
        now = self._clock()
        begun, count = self._wrong.pop(address, (now, 0))
        if now - begun >= self._seconds:
            begun, count = now, 0
        self._wrong[address] = (begun, count + 1)
        while len(self._wrong) > self._size:
            self._wrong.popitem(last=False)


wrong_tokens = Throttle(limit=20, seconds=60)
