"""Columns of many records at once, as the cache holds them.

``record.field`` makes a recordset for each record and each link it looks at; where all of a hundred thousand records are
looked at several times, that is most of the time. The records are real ones and who asks may read them.
"""


def column(records, name):
    """Values of a stored field in the order of ``records``: the id of a link, ``None`` or ``False`` where it is empty."""
    field = records._fields[name]
    if field.compute:
        field.recompute(records)
    values = field._get_cache(records.env)
    try:
        return [values[record_id] for record_id in records._ids]
    except KeyError:
        records.fetch([name])
        return [values[record_id] for record_id in records._ids]


def linked(records, name):
    """The records that ``records`` point at by a many2one, in their order; read together like those of a loop."""
    ids = column(records, name)
    others = records.env[records._fields[name].comodel_name].browse(dict.fromkeys(filter(None, ids)))
    found = {other.id: other for other in others}
    nothing = others.browse()
    return [found.get(other_id, nothing) for other_id in ids]


def filled(records, name):
    """Those of ``records`` that hold something in a field, in their order."""
    values = column(records, name)
    if all(values):
        return records
    return records.browse([record_id for record_id, value in zip(records._ids, values, strict=True) if value])


def sets_by(records, keys):
    """Sets of ``records`` with the same key, as ``grouped`` gives them; ``keys`` stand in the order of ``records``."""
    ids = {}
    for record_id, key in zip(records._ids, keys, strict=True):
        ids.setdefault(key, []).append(record_id)
    return {key: records.browse(found) for key, found in ids.items()}
