from odoo import api, fields, models


class LegalPriceIndexValue(models.Model):
    """The value of a price index over the days it holds."""

    _name = "legal.price.index.value"
    _description = "Price Index Value"
    _order = "index_id, date_from desc"

    index_id = fields.Many2one(
        "legal.price.index", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", help="Empty while it is the last published.")
    value = fields.Float(required=True, digits=(16, 4))

    _positive = models.Constraint("CHECK (value > 0)", "An index is above zero.")
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The value of an index must end after it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int8range(index_id, index_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Two values of the same index hold on the same day: end the first one before"
        " the second starts.",
    )

    @api.depends("index_id.name", "date_from", "value")
    def _compute_display_name(self):
        for value in self:
            value.display_name = (
                f"{value.index_id.name} {value.date_from} : {value.value:g}"
            )
