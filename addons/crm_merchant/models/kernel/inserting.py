"""Many finished rows by one statement."""

from odoo.tools import SQL


def insert_rows(model, vals_list):
    """Puts finished rows into the table of ``model``, any number in one statement; nothing is computed or checked.

    :param vals_list: dicts of field values, the columns that the ORM would fill by itself included
    :return: the new ids in the order given
    """
    given = set().union(*vals_list)
    stored = [field for name, field in model._fields.items() if name in given and field.store and field.column_type]
    # what is the same in all rows is sent once; one column at least goes row by row
    first = vals_list[0]
    varying = [
        field for field in stored if any(vals.get(field.name) != first.get(field.name) for vals in vals_list)
    ] or stored[:1]
    fixed = set(stored) - set(varying)

    def column(field, vals):
        return field.convert_to_column_insert(vals.get(field.name, False), model, vals)

    def typed(template, value, field):
        return SQL(template, value, SQL(field.column_type[0]))  # pylint: disable=sql-injection

    rows = model.env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS v(%s) RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(field.name) for field in stored),
            SQL(", ").join(
                typed("%s::%s", column(field, first), field) if field in fixed else SQL.identifier("v", field.name)
                for field in stored
            ),
            SQL(", ").join(typed("%s::%s[]", [column(field, vals) for vals in vals_list], field) for field in varying),
            SQL(", ").join(SQL.identifier(field.name) for field in varying),
        )
    )
    return sorted(row_id for (row_id,) in rows)
