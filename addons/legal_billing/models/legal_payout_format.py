from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import payout_file

COLUMNS = (
    "payout",
    "payment",
    "gross",
    "fee",
    "net",
    "kind",
    "day",
    "currency",
    "reference",
    "label",
)


class LegalPayoutFormat(models.Model):
    """How to read the file in which a provider says what it paid out."""

    _name = "legal.payout.format"
    _description = "File of Payouts"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    note = fields.Char(string="Where to find it", translate=True)
    column_payout = fields.Char(
        string="Payout",
        help="Empty when the file is about one payout: it then takes the file's name.",
    )
    column_payment = fields.Char(
        string="Payment",
        required=True,
        help="The number the provider gave the payment, as on the transaction.",
    )
    column_reference = fields.Char(
        string="Our reference",
        help="Looked at when the provider's number is not known here.",
    )
    column_gross = fields.Char(string="Amount paid", required=True)
    column_fee = fields.Char(string="Fee kept")
    column_net = fields.Char(string="Amount left")
    column_kind = fields.Char(string="Kind of line")
    column_day = fields.Char(string="Day of the payout")
    column_currency = fields.Char(string="Currency code")
    column_label = fields.Char(string="Words")
    kinds = fields.Text(
        string="What the kinds mean",
        help="One a line, e.g. “charge = payment”. Meanings: payment, refund, fee,"
        " other, skip.",
    )
    delimiter = fields.Selection(
        [(",", "Comma"), (";", "Semicolon"), ("\t", "Tabulation")],
        string="Between columns",
        required=True,
        default=",",
    )
    decimal = fields.Selection(
        [(".", "Point"), (",", "Comma")],
        string="Before decimals",
        required=True,
        default=".",
    )
    day_format = fields.Char(
        string="How days are written",
        required=True,
        default="%Y-%m-%d",
        help="%Y year, %m month, %d day. An hour behind the day is left aside.",
    )
    is_fee_negative = fields.Boolean(string="Fees are written below zero")

    @api.constrains("kinds")
    def _check_kinds(self):
        for own in self:
            for number, line in enumerate((own.kinds or "").splitlines(), 1):
                said, sign, kind = line.partition("=")
                if not line.strip():
                    continue
                if not sign or kind.strip() not in payout_file.KINDS:
                    raise ValidationError(
                        self.env._(
                            "Line %(number)s of the kinds of “%(format)s” reads"
                            " “%(line)s”: write “name = payment”, or refund, fee,"
                            " other, skip.",
                            number=number,
                            format=own.name,
                            line=line,
                        )
                    )

    def _get_mapping(self):
        """Return the mapping as the reader of files takes it."""
        self.ensure_one()
        pairs = [
            line.partition("=")[::2]
            for line in (self.kinds or "").splitlines()
            if line.strip()
        ]
        return payout_file.Mapping(
            **{name: self[f"column_{name}"] or "" for name in COLUMNS},
            delimiter=self.delimiter,
            decimal=self.decimal,
            day_format=self.day_format,
            kinds=tuple((said.strip(), kind.strip()) for said, kind in pairs),
            is_fee_negative=self.is_fee_negative,
        )
