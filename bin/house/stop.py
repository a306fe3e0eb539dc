"""Stops the private PostgreSQL clusters of this clone, so that nothing is left running."""

from .postgres import Cluster

for purpose in ("test", "run", "bench"):
    Cluster(purpose).stop(force=True)
Cluster("faults", own=True).stop(force=True)
