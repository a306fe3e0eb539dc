"""Many finished rows by one statement."""

from odoo.tools import SQL

# types whose column depends on nothing but the value
_BY_VALUE = frozenset(("boolean", "char", "date", "datetime", "integer", "many2one", "selection", "text"))
# types whose column holds the very value, if it is of this Python type
_AS_GIVEN = {"char": str, "integer": int, "many2one_reference": int, "text": str}
_NUMBERS = frozenset(("int4", "int8"))
_TEXTS = frozenset(("varchar", "text"))


def sql_array(values, column_type="int4"):
    """``values`` (``None`` where empty) as an array of a PostgreSQL type.

    Numbers and texts go as one literal. A list would be sent as an expression with a term a value, which costs the
    client and the server three times as much.
    """
    if column_type in _NUMBERS:
        values = "{" + ",".join(["NULL" if value is None else format(value, "d") for value in values]) + "}"
    elif column_type in _TEXTS:
        values = "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"
    else:
        values = list(values)
    return SQL("%s::%s[]", values, SQL(column_type))  # pylint: disable=sql-injection


def _quoted(text):
    # of ``str`` itself: that of ``Markup`` would escape for HTML
    escaped = str.replace(str.replace(text, "\\", "\\\\"), '"', '\\"')
    return f'"{escaped}"'


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
        convert, given_type = field.convert_to_column_insert, _AS_GIVEN.get(field.type)
        if given_type and field.column_type[0] != "jsonb" and not getattr(field, "size", None):
            return [value if type(value) is given_type else convert(value, model) for value in values]
        if field.type not in _BY_VALUE:
            return [convert(value, model, vals) for value, vals in zip(values, vals_list, strict=True)]
        # many rows hold the same
        known = {value: convert(value, model) for value in set(values)}
        return [known[value] for value in values]

    def typed(value, field):
        return SQL("%s::%s", value, SQL(field.column_type[0]))  # pylint: disable=sql-injection

    rows = model.env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS v(%s) RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(field.name) for field in stored),
            SQL(", ").join(
                typed(field.convert_to_column_insert(given[field][0], model, first), field)
                if field in fixed
                else SQL.identifier("v", field.name)
                for field in stored
            ),
            SQL(", ").join(sql_array(column(field, given[field]), field.column_type[0]) for field in varying),
            SQL(", ").join(SQL.identifier(field.name) for field in varying),
        )
    )
    return sorted(row_id for (row_id,) in rows)
