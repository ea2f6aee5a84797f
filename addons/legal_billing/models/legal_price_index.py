from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine import subscription


class LegalPriceIndex(models.Model):
    """A published index on which fees may be revised, value after value."""

    _name = "legal.price.index"
    _description = "Price Index"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    source = fields.Char(help="Who publishes it, and under which number.")
    value_ids = fields.One2many("legal.price.index.value", "index_id")
    active = fields.Boolean(default=True)

    def _get_value(self, on):
        """Return the index of a day as a Decimal.

        :raise UserError: no value covers it; the last known never stands in
        """
        self.ensure_one()
        values = [
            (value.date_from, value.date_to or None, Decimal(str(value.value)))
            for value in self.value_ids
        ]
        try:
            return subscription.find_index(values, on)
        except subscription.IndexMissing:
            raise UserError(
                self.env._(
                    "The index “%(index)s” has no value on %(date)s: enter it with its"
                    " dates under Configuration › Price indexes.",
                    index=self.name,
                    date=fields.Date.to_string(on),
                )
            ) from None
