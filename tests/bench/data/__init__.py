"""Generators of the databases: each file has ``build(env)`` or ``build(env, size)`` and commits; seeds are fixed."""
