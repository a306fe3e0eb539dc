"""Service tickets: no figures yet."""
