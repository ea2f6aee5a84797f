"""A monetary field for records that are made by the thousand."""

from odoo import fields
from odoo.tools import float_repr


class BatchMonetary(fields.Monetary):
    """Rounds as any monetary field, and finds its currency where it is already known.

    The framework makes a virtual record, or three environments, for each value: half
    of what it costs to create and to save the records of a run.
    """

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        name = self.get_currency_field(record)
        if values:
            currency = _find_currency(record, values.get(name))
        else:
            currency = self._get_known_currency(record)
        if currency is None:
            return super().convert_to_column_insert(value, record, values, validate)
        return float_repr(currency.round(float(value or 0.0)), currency.decimal_places)

    def convert_to_cache(self, value, record, validate=True):
        value = float(value or 0.0)
        if not (value and validate):
            return super().convert_to_cache(value, record, validate)
        currency = self._get_known_currency(record)
        if currency is None:
            return super().convert_to_cache(value, record, validate)
        return currency.round(value)

    def _get_known_currency(self, record):
        """Return the currency of one record that is in cache, ``None`` otherwise."""
        if len(record) != 1:
            return None
        field = record._fields[self.get_currency_field(record)]
        if field.compute and field.store:
            field.recompute(record)
        return _find_currency(record, field._get_cache(record.env).get(record.id))


def _find_currency(record, currency_id):
    if not currency_id or not isinstance(currency_id, int):
        return None
    return record.env["res.currency"].browse(currency_id)
