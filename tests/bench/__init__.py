"""The bench: each file named like a group holds its measurements; see docs/developer.md."""

GROUPS = ("merchant", "approval", "delivery", "ticket", "bridge", "faults", "daily")
