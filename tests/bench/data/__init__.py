"""Generators of the databases: each file has ``build(env)`` or ``build(env, size)`` and commits; seeds are fixed."""

# held leads that are due for recycling in ``pooled``; told here, for the driver does not load Odoo
DUE = 200
