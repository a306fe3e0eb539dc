"""The clock of the outbox, which an experiment may move."""

from datetime import timedelta


class Clock:
    """The clock of the outbox: the database's, moved ahead by what was leapt, ``pace`` times as fast."""

    def __init__(self):
        self.leapt, self.pace, self._since = timedelta(), 1, None

    def now(self, now):
        if self._since is None or self.pace == 1:
            return now + self.leapt
        return self._since + (now - self._since) * self.pace + self.leapt

    def run(self, pace, since):
        """From ``since`` on, a second lasts ``1 / pace``; 1 ends it, and what was gained stays."""
        if self.pace != 1:
            self.leapt += (since - self._since) * (self.pace - 1)
        self.pace, self._since = pace, since

    def reset(self):
        """The database's own time; what was planned meanwhile lies in the future."""
        self.__init__()

    def leap(self, seconds):
        self.leapt += timedelta(seconds=seconds)
