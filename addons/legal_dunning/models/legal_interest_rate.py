from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import interest


class LegalInterestRate(models.Model):
    """A yearly interest rate the law sets, with the days it holds."""

    _name = "legal.interest.rate"
    _description = "Legal Interest Rate"
    _order = "kind, date_from desc"

    kind = fields.Selection(
        [
            ("late_payment", "Late payment between professionals"),
            ("public_procurement", "Late payment of public procurement"),
            ("legal", "Legal interest"),
        ],
        required=True,
        default="late_payment",
        help="Late payment between professionals: C. com., art. L. 441-10."
        " Public procurement: CCP, art. L. 2192-13 and R. 2192-31; the rate of the"
        " half-year in which the interest began holds until it is paid."
        " Legal interest: C. civ., art. 1231-6, creditor acting as a professional.",
    )
    rate_percent = fields.Float("Rate (% a year)", digits=(6, 4), required=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To")
    source = fields.Char(required=True)
    is_verified = fields.Boolean(
        "Verified",
        help="Ticked once a person has read the rate in its official source.",
    )

    _rate_positive = models.Constraint(
        "CHECK (rate_percent > 0)", "An interest rate must be above zero."
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An interest rate must end after it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(hashtext(kind), hashtext(kind), '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Two interest rates of the same kind hold on the same day: end the first one"
        " before the second starts.",
    )

    @api.depends("kind", "rate_percent", "date_from")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rate in self:
            rate.display_name = (
                f"{kinds.get(rate.kind, '')} {rate.rate_percent:g} % ({rate.date_from})"
            )

    @api.model
    def _get_rates(self, kind, first_day, last_day):
        """Return the engine's rates that hold between two days."""
        # sudo: published law, needed by whoever previews a letter.
        rates = self.sudo().search(
            Domain("kind", "=", kind)
            & Domain("date_from", "<=", last_day)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", first_day))
        )
        return [
            interest.Rate(
                Decimal(str(rate.rate_percent)), rate.date_from, rate.date_to or None
            )
            for rate in rates
        ]
