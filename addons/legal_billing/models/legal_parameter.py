from decimal import Decimal, InvalidOperation

from odoo import api, fields, models, tools
from odoo.exceptions import UserError


class LegalParameter(models.Model):
    """A value the law sets, with the days it holds and where it is written.

    Nothing in the code knows a legal rate, amount or threshold: it asks for
    a key on a date. A missing value is a sentence, never yesterday's value.
    """

    _name = "legal.parameter"
    _inherit = "legal.kept.mixin"
    _description = "Legal Value"
    _order = "key, date_from desc"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(required=True, index=True)
    value = fields.Char(help="Leave empty when the value is not published yet.")
    date_from = fields.Date(required=True)
    date_to = fields.Date()
    source = fields.Char(required=True)
    is_verified = fields.Boolean(
        help="Ticked once a person has read the value in its official source."
    )
    active = fields.Boolean(default=True)

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A legal value must end after it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(hashtext(key), hashtext(key), '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (active)",
        "Two values of the same key hold on the same day: end the first one before"
        " the second starts.",
    )

    @api.depends("name", "value", "date_from")
    def _compute_display_name(self):
        for parameter in self:
            parameter.display_name = f"{parameter.name} ({parameter.date_from})"

    @api.model
    def _get(self, key, on_date):
        """Return the value of ``key`` on ``on_date`` as text.

        :raise UserError: no value is recorded for that day
        """
        value = self._find(key, fields.Date.to_date(on_date))
        if not value:
            raise UserError(
                self.env._(
                    "The legal value “%(key)s” has no figure for %(date)s: enter it"
                    " with its source under Configuration › Legal values.",
                    key=key,
                    date=fields.Date.to_string(on_date),
                )
            )
        return value

    @api.model
    @tools.ormcache("key", "on_date")
    def _find(self, key, on_date):
        """Return the text of ``key`` on ``on_date``, or nothing."""
        # sudo: legal values are public knowledge, and whoever prints a document
        # needs them; nothing about a matter can be reached from here.
        parameter = self.sudo().search(
            [
                ("key", "=", key),
                ("date_from", "<=", on_date),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", on_date),
            ],
            limit=1,
        )
        return parameter.value

    @api.model
    def _get_decimal(self, key, on_date):
        """Return the value of ``key`` on ``on_date`` as a Decimal."""
        value = self._get(key, on_date)
        try:
            return Decimal(value.replace(",", "."))
        except InvalidOperation:
            raise UserError(
                self.env._(
                    "The legal value “%(key)s” should be a number but reads"
                    " “%(value)s”: mend it under Configuration › Legal values.",
                    key=key,
                    value=value,
                )
            ) from None
