from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .text_policy import TEXT_POLICIES


class LegalFeeAgreement(models.Model):
    """Fee agreement (convention d'honoraires) of a matter.

    French law wants it in writing before the work (law 71-1130, art. 10): it
    holds the terms, and billing reads nothing but them.
    """

    _name = "legal.fee.agreement"
    _description = "Fee Agreement"
    _inherit = [
        "legal.numbered.mixin",
        "legal.wall.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Reference", required=True, copy=False, readonly=True, default="/"
    )
    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="restrict", tracking=True
    )
    partner_id = fields.Many2one(related="matter_id.partner_id", string="Client")
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent for signature"),
            ("signed", "Signed"),
            ("refused", "Refused"),
            ("ended", "Ended"),
        ],
        default="draft",
        required=True,
        tracking=True,
        copy=False,
    )
    is_signed = fields.Boolean(compute="_compute_is_signed", store=True)
    signed_on = fields.Date(copy=False, tracking=True)
    date_from = fields.Date(
        string="Applies from", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="Applies until", copy=False)
    term_ids = fields.One2many("legal.fee.term", "agreement_id", copy=True)
    payment_term_id = fields.Many2one("account.payment.term", check_company=True)
    invoice_text_policy = fields.Selection(
        TEXT_POLICIES,
        default="detailed",
        required=True,
        help="A detailed invoice protects the fees once paid; a neutral one tells"
        " a tax inspector nothing of the work. Both keep the list of acts.",
    )
    estimate_amount = fields.Monetary(
        help="What the client was told the matter should cost, excluding VAT."
    )
    note = fields.Html(string="Wording")

    _one_signed_per_day = models.Constraint(
        "EXCLUDE USING gist (int8range(matter_id, matter_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (state = 'signed')",
        "Two signed agreements of a matter apply on the same day: end the first one"
        " before the second starts.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A fee agreement must end after it starts.",
    )

    @api.depends("name", "matter_id.matter_number")
    def _compute_display_name(self):
        for agreement in self:
            number = agreement.matter_id.matter_number or ""
            agreement.display_name = f"{agreement.name} – {number}"

    @api.depends("matter_id")
    def _compute_currency_id(self):
        for agreement in self:
            agreement.currency_id = (
                agreement.matter_id.currency_id or self.env.company.currency_id
            )

    @api.depends("state")
    def _compute_is_signed(self):
        for agreement in self:
            agreement.is_signed = agreement.state == "signed"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        for agreement in self:
            if agreement.state != "draft":
                raise UserError(
                    self.env._(
                        "The agreement %(name)s was signed and cannot be deleted: end"
                        " it instead.",
                        name=agreement.display_name,
                    )
                )

    # -- actions ---------------------------------------------------------------

    def action_sign(self):
        """Record the client's signature, after checking that it can be billed."""
        for agreement in self:
            agreement._check_can_be_signed()
            agreement.write(
                {
                    "state": "signed",
                    "signed_on": agreement.signed_on
                    or fields.Date.context_today(agreement),
                }
            )
            agreement.term_ids.instalment_ids._set_signature_date(agreement.signed_on)

    def write(self, vals):
        result = super().write(vals)
        if {"state", "date_from", "date_to"} & vals.keys():
            # One version ends before the next is signed: in this order in the
            # database too, where both would hold on the same day otherwise.
            self.flush_recordset(["state", "date_from", "date_to"])
            self.term_ids.rate_ids._sync_rates()
        return result

    def _is_binding(self):
        """Tell whether the client signed it, be it ended since."""
        self.ensure_one()
        return self.state in ("signed", "ended")

    def _holds_on(self, day):
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or day <= self.date_to)

    def action_end(self):
        for agreement in self:
            today = fields.Date.context_today(agreement)
            agreement.write(
                {
                    "state": "ended",
                    "date_to": agreement.date_to or max(today, agreement.date_from),
                }
            )

    def _check_can_be_signed(self):
        """Refuse an agreement that could not be billed, saying what is missing.

        :raise UserError: no term, or a schedule that is not its fee
        """
        self.ensure_one()
        if not self.term_ids:
            raise UserError(
                self.env._(
                    "The agreement %(name)s has no term: add at least one way of"
                    " charging before it is signed.",
                    name=self.display_name,
                )
            )
        self.term_ids._check_currency_rate()
        self.term_ids._check_can_be_signed()

    # -- what billing asks -----------------------------------------------------

    @api.constrains("matter_id", "state")
    def _check_matter_has_client(self):
        for agreement in self:
            if agreement.state == "signed" and not agreement.matter_id.partner_id:
                raise ValidationError(
                    self.env._(
                        "The matter %(matter)s has no client: set one before its"
                        " agreement is signed.",
                        matter=agreement.matter_id.display_name,
                    )
                )
