from collections import defaultdict
from itertools import chain
from operator import attrgetter

from odoo import api, models
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import SQL, clean_context, split_every

from .memo import Memo

#: kinds of field whose stored value follows from the given one, and a currency, alone
PLAIN = frozenset(
    "boolean char date datetime float integer json many2one monetary selection"
    " text".split()
)
#: rows of one statement
ROWS = 1_000
#: below, there is little to gain
FEW = 20


class LegalAlikeMixin(models.AbstractModel):
    """Creates records whose values repeat in few statements.

    The framework converts every value of every record, and checks the company of
    every link of it, on its own. In a run a few of them come back thousands of times:
    each is converted, and checked, once. All else that creating does, constraints and
    rights included, is done as ever.
    """

    _name = "legal.alike.mixin"
    _description = "Records Created by the Thousand"

    @api.model
    def _create(self, data_list):
        if len(data_list) < FEW or self.env.context.get("legal_plain_invoices"):
            return super()._create(data_list)
        values = [data["stored"] for data in data_list]
        fields = [self._fields[name] for name in sorted({n for v in values for n in v})]
        if not all(map(self._is_plain, fields)):
            return super()._create(data_list)
        columns = [field for field in fields if field.column_type]
        records = self.browse(
            record_id
            for some in split_every(ROWS, values)
            for record_id in self._insert_alike(columns, some)
        )
        self._remember_alike(records, columns, values)
        for data, record in zip(data_list, records, strict=True):
            data["record"] = record
        protected = [(data["protected"], data["record"]) for data in data_list]
        with self.env.protecting(protected):
            records.modified(self._fields, create=True)
            self._link_many(records, values, [f for f in fields if not f.column_type])
        records._validate_fields(field.name for field in fields)
        records.check_access("create")
        return records

    @api.model
    def _prepare_create_values(self, vals_list):
        if len(vals_list) < FEW or self._inherits:
            return super()._prepare_create_values(vals_list)
        alike = self.with_context(legal_defaults=Memo())
        return super(LegalAlikeMixin, alike)._prepare_create_values(vals_list)

    @api.model
    def _add_missing_default_values(self, values):
        """Ask for the defaults of records with the same values given once."""
        memo = self.env.context.get("legal_defaults")
        if memo is None:
            return super()._add_missing_default_values(values)
        key = (self._name, frozenset(values))
        if key not in memo:
            filled = super()._add_missing_default_values(values)
            memo[key] = {name: filled[name] for name in filled if name not in values}
        return {**memo[key], **values}

    @api.model
    def _add_precomputed_values(self, vals_list):
        """Fill in what is known before the framework asks a virtual record for each
        value; of a run's thousands of lines they follow from a few records."""
        self._add_known_values(vals_list)
        # What is still missing goes the usual way, which knows no such key yet.
        known = [vals.pop("__precomputed__", set()) for vals in vals_list]
        super()._add_precomputed_values(vals_list)
        for vals, found in zip(vals_list, known, strict=True):
            if found:
                vals["__precomputed__"] = vals.get("__precomputed__", set()) | found

    @api.model
    def _add_known_values(self, vals_list):
        """Add computed values and name their fields under ``__precomputed__``; a
        hook."""

    @api.model
    def _is_plain(self, field):
        """Tell whether the stored form of a field follows from what is given alone."""
        if field.type in ("one2many", "many2many"):
            return True
        return (
            field.column_type
            and field.type in PLAIN
            and not field.translate
            and not field.company_dependent
            and not self._inherits
            and not self._parent_store
        )

    @api.model
    def _insert_alike(self, fields, values):
        """Insert rows; return their ids, in order."""
        columns = [self._convert_alike(field, values) for field in fields]
        insert = SQL(
            "INSERT INTO %s (%s) VALUES",
            SQL.identifier(self._table),
            SQL(", ").join(SQL.identifier(field.name) for field in fields),
        )
        # One flat list of parameters: the driver writes it several times as fast as
        # a list of rows.
        row = f"({', '.join(['%s'] * len(fields))})"
        self.env.cr.execute(
            f"{insert.code} {', '.join([row] * len(values))} RETURNING id",
            list(chain.from_iterable(zip(*columns, strict=True))),
        )
        return [record_id for (record_id,) in self.env.cr.fetchall()]

    def _write_multi(self, vals_list):
        """Save the same values of many records in one statement."""
        alike = defaultdict(list)
        if len(self) >= FEW and self._are_plain({n for v in vals_list for n in v}):
            for record_id, vals in zip(self._ids, vals_list, strict=True):
                alike[tuple(sorted(vals.items()))].append(record_id)
        if not alike or len(alike) * FEW > len(self):
            return super()._write_multi(vals_list)
        for values, ids in alike.items():
            values = dict(values)
            if self._log_access:
                values |= {"write_uid": self.env.uid, "write_date": self.env.cr.now()}
            self.env.execute_query(
                SQL(
                    "UPDATE %s SET %s WHERE id = ANY(%s)",
                    SQL.identifier(self._table),
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(name), value)
                        for name, value in values.items()
                    ),
                    ids,
                )
            )
        return None

    @api.model
    def _are_plain(self, names):
        """Tell whether the values of these columns are kept as they are given."""
        found = [self._fields[name] for name in names]
        return all(field.type != "json" and self._is_plain(field) for field in found)

    @api.model
    def _link_many(self, records, values, fields):
        """Write what each new record is linked to by lists, as the framework does."""
        if not fields:
            return
        linked = records.with_context(clean_context(self.env.context))
        for field in sorted(fields, key=attrgetter("_sequence")):
            field.create(
                [
                    (record, vals[field.name])
                    for record, vals in zip(linked, values, strict=True)
                    if field.name in vals
                ]
            )
        records.modified([field.name for field in fields], create=True)

    @api.model
    def _get_alike_keys(self, field, values):
        """Return what the stored form of each value follows from; ``None``: from
        more, or not given."""
        name = field.name
        if field.type == "json":
            return [None] * len(values)
        if field.type != "monetary":
            return [(vals[name],) if name in vals else None for vals in values]
        currency = field.get_currency_field(self)
        return [
            (vals[name], vals[currency])
            if name in vals and vals.get(currency)
            else None
            for vals in values
        ]

    @api.model
    def _convert_alike(self, field, values):
        """Return the column of a field, each value that comes back converted once."""
        name, known, column = field.name, {}, []
        keys = self._get_alike_keys(field, values)
        for vals, key in zip(values, keys, strict=True):
            if key is not None and key in known:
                column.append(known[key])
            elif name not in vals:
                column.append(None)
            else:
                known[key] = field.convert_to_column_insert(vals[name], self, vals)
                column.append(known[key])
        return column

    @api.model
    def _remember_alike(self, records, columns, values):
        """Put the new records in cache, and into the lists of what they link to."""
        given = {*columns, *(self._fields[n] for n in (*LOG_ACCESS_COLUMNS, "id"))}
        for field in self._fields.values():
            if field.store and field not in given:
                many = field.type in ("one2many", "many2many")
                field._update_cache(records, () if many else None)
        # Amounts are rounded by a currency that is in cache: they come last.
        for field in sorted(columns, key=lambda field: field.type == "monetary"):
            name, cache, known = field.name, field._get_cache(self.env), {}
            keys = self._get_alike_keys(field, values)
            for rank, (record_id, key) in enumerate(
                zip(records._ids, keys, strict=True)
            ):
                if key is not None and key in known:
                    cache[record_id] = known[key]
                elif name not in values[rank]:
                    cache[record_id] = None
                else:
                    known[key] = field.convert_to_cache(
                        values[rank][name], records[rank]
                    )
                    cache[record_id] = known[key]
            if field.type == "many2one":
                self._link_alike(field, records)

    @api.model
    def _link_alike(self, field, records):
        """Add the new records to lists, already read, of what they link to."""
        inverses = [
            inverse._get_all_cache_ids(self.env)
            for inverse in self.pool.field_inverses[field]
        ]
        if not any(inverses):
            return
        cache, linked = field._get_cache(self.env), defaultdict(list)
        for record_id in records._ids:
            linked[cache[record_id]].append(record_id)
        for value, ids in linked.items():
            if any(value in known for known in inverses):
                field._update_inverses(self.browse(ids), value)

    # -- companies -----------------------------------------------------------------

    def _check_company(self, fnames=None):
        """Check each pair of a company and what is linked to it once."""
        names = self._fields if fnames is None else fnames
        if {"company_id", "company_ids"} & set(names):
            names = self._fields
        links = [self._fields[name] for name in names]
        links = [field for field in links if field.relational and field.check_company]
        if len(self) < FEW or not all(map(self._is_plain_link, links)):
            return super()._check_company(fnames)
        # sudo: only ids are read, to tell the links from one another
        records = self.sudo()
        for field in links:
            once = {
                (record.company_id.id, record[field.name]._ids): record.id
                for record in records
            }
            some = self.browse(once.values())
            super(LegalAlikeMixin, some)._check_company([field.name])
        return None

    @api.model
    def _is_plain_link(self, field):
        return not field.company_dependent and field.name not in (
            "company_id",
            "company_ids",
        )
