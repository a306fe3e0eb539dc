"""The fault table F1–F20 of the finance bridge as experiments; the books of the simulators say what came of each.

``doses`` is the table. An experiment is a function ``(world, count, seed)`` that runs inside an Odoo process (``inside``)
and gives a :class:`faults.world.Report`; ``outside`` starts that process on a database and a PostgreSQL of its own.
``bin/bench faults`` runs the full dose, ``bin/test slow`` a tenth, ``bin/test faults`` one run a row.
"""
