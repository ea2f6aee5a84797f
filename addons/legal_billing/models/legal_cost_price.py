from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang, get_lang

from ..engine import costs, fees
from .legal_mileage_rate import VEHICLES

#: what a price is worked out from; typing one of them works it out again
PRICE_FIELDS = {
    "kind_id",
    "date",
    "distance_km",
    "vehicle",
    "foreign_amount",
    "foreign_currency_id",
    "unit_amount",
}


class LegalCost(models.Model):
    """Where the price of a cost comes from, and the sentence that says so.

    The rate used is written down with the cost: a scale or an exchange rate
    entered later changes nothing that was recorded.
    """

    _inherit = "legal.cost"

    kind_id = fields.Many2one("legal.cost.kind", string="Kind")
    pricing = fields.Selection(related="kind_id.pricing")
    distance_km = fields.Float(string="Kilometres", digits=(12, 1))
    vehicle = fields.Selection(VEHICLES)
    price_rate = fields.Float(
        string="Rate used",
        digits=(16, 8),
        readonly=True,
        copy=False,
        help="Price of a kilometre, or of one unit of the foreign currency.",
    )
    foreign_currency_id = fields.Many2one("res.currency", string="Paid in")
    foreign_amount = fields.Monetary(
        string="Amount paid", currency_field="foreign_currency_id"
    )
    explanation = fields.Char(
        readonly=True, copy=False, help="How the amount was worked out."
    )

    _foreign_complete = models.Constraint(
        "CHECK (COALESCE(foreign_amount, 0) >= 0 AND COALESCE(distance_km, 0) >= 0)",
        "Kilometres and sums paid in another currency cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._complete_price(vals) for vals in vals_list])

    def write(self, vals):
        if not PRICE_FIELDS & vals.keys() or "explanation" in vals:
            return super().write(vals)
        for cost in self:
            known = {
                name: cost._fields[name].convert_to_write(cost[name], cost)
                for name in (*PRICE_FIELDS, "matter_id", "category_id", "name")
                if name not in ("unit_amount",)
            }
            priced = cost._complete_price({**known, **vals})
            changed = {
                name: priced[name]
                for name in ("unit_amount", "price_rate", "explanation")
                if name in priced
            }
            super(LegalCost, cost).write({**vals, **changed})
        return True

    @api.onchange("kind_id", "date", "distance_km", "vehicle", "matter_id")
    def _onchange_price_kind(self):
        """Show the price while the form is filled in; saving works it out again."""
        self._show_price()

    @api.onchange("foreign_amount", "foreign_currency_id")
    def _onchange_foreign(self):
        self._show_price()

    def _show_price(self):
        company = self.company_id or self.env.company
        if self.kind_id:
            self.category_id = self.env["legal.money.category"]._get_by_code(
                self.kind_id.category_code, company
            )
            self.name = self.name or self.kind_id.narrative
        try:
            amount, _rate, words = self._work_out_price(
                self.matter_id,
                self.kind_id,
                company,
                self.date,
                self.distance_km,
                self.vehicle,
                self.foreign_currency_id,
                self.foreign_amount,
            )
        except UserError as error:
            self.explanation = str(error)
            return
        self.explanation = words
        if amount is not None:
            self.unit_amount = float(amount)

    @api.model
    def _complete_price(self, vals):
        """Return the values of a cost with its price worked out.

        :raise UserError: no rate holds on the day of the cost
        """
        vals = dict(vals)
        kind = self.env["legal.cost.kind"].browse(vals.get("kind_id") or [])
        currency = self.env["res.currency"].browse(
            vals.get("foreign_currency_id") or []
        )
        matter = self.env["legal.matter"].browse(vals.get("matter_id") or [])
        company = matter.company_id or self.env.company
        if kind and not vals.get("category_id"):
            vals["category_id"] = (
                self.env["legal.money.category"]
                ._get_by_code(kind.category_code, company)
                .id
            )
        if kind and not vals.get("name"):
            vals["name"] = kind.narrative or kind.name
        if not kind and not currency:
            return vals
        date = fields.Date.to_date(vals.get("date")) or fields.Date.context_today(self)
        amount, rate, words = self._work_out_price(
            matter,
            kind,
            company,
            date,
            vals.get("distance_km"),
            vals.get("vehicle"),
            currency,
            vals.get("foreign_amount"),
        )
        vals["price_rate"], vals["explanation"] = float(rate or 0), words
        is_typed = kind.pricing == "legal" and vals.get("unit_amount")
        if amount is not None and not is_typed:
            vals["unit_amount"] = float(amount)
        if is_typed and amount is not None and float(amount) != vals["unit_amount"]:
            vals["explanation"] = False
        if amount is None and kind.pricing == "legal" and not vals.get("unit_amount"):
            raise UserError(words)
        return vals

    @api.model
    def _work_out_price(self, matter, kind, company, date, *means):
        """Return (amount or None, rate or None, sentence that explains it).

        :param means: kilometres, vehicle, currency and amount paid
        """
        target = matter.currency_id or company.currency_id
        *_rest, currency, foreign_amount = means
        if currency == target and kind.pricing not in ("mileage", "legal"):
            return fees.to_decimal(foreign_amount), None, False
        amount, rate, words = self._work_out_own_price(kind, company, date, *means)
        if amount is None or target == company.currency_id:
            return amount, rate, words
        # The matter is billed in another currency than the firm keeps its books in.
        price, _day = self._get_exchange_rate(target, company, date)
        amount = fees.round_money(amount / price, fees.to_decimal(target.rounding))
        shown = formatLang(self.env, float(amount), currency_obj=target)
        return amount, rate, " = ".join(filter(None, (words, shown)))

    @api.model
    def _work_out_own_price(
        self, kind, company, date, distance, vehicle, currency, foreign_amount
    ):
        """Return the same in the currency of the firm's books."""
        quantum = fees.to_decimal(company.currency_id.rounding)
        if kind.pricing == "mileage":
            if not distance or not vehicle:
                raise UserError(
                    self.env._(
                        "A mileage needs its kilometres and its vehicle: enter both."
                    )
                )
            rate = self.env["legal.mileage.rate"]._get_rate(company, vehicle, date)
            return self._explain_mileage(rate, distance, quantum, company)
        if kind.pricing == "legal":
            return self._explain_legal(kind, date, company)
        if currency and currency == company.currency_id:
            return fees.to_decimal(foreign_amount), None, False
        if currency:
            rate, rate_date = self._get_exchange_rate(currency, company, date)
            amount = costs.multiply(fees.to_decimal(foreign_amount), rate, quantum)
            words = self.env._(
                "%(foreign)s × %(rate)s (rate of %(date)s) = %(amount)s",
                foreign=formatLang(self.env, foreign_amount, currency_obj=currency),
                rate=self._format_rate(rate),
                date=format_date(self.env, rate_date),
                amount=self._format_own(amount, company),
            )
            return amount, rate, words
        return None, None, False

    def _explain_mileage(self, rate, distance, quantum, company):
        price = Decimal(str(rate.amount_per_km))
        amount = costs.multiply(fees.to_decimal(distance), price, quantum)
        labels = dict(rate._fields["vehicle"]._description_selection(self.env))
        words = self.env._(
            "%(distance)s km × %(rate)s (%(vehicle)s, scale of %(date)s) = %(amount)s",
            distance=self._format_rate(fees.to_decimal(distance)),
            rate=self._format_rate(price),
            vehicle=labels[rate.vehicle],
            date=format_date(self.env, rate.date_from),
            amount=self._format_own(amount, company),
        )
        return amount, price, words

    def _explain_legal(self, kind, date, company):
        Parameter = self.env["legal.parameter"]
        try:
            amount = Parameter._get_decimal(kind.parameter_key, date)
        except UserError:
            return (
                None,
                None,
                self.env._(
                    "No amount of “%(kind)s” is recorded for %(date)s: enter the sum"
                    " asked, or its legal value under Configuration › Legal values.",
                    kind=kind.name,
                    date=format_date(self.env, date),
                ),
            )
        words = self.env._(
            "%(kind)s: legal amount on %(date)s, %(amount)s",
            kind=kind.name,
            date=format_date(self.env, date),
            amount=self._format_own(amount, company),
        )
        return amount, None, words

    @api.model
    def _get_exchange_rate(self, currency, company, date):
        """Return (price of one unit of a currency on a day, day of that rate).

        Central banks publish none on closed days: the last one before holds for
        as many days as the firm allows.

        :raise UserError: no rate for that day
        """
        # sudo: exchange rates are public knowledge.
        rate = (
            self.env["res.currency.rate"]
            .sudo()
            .search(
                [
                    ("currency_id", "=", currency.id),
                    ("company_id", "in", [False, company.root_id.id]),
                    ("name", "<=", date),
                    (
                        "name",
                        ">=",
                        fields.Date.subtract(date, days=company.legal_rate_max_age),
                    ),
                ],
                order="name desc, company_id",
                limit=1,
            )
        )
        if not rate or not rate.rate:
            raise UserError(
                self.env._(
                    "No exchange rate of %(currency)s is recorded for %(date)s: enter"
                    " it under Accounting › Configuration › Currencies.",
                    currency=currency.name,
                    date=format_date(self.env, date),
                )
            )
        own = company.currency_id._get_rates(company, rate.name)
        factor = own.get(company.currency_id.id) or 1.0
        price = Decimal(str(round(factor / rate.rate, 8)))
        return price, rate.name

    def _format_rate(self, number):
        text = formatLang(self.env, float(number), digits=8)
        point = get_lang(self.env).decimal_point
        return text.rstrip("0").rstrip(point) if point in text else text

    def _format_own(self, amount, company):
        return formatLang(self.env, float(amount), currency_obj=company.currency_id)
