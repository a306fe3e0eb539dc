"""Filling large tables by SQL."""

import contextlib

from odoo.tools import SQL


@contextlib.contextmanager
def without_indexes(cr, table):
    """Takes the indexes of a table away while it is filled and makes them again: several times faster."""
    cr.execute(
        SQL(
            """SELECT indexname, indexdef FROM pg_indexes i
                WHERE schemaname = 'public' AND tablename = %s
                  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)""",
            table,
        )
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    yield
    for _name, definition in indexes:
        cr.execute(definition)


def insert(env, table, count, columns):
    """Inserts ``count`` rows, numbered ``n`` from 1.

    :param columns: column -> SQL expression, in which ``n`` is the row's number
    """
    names = SQL(", ").join(map(SQL.identifier, columns))
    values = SQL(", ").join(v if isinstance(v, SQL) else SQL("%s", v) for v in columns.values())
    with without_indexes(env.cr, table):
        query = "INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %s) AS n"
        env.cr.execute(SQL(query, SQL.identifier(table), names, values, count))


def one_of(ids):
    """SQL expression that goes through the ids row by row."""
    return SQL("(%s)[1 + n %% %s]", list(ids), len(ids))
