from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

COLLECTED = "212"
#: what the buyer or a platform says; the firm itself only says that it was paid
REFUSALS = ("210", "213")


class LegalInvoiceStatus(models.Model):
    """Where an e-invoice stands: one row a step, kept as it came.

    The codes are those of the French e-invoicing reform. The firm itself states
    one, 212 (collected), at each receipt when its VAT is due on payment; the others
    come from the platform. This module transmits nothing by itself: a channel does.
    """

    _name = "legal.invoice.status"
    _description = "E-invoice Status"
    _order = "date desc, id desc"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="move_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    code = fields.Selection(
        [
            ("200", "200 Deposited"),
            ("201", "201 Issued by the platform"),
            ("202", "202 Received by the platform"),
            ("203", "203 Made available"),
            ("204", "204 Taken in charge"),
            ("205", "205 Approved"),
            ("206", "206 Approved in part"),
            ("207", "207 Disputed"),
            ("208", "208 Suspended"),
            ("209", "209 Completed"),
            ("210", "210 Refused by the buyer"),
            ("211", "211 Payment sent"),
            ("212", "212 Collected"),
            ("213", "213 Rejected by the platform"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, string="On"
    )
    day = fields.Date(
        readonly=True,
        required=True,
        default=fields.Date.context_today,
        help="The day that counts for the tax office: that of the receipt.",
    )
    reason = fields.Text(readonly=True)
    is_correction = fields.Boolean(
        readonly=True, help="Takes back a receipt that was undone."
    )
    partial_key = fields.Integer(
        readonly=True,
        index=True,
        help="Which allocation of a payment this receipt is; it may be gone by now.",
    )
    reported_by = fields.Selection(
        [
            ("status", "Status 212 to the client's platform"),
            ("10.2", "Payments of international sales (10.2)"),
            ("10.4", "Payments of consumers (10.4)"),
        ],
        readonly=True,
    )
    amount_ids = fields.One2many("legal.invoice.status.amount", "status_id")
    amount_total = fields.Monetary(
        "Collected incl. VAT", compute="_compute_amount_total", store=True
    )
    report_id = fields.Many2one(
        "legal.ereporting", "Reported in", readonly=True, index="btree_not_null"
    )

    # A payment allocated once is told once, whatever is computed again.
    _receipt_once = models.UniqueIndex(
        "(partial_key, is_correction, move_id) WHERE code = '212'",
        "This receipt was recorded before.",
    )

    @api.depends("code", "move_id.name")
    def _compute_display_name(self):
        codes = dict(self._fields["code"]._description_selection(self.env))
        for status in self:
            status.display_name = f"{status.move_id.name}: {codes.get(status.code)}"

    @api.depends("amount_ids.amount_total")
    def _compute_amount_total(self):
        for status in self:
            status.amount_total = sum(status.amount_ids.mapped("amount_total"))

    def write(self, vals):
        if set(vals) - {"report_id", "amount_total"}:
            raise UserError(
                self.env._(
                    "The status %(status)s is kept as it came: what changed since is a"
                    " new status.",
                    status=self[:1].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        for status in self:
            raise UserError(
                self.env._(
                    "The status %(status)s is kept as it came: nobody deletes it.",
                    status=status.display_name,
                )
            )

    # -- receipts --------------------------------------------------------------

    @api.model
    def _record_receipts(self, caba_moves):
        """Keep one 212 for each receipt, with its amounts per VAT rate.

        The amounts are those of the entries that make the VAT due, so what is told
        is what the ledger says.

        :param caba_moves: posted cash-basis entries of sales
        """
        vals_list = []
        for caba in caba_moves:
            partial = caba.tax_cash_basis_rec_id
            invoice = caba.tax_cash_basis_origin_move_id
            other = (partial.debit_move_id | partial.credit_move_id).move_id - invoice
            if not other or other.is_invoice(include_receipts=True):
                continue  # set off against a credit note: nothing was received
            vals_list.append(
                {
                    "move_id": invoice.id,
                    "code": COLLECTED,
                    "day": partial.max_date,
                    "partial_key": partial.id,
                    "reported_by": invoice._legal_get_receipt_channel(),
                    "amount_ids": [
                        fields.Command.create(
                            {"rate": rate, "amount_base": base, "amount_tax": tax}
                        )
                        for rate, (base, tax) in _per_rate(caba).items()
                    ],
                }
            )
        return self.create(vals_list)

    def _take_back(self):
        """Record that these receipts were undone, today."""
        return self.create(
            [
                {
                    "move_id": status.move_id.id,
                    "code": COLLECTED,
                    "partial_key": status.partial_key,
                    "is_correction": True,
                    "reported_by": status.reported_by,
                    "reason": self.env._(
                        "The receipt of %(date)s was undone.",
                        date=format_date(self.env, status.day),
                    ),
                    "amount_ids": [
                        fields.Command.create(
                            {
                                "rate": amount.rate,
                                "amount_base": -amount.amount_base,
                                "amount_tax": -amount.amount_tax,
                            }
                        )
                        for amount in status.amount_ids
                    ],
                }
                for status in self
            ]
        )


def _per_rate(caba):
    """Return {VAT rate: (base, tax)} that a cash-basis entry makes due."""
    found = {}
    for line in caba.line_ids:
        if line.tax_repartition_line_id:
            rate, part = line.tax_repartition_line_id.tax_id.amount, 1
        elif line.tax_ids:
            rate, part = sum(line.tax_ids.mapped("amount")), 0
        else:
            continue
        sums = found.setdefault(rate, [0.0, 0.0])
        sums[part] -= line.balance
    currency = caba.company_currency_id
    return {
        rate: (currency.round(base), currency.round(tax))
        for rate, (base, tax) in sorted(found.items())
    }
