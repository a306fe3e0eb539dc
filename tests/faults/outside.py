"""The process that the experiments run in, as seen by pytest and the bench."""

import fcntl

from bench.side import Side
from bench.worlds import Worlds
from house import settings
from house.database import Databases
from house.postgres import Cluster


class Laboratory(Side):
    """An Odoo process on a copy of the suite, in a PostgreSQL that nobody else uses: an experiment may crash it.

    ``laboratory.run(row, count, seed)`` gives what an experiment found.
    """

    program = "faults.inside"

    def __init__(self, deadline=float("inf")):
        (settings.STATE / "bench").mkdir(parents=True, exist_ok=True)
        self._alone = open(settings.STATE / "bench" / "faults.lock", "w")
        fcntl.flock(self._alone, fcntl.LOCK_EX)
        databases = Databases(Cluster("faults", own=True))
        databases.cluster.start()
        worlds = Worlds(databases)
        super().__init__(
            databases, worlds.scratch(worlds.template("suite", "people")), may_commit=True, deadline=deadline
        )

        # a copied sequence counts on a log that its template wrote; without this a crash would set it back
        databases.cluster.sql("CHECKPOINT")

    def run(self, row, count, seed, few=False):
        """What ``count`` runs of a row found.

        :param few: with as many documents as ``bin/test`` has time for
        :raises bench.side.SideError: the experiment could not be made
        """
        module, function = row.experiment.split(".")
        more = {"documents": row.few if few else row.documents} if row.documents else {}
        arguments = {"product": row.product, "count": count, "seed": seed, **more}
        return self.ask(f"faults.{module}", function, arguments)

    def close(self):
        super().close()
        if not self._alone.closed:
            self.databases.drop(self.name)
            self.databases.cluster.stop()
            self._alone.close()
