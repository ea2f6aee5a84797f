from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees, payouts


class LegalPayoutRule(models.Model):
    """What a provider keeps of the payments it pays out, and where that is booked.

    Tariffs change: each rule holds from a day to another.
    """

    _name = "legal.payout.rule"
    _description = "Payouts of a Provider"
    _order = "method_line_id, date_from desc"
    _check_company_auto = True

    method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Provider",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("payment_provider_id", "!=", False)],
    )
    company_id = fields.Many2one(
        related="method_line_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="Until")
    percent_from = fields.Float(string="Fee from (%)", digits=(5, 3))
    percent_to = fields.Float(string="Fee up to (%)", digits=(5, 3))
    each_from = fields.Monetary(string="Each payment, from")
    each_to = fields.Monetary(string="Each payment, up to")
    books_fee = fields.Selection(
        [
            ("expense", "As an expense, with the payout"),
            ("supplier", "On the provider's account: its invoice follows"),
        ],
        string="The fee is booked",
        required=True,
        default="expense",
    )
    fee_account_id = fields.Many2one(
        "account.account",
        string="Account of fees",
        check_company=True,
        compute="_compute_fee_account_id",
        store=True,
        readonly=False,
    )
    fee_tax_id = fields.Many2one(
        "account.tax",
        string="Tax of fees",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase")],
        help="Payment services are mostly exempt: leave empty, unless the provider's"
        " invoice says otherwise.",
    )
    supplier_id = fields.Many2one("res.partner", string="Provider's supplier account")
    bank_words = fields.Char(
        string="Words of its bank lines",
        help="E.g. STRIPE. Bank lines that bear one of these words, parted by commas,"
        " are looked at by themselves each day. Empty: only those you choose.",
    )
    format_id = fields.Many2one("legal.payout.format", string="Its file")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A rule must end after it starts.",
    )
    _fees_in_order = models.Constraint(
        "CHECK (percent_from >= 0 AND percent_to >= percent_from AND percent_to <= 50"
        " AND COALESCE(each_from, 0) >= 0"
        " AND COALESCE(each_to, 0) >= COALESCE(each_from, 0))",
        "A fee goes from a least to a most, neither below zero nor over half.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(method_line_id, method_line_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Two rules of one provider hold on the same day: end the first one before the"
        " second starts.",
    )

    @api.depends("method_line_id", "date_from")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = f"{rule.method_line_id.name} ({rule.date_from})"

    @api.depends("method_line_id", "books_fee")
    def _compute_fee_account_id(self):
        for rule in self:
            if rule.books_fee == "expense" and not rule.fee_account_id:
                company = rule.method_line_id.company_id or self.env.company
                rule.fee_account_id = (
                    self.env["account.chart.template"]
                    .with_company(company)
                    .ref("pcg_6278", raise_if_not_found=False)
                )

    @api.constrains("books_fee", "fee_account_id", "supplier_id")
    def _check_where(self):
        for rule in self:
            if rule.books_fee == "expense" and not rule.fee_account_id:
                raise ValidationError(
                    self.env._(
                        "The fees of %(provider)s have no account: choose one, 627800"
                        " for instance.",
                        provider=rule.method_line_id.name,
                    )
                )
            if rule.books_fee == "supplier" and not rule.supplier_id:
                raise ValidationError(
                    self.env._(
                        "The fees of %(provider)s wait for its invoice on no supplier"
                        " account: choose the supplier.",
                        provider=rule.method_line_id.name,
                    )
                )

    @api.model
    def _get_rule(self, method_line, day):
        """Return the rule of a provider on a day, or none."""
        return self.search(
            [
                ("method_line_id", "=", method_line.id),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ],
            limit=1,
        )

    def _get_fee_range(self):
        """Return what this rule lets a provider keep; nothing without a rule."""
        return payouts.FeeRange(
            fees.to_decimal(self.percent_from),
            fees.to_decimal(self.percent_to),
            fees.to_decimal(self.each_from),
            fees.to_decimal(self.each_to),
        )

    def _matches_words(self, text):
        """Tell whether the label of a bank line bears one of the words."""
        self.ensure_one()
        words = [word.strip().lower() for word in (self.bank_words or "").split(",")]
        return any(word in (text or "").lower() for word in words if word)
