from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalPaymentShare(models.Model):
    """What one online payment is for, document by document.

    Written with the transaction, before any money moves, so that what comes in
    settles what the payer chose and nothing else.
    """

    _name = "legal.payment.share"
    _description = "Part of an Online Payment"
    _order = "transaction_id, sequence, id"

    transaction_id = fields.Many2one(
        "payment.transaction", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="transaction_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    sequence = fields.Integer()
    move_id = fields.Many2one(
        "account.move", "Invoice", readonly=True, index="btree_not_null"
    )
    provision_id = fields.Many2one(
        "legal.provision",
        "Provision",
        readonly=True,
        index="btree_not_null",
        help="The request it pays; its deposit invoice is made of the payment.",
    )
    amount = fields.Monetary(required=True, readonly=True)
    amount_settled = fields.Monetary(
        "Settled",
        readonly=True,
        help="What it took off the invoice. The rest, if any, is a credit of the"
        " client: something else had paid meanwhile.",
    )
    state = fields.Selection(related="transaction_id.state")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "What is paid of a document is above zero."
    )
    _settled_within = models.Constraint(
        "CHECK (COALESCE(amount_settled, 0) BETWEEN 0 AND amount)",
        "A payment settles no more of a document than what was paid for it.",
    )
    _has_document = models.Constraint(
        "CHECK (move_id IS NOT NULL OR provision_id IS NOT NULL)",
        "A part of a payment is for an invoice or a provision.",
    )
    _invoice_once = models.UniqueIndex(
        "(transaction_id, move_id) WHERE move_id IS NOT NULL",
        "A payment has one part for an invoice.",
    )
    _provision_once = models.UniqueIndex(
        "(transaction_id, provision_id) WHERE provision_id IS NOT NULL",
        "A payment has one part for a provision.",
    )

    @api.constrains("amount", "transaction_id")
    def _check_sum(self):
        self.transaction_id._legal_check_shares()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise ValidationError(
            self.env._("What an online payment was for is kept: cancel the payment.")
        )

    @api.depends("transaction_id", "move_id", "provision_id")
    def _compute_display_name(self):
        for share in self:
            document = share.move_id or share.provision_id
            share.display_name = (
                f"{share.transaction_id.reference} – {document.display_name}"
            )

    def _get_label(self):
        """Return the document as its payer knows it."""
        self.ensure_one()
        if self.move_id:
            return self.move_id._legal_get_portal_name()
        return self.env._("Provision %(number)s", number=self.provision_id.name)
