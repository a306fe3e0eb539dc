"""Contracts, milestones and collection: no figures yet."""
