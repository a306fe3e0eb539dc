"""What an experiment found."""

MAX_TOLD = 5


class Report:
    """What an experiment found. ``violations`` are broken promises, ``measures`` numbers of which the worst is told."""

    def __init__(self):
        self.runs = self.documents = self.violations = 0
        self.told = []
        self.measures = {}
        self.sums = {}

    def broken(self, text, count=1):
        self.violations += count
        if len(self.told) < MAX_TOLD:
            self.told.append(text)

    def require(self, holds, text):
        if not holds:
            self.broken(text)

    def worst(self, name, value):
        self.measures[name] = max(self.measures.get(name, value), value)

    def add(self, name, value=1):
        self.sums[name] = self.sums.get(name, 0) + value
