"""Many finished rows by one statement."""

from odoo.tools import SQL

# types whose column depends on nothing but the value
_BY_VALUE = frozenset(("boolean", "char", "date", "datetime", "integer", "many2one", "selection", "text"))


def insert_rows(model, vals_list):
    """Puts finished rows into the table of ``model``, any number in one statement; nothing is computed or checked.

    :param vals_list: dicts of field values, the columns that the ORM would fill by itself included
    :return: the new ids in the order given
    """
    names = set().union(*vals_list)
    stored = [field for name, field in model._fields.items() if name in names and field.store and field.column_type]
    given = {field: [vals.get(field.name, False) for vals in vals_list] for field in stored}
    # what is the same in all rows is sent once; one column at least goes row by row
    first = vals_list[0]
    varying = [field for field, values in given.items() if values.count(values[0]) < len(values)] or stored[:1]
    fixed = set(stored) - set(varying)

    def column(field, values):
        convert = field.convert_to_column_insert
        if field.type not in _BY_VALUE:
            return [convert(value, model, vals) for value, vals in zip(values, vals_list, strict=True)]
        # many rows hold the same
        known = {value: convert(value, model) for value in set(values)}
        return [known[value] for value in values]

    def typed(template, value, field):
        return SQL(template, value, SQL(field.column_type[0]))  # pylint: disable=sql-injection

    rows = model.env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS v(%s) RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(field.name) for field in stored),
            SQL(", ").join(
                typed("%s::%s", field.convert_to_column_insert(given[field][0], model, first), field)
                if field in fixed
                else SQL.identifier("v", field.name)
                for field in stored
            ),
            SQL(", ").join(typed("%s::%s[]", column(field, given[field]), field) for field in varying),
            SQL(", ").join(SQL.identifier(field.name) for field in varying),
        )
    )
    return sorted(row_id for (row_id,) in rows)
