"""What an unfinished run has measured already, so that the next one goes on from there."""

import json


class Store:
    """Values by name in one JSON file; it is there only while a run is unfinished.

    :param stale: files of the same figures by other sources, which are removed
    """

    def __init__(self, path, stale=()):
        self.path = path
        for old in stale:
            if old != path:
                old.unlink(missing_ok=True)
        self.values = json.loads(path.read_text()) if path.exists() else {}

    def __contains__(self, name):
        return name in self.values

    def __getitem__(self, name):
        return self.values[name]

    def __setitem__(self, name, value):
        self.values[name] = value
        self._write()

    def forget(self, *names):
        """Takes out these values; their parts (``name#…``) go with them."""
        for known in list(self.values):
            if known.split("#")[0] in names:
                del self.values[known]
        self._write()

    def _write(self):
        if not self.values:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        making = self.path.with_suffix(".making")
        making.write_text(json.dumps(self.values, indent=1))
        making.rename(self.path)
