"""The fault table: what is done, how often, and in what parts."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Row:
    """One row of the table.

    :param experiment: ``file.function``
    :param dose: runs of the full dose, in ``unit``
    :param part: runs that are made and kept at once
    :param once: runs in ``bin/test``; 0 where even one takes longer than that may
    :param documents: of one run, where the table says so; ``few`` in ``bin/test``
    """

    name: str
    fault: str
    experiment: str
    dose: int
    unit: str
    part: int
    once: int = 1
    product: str = "kingdee_galaxy"
    documents: int = 0
    few: int = 0

    @property
    def tenth(self):
        return ceil(self.dose / 10)

    def parts(self, dose):
        """(seed, runs) of the parts that a dose is made of."""
        return [(start + 1, min(self.part, dose - start)) for start in range(0, dose, self.part)]


TABLE = [
    Row("F1", "worker killed at any moment", "kills.random_moments", 300, "runs of 20 documents", 25),
    Row("F2", "worker killed at six named points", "kills.named_points", 300, "kills", 30, 6),
    Row("F2-token", "worker killed while it fetches a token", "kills.during_login", 50, "kills", 25, 1, "yonyou_u8"),
    Row("F2-kinds", "worker killed at six points with five other kinds", "operations.every_kind", 30, "kills", 30, 5),
    Row("F2-reading", "reader of states, fapiao, limits, news killed", "readings.every_reader", 12, "kills", 12, 3),
    Row("F2-reconcile", "worker killed while it reconciles", "kills.during_reconciliation", 50, "kills", 25),
    Row("F3", "PostgreSQL crashes in the middle of a batch", "database.crashes", 30, "crashes", 10),
    Row("F4", "reply lost after the change was made", "network.replies_lost", 350, "documents", 50, 10),
    Row("F5", "request lost before the change was made", "network.requests_lost", 350, "documents", 50, 10),
    Row("F6", "change made 5 to 90 s after the client gave up", "network.late_commits", 200, "late changes", 100, 5),
    Row("F7", "storms of 503, 502 and 429 over ten minutes", "network.storms", 4, "storms", 1, documents=500, few=10),
    Row("F8", "blackhole: nobody answers", "network.blackholes", 50, "calls", 25, 2),
    Row("F9", "slow drip and endless body", "network.slow_and_endless", 20, "replies", 10, 2),
    Row("F10", "malformed replies of twelve kinds, Kingdee", "network.malformed", 240, "replies", 48, 12),
    Row(
        "F10-soap",
        "malformed replies of twelve kinds, SOAP",
        "network.malformed",
        240,
        "replies",
        48,
        12,
        "kingdee_eas",
    ),
    Row(
        "F11", "announcement a hundred times at once, then in any order", "announcements.repeated", 50, "events", 10, 2
    ),
    Row("F12", "announcement replayed or signed wrongly, in four ways", "announcements.forged", 400, "calls", 100, 4),
    Row(
        "F13", "token revoked early, 40 workers at once", "together.revoked_tokens", 50, "incidents", 10, 1, "yonyou_u8"
    ),
    Row("F14", "clock of a worker 10 minutes ahead or behind", "together.wrong_clocks", 40, "workers", 20, 2),
    Row("F15", "two workers forced onto the same rows", "together.same_rows", 200, "runs of 10 documents", 20, 2),
    Row("F16", "poisoned document in front", "poison.in_front", 20, "runs", 2, 2, documents=1000, few=12),
    Row("F17", "database read-only, commits refused", "database.refusals", 40, "refusals", 10, 2),
    # a whole Odoo starts three times in one run, once with an update of the addon: a minute and more
    Row(
        "F18", "Odoo restarted and upgraded during a run", "restarts.restarts", 10, "runs", 1, 0, documents=1000, few=20
    ),
    Row("F19", "wrong number or amount from the far side", "poison.wrong_answers", 50, "documents", 25, 4),
    Row("F20", "soak with 1 % mixed faults and kills", "soak.soak", 40, "batches", 2, 1, documents=500, few=60),
    # many in a call; the rows above are about documents that go alone
    Row("F1-batch", "worker with many in a call killed", "batches.random_moments", 300, "runs of 20 documents", 25),
    Row("F2-batch", "the same at each point of the way", "batches.named_points", 300, "kills", 30, 12),
    Row("F2-together", "the same with five other kinds", "batches.every_kind", 30, "kills", 30, 5),
    Row("F3-batch", "PostgreSQL crashes, many in a call", "batches.crashes", 30, "crashes", 10),
    Row("F4-batch", "reply about many lost", "batches.replies_lost", 350, "documents", 50, 10),
    Row("F4-middle", "far side dies in the middle of many", "batches.died_in_the_middle", 350, "documents", 50, 16),
    Row("F5-batch", "request about many lost", "batches.requests_lost", 350, "documents", 50, 10),
    Row("F6-batch", "many made 5 to 90 s later", "batches.late_commits", 200, "late changes", 100, 5),
    Row("F6-parts", "a part of many made 5 to 90 s later", "batches.late", 300, "documents", 75, 15),
    Row("F7-batch", "a storm over many in a call", "batches.storms", 4, "storms", 1, documents=500, few=30),
    Row("F8-batch", "nobody answers a call about many", "batches.blackholes", 50, "calls", 25, 3),
    Row("F9-batch", "slow and endless replies about many", "batches.slow_and_endless", 20, "replies", 10, 2),
    Row("F10-batch", "unclear replies about many, 126 cases", "batches.malformed", 378, "replies", 63, 21),
    Row("F15-batch", "two workers, many in a call", "batches.same_rows", 200, "runs of 10 documents", 20, 2),
    Row("F16-batch", "poisoned document among many", "batches.in_front", 20, "runs", 2, 2, documents=1000, few=12),
    Row("F16-refused", "one of many refused over there", "batches.one_refused", 60, "refusals", 30, 3),
    Row("F17-batch", "database refuses, many in a call", "batches.refusals", 40, "refusals", 10, 4),
    Row("F19-batch", "one of many answered wrongly", "batches.wrong_answers", 50, "runs of 5 documents", 25, 2),
    Row("F20-batch", "soak, many in a call", "batches.soak", 40, "batches", 2, 1, documents=500, few=60),
]
ROWS = {row.name: row for row in TABLE}


def merged(results):
    """One result of those of several parts."""
    whole = {"runs": 0, "documents": 0, "violations": 0, "told": [], "measures": {}, "sums": {}}
    for part in results:
        for name in ("runs", "documents", "violations"):
            whole[name] += part[name]
        whole["told"] = (whole["told"] + part["told"])[:5]
        for name, value in part["measures"].items():
            whole["measures"][name] = max(value, whole["measures"].get(name, value))
        for name, value in part["sums"].items():
            whole["sums"][name] = round(whole["sums"].get(name, 0) + value, 1)
    return whole


def in_words(row, found):
    """Dose and result on one line."""
    parts = [row.fault, f"{found['runs']} {row.unit}, {found['documents']} documents"]
    parts += [f"{name} at most {value}" for name, value in found["measures"].items()]
    parts += [f"{name} {value}" for name, value in found["sums"].items()]
    return "; ".join(parts + found["told"])
