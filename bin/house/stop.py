"""Stops the private PostgreSQL clusters of this clone, so that nothing is left running."""

from .postgres import Cluster

for purpose in ("test", "run"):
    cluster = Cluster(purpose)
    if not cluster.external and (cluster.data / "PG_VERSION").exists():
        cluster.stop()
