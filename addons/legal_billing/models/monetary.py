"""A monetary field for records that are made by the thousand."""

from odoo import fields
from odoo.tools import float_repr


class BatchMonetary(fields.Monetary):
    """Rounds as any monetary field, and finds its currency without a virtual record.

    The framework makes one for each value it inserts: half of what it costs to create
    the lines of a run.
    """

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        currency_id = (values or {}).get(self.get_currency_field(record))
        if not currency_id:
            return super().convert_to_column_insert(value, record, values, validate)
        currency = record.env["res.currency"].browse(currency_id)
        return float_repr(currency.round(float(value or 0.0)), currency.decimal_places)

    def convert_to_cache(self, value, record, validate=True):
        value = float(value or 0.0)
        if not (value and validate) or len(record) != 1:
            return super().convert_to_cache(value, record, validate)
        field = record._fields[self.get_currency_field(record)]
        currency_id = field._get_cache(record.env).get(record.id)
        if not isinstance(currency_id, int):
            return super().convert_to_cache(value, record, validate)
        return record.env["res.currency"].browse(currency_id).round(value)
