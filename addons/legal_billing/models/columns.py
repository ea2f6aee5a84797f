"""Values of many records at once, as plain as the framework keeps them."""

from odoo.orm.fields_relational import PrefetchX2many

#: what stands for "not read yet"; no value is the same object
UNREAD = object()


def rows(records, *names):
    """Return the values of each record, links to one record as its id or ``False``.

    As reading each field of each record would, rights and pending computations
    included, for a tenth of it: over thousands of lines it is the reading that costs.
    Not for lists of records nor for translated texts.
    """
    if not records:
        return []
    return list(zip(*(_column(records, name) for name in names), strict=True))


def linked(record, name):
    """Return the records of a list, as ``record[name]`` does.

    Archived ones are left out by one look at the cache instead of one at each.
    """
    field = record._fields[name]
    ids = field._get_cache(record.env).get(record.id)
    active = record.env[field.comodel_name]._active_name
    is_whole = field.context or not record.env.context.get("active_test", True)
    if not ids or not active or is_whole:
        return record[name]
    found = record.env[field.comodel_name].browse(ids)
    kept = [i for i, is_active in rows(found, "id", active) if is_active]
    return found.browse(kept).with_prefetch(PrefetchX2many(record, field))


def _column(records, name):
    ids = records._ids
    if name == "id":
        return ids
    field = records._fields[name]
    if not (records.env.su or records._has_field_access(field, "read")):
        records._check_field_access(field, "read")
    if field.compute and field.store:
        field.recompute(records)
    cache = field._get_cache(records.env)
    values = [cache.get(record_id, UNREAD) for record_id in ids]
    if UNREAD in values:
        for record, value in zip(records, values, strict=True):
            if value is UNREAD:
                record[name]  # noqa: B018  read with all those of its kind
        values = [cache[record_id] for record_id in ids]
    if None in values:
        nothing = _nothing(field)
        values = [nothing if value is None else value for value in values]
    return values


def _nothing(field):
    if field.type in ("float", "monetary"):
        return 0.0
    return 0 if field.type == "integer" else False
