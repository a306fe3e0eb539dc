"""Faults between us and the finance system: no figures yet."""
