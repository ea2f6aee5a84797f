from datetime import timedelta

from odoo import api, fields, models

from .text_policy import TEXT_POLICIES

CHANNELS = [
    ("email", "By e-mail"),
    ("portal", "Online only"),
    ("post", "By post"),
]
MEANS = [
    ("transfer", "Bank transfer"),
    ("card", "Card"),
    ("direct_debit", "Direct debit"),
    ("cheque", "Cheque"),
    ("carpa", "From the CARPA account, with written consent"),
]


class ResPartner(models.Model):
    """How a client wishes to get and to pay his invoices."""

    _inherit = "res.partner"

    legal_send_channel = fields.Selection(
        CHANNELS, string="Invoices are sent", company_dependent=True
    )
    legal_pay_means = fields.Selection(MEANS, string="Pays by", company_dependent=True)
    legal_text_policy = fields.Selection(
        TEXT_POLICIES,
        string="Reads of the work",
        company_dependent=True,
        help="What new fee agreements with this client start from.",
    )


SATURDAY = 5


class LegalFeeAgreement(models.Model):
    """What was agreed on sending and paying, where it was signed, and its delays."""

    _inherit = "legal.fee.agreement"

    send_channel = fields.Selection(
        CHANNELS,
        string="Invoices are sent",
        compute="_compute_preferences",
        store=True,
        readonly=False,
        precompute=True,
    )
    pay_means = fields.Selection(
        MEANS,
        string="Paid by",
        compute="_compute_preferences",
        store=True,
        readonly=False,
        precompute=True,
    )
    invoice_text_policy = fields.Selection(
        compute="_compute_preferences",
        store=True,
        readonly=False,
        precompute=True,
        default=None,
    )
    client_kind = fields.Selection(related="matter_id.client_kind")
    signature_mode = fields.Selection(
        [
            ("on_premises", "At the firm"),
            ("distance", "At a distance"),
            ("off_premises", "Elsewhere, both being present"),
        ],
        string="Concluded",
        default="on_premises",
        required=True,
        help="A consumer who signs at a distance or outside the firm may withdraw"
        " for fourteen days.",
    )
    has_early_start_request = fields.Boolean(
        string="Asked to start at once",
        help="The client expressly asked for the work to begin before the end of the"
        " time he has to withdraw. Without it that work cannot be billed.",
    )
    withdrawal_until = fields.Date(
        string="May withdraw until",
        compute="_compute_withdrawal",
        store=True,
        help="Last day on which the consumer may withdraw (C. consom., L221-18).",
    )
    payable_from = fields.Date(
        string="Nothing paid before",
        compute="_compute_withdrawal",
        store=True,
        help="Agreed outside the firm: no payment for seven days (C. consom.,"
        " L221-10).",
    )

    @api.depends("matter_id")
    def _compute_preferences(self):
        for agreement in self:
            client = agreement.partner_id.commercial_partner_id.with_company(
                agreement.company_id
            )
            agreement.send_channel = (
                agreement.send_channel or client.legal_send_channel or "email"
            )
            agreement.pay_means = (
                agreement.pay_means or client.legal_pay_means or "transfer"
            )
            agreement.invoice_text_policy = (
                agreement.invoice_text_policy or client.legal_text_policy or "detailed"
            )

    @api.depends("signed_on", "signature_mode", "matter_id.client_kind")
    def _compute_withdrawal(self):
        Parameter = self.env["legal.parameter"]
        for agreement in self:
            signed, mode = agreement.signed_on, agreement.signature_mode
            agreement.withdrawal_until = agreement.payable_from = False
            if not signed or not agreement._has_withdrawal():
                continue
            days = Parameter._get_decimal("withdrawal_days", signed)
            agreement.withdrawal_until = agreement._next_working_day(
                signed + timedelta(days=int(days))
            )
            if mode == "off_premises":
                days = Parameter._get_decimal("off_premises_payment_days", signed)
                agreement.payable_from = signed + timedelta(days=int(days))

    def _next_working_day(self, day):
        """Return this day, or the next one on which people work.

        A time to withdraw that ends on a Saturday, a Sunday or a public holiday runs
        until the next working day (C. consom., L221-19).
        """
        while self._is_day_off(day):
            day += timedelta(days=1)
        return day

    def _is_day_off(self, day):
        """Tell whether nobody works on a day; hook for public holidays."""
        return day.weekday() >= SATURDAY

    def _has_withdrawal(self):
        """Tell whether the client may still change his mind once he signed."""
        self.ensure_one()
        return self.matter_id.client_kind == "consumer" and self.signature_mode in (
            "distance",
            "off_premises",
        )
