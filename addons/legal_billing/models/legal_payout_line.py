from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalPayoutLine(models.Model):
    """One payment or refund that a provider paid out; each is paid out once."""

    _name = "legal.payout.line"
    _description = "Payment Paid Out"
    _order = "payout_id, date, id"
    _check_company_auto = True

    payout_id = fields.Many2one(
        "legal.payout", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="payout_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="payout_id.currency_id")
    state = fields.Selection(related="payout_id.state")
    payment_id = fields.Many2one(
        "account.payment",
        string="Payment",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('payment_transaction_id', '!=', False),"
        " ('legal_payout_id', '=', False), ('is_matched', '=', False)]",
    )
    partner_id = fields.Many2one(related="payment_id.partner_id", string="Paid by")
    date = fields.Date(compute="_compute_from_payment", store=True, readonly=False)
    kind = fields.Selection(
        [("payment", "Payment"), ("refund", "Refund"), ("other", "Not known here")],
        compute="_compute_kind",
        store=True,
    )
    amount = fields.Monetary(
        compute="_compute_from_payment",
        store=True,
        readonly=False,
        help="Refunds are below zero.",
    )
    amount_fee = fields.Monetary(string="Fee in the file", readonly=True)
    label = fields.Char(string="Words of the file")
    account_id = fields.Many2one(
        "account.account",
        string="Book it on",
        check_company=True,
        help="For what is no payment of this firm: where it belongs.",
    )

    _payment_once = models.UniqueIndex(
        "(payment_id) WHERE payment_id IS NOT NULL",
        "A payment is paid out once: it is already in another payout.",
    )

    @api.depends("payment_id.payment_type")
    def _compute_kind(self):
        for line in self:
            is_refund = line.payment_id.payment_type == "outbound"
            known = "refund" if is_refund else "payment"
            line.kind = known if line.payment_id else "other"

    @api.depends("payment_id")
    def _compute_from_payment(self):
        """Take day and amount of the payment; what is none keeps its own."""
        for line in self:
            payment = line.payment_id
            sign = -1 if payment.payment_type == "outbound" else 1
            line.amount = sign * payment.amount if payment else line.amount
            line.date = payment.date if payment else line.date

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_open()
        return lines

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        self._check_open()

    def _check_open(self):
        for payout in self.payout_id:
            if payout.state == "booked":
                raise UserError(
                    self.env._(
                        "The payout %(payout)s is booked: undo it before changing its"
                        " payments.",
                        payout=payout.name,
                    )
                )
