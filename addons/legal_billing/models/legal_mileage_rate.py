from odoo import api, fields, models
from odoo.exceptions import UserError

VEHICLES = [
    ("cv3", "Car, 3 fiscal HP or less"),
    ("cv4", "Car, 4 fiscal HP"),
    ("cv5", "Car, 5 fiscal HP"),
    ("cv6", "Car, 6 fiscal HP"),
    ("cv7", "Car, 7 fiscal HP or more"),
    ("motorcycle", "Motorcycle"),
    ("bicycle", "Bicycle"),
]


class LegalMileageRate(models.Model):
    """The firm's scale: what it charges for a kilometre, by vehicle and date."""

    _name = "legal.mileage.rate"
    _description = "Mileage Rate"
    _order = "vehicle, date_from desc"

    vehicle = fields.Selection(VEHICLES, required=True, default="cv5")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_per_km = fields.Float(
        required=True, digits=(12, 4), help="Excluding VAT, in the firm's currency."
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date()
    source = fields.Char(help="E.g. the firm's decision, or the tax scale it follows.")

    _positive = models.Constraint(
        "CHECK (amount_per_km > 0)", "A mileage rate must be above zero."
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A mileage rate must end after it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH &&,"
        " int4range(hashtext(vehicle), hashtext(vehicle), '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Two mileage rates of the same vehicle hold on the same day: end the first"
        " one before the second starts.",
    )

    @api.depends("vehicle", "date_from")
    def _compute_display_name(self):
        labels = dict(self._fields["vehicle"]._description_selection(self.env))
        for rate in self:
            rate.display_name = f"{labels.get(rate.vehicle, '')} ({rate.date_from})"

    @api.model
    def _get_rate(self, company, vehicle, on_date):
        """Return the rate of a vehicle on a day.

        :raise UserError: the firm entered none for that day
        """
        rate = self.search(
            [
                ("company_id", "=", company.id),
                ("vehicle", "=", vehicle),
                ("date_from", "<=", on_date),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", on_date),
            ],
            limit=1,
        )
        if not rate:
            labels = dict(self._fields["vehicle"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(company)s has no price of a kilometre on %(date)s for"
                    " “%(vehicle)s”: enter it under Configuration › Mileage scale.",
                    company=company.name,
                    date=fields.Date.to_string(on_date),
                    vehicle=labels.get(vehicle, "–"),
                )
            )
        return rate
