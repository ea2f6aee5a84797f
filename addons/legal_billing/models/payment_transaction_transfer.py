from odoo import api, fields, models

from .account_move_online_payment import WIRE_CODES


class PaymentTransaction(models.Model):
    """A transfer chosen in the payment form has one reference for all it is for.

    The bank line that quotes it is matched as any announced transfer: the choice
    itself books nothing, so nothing is booked twice.
    """

    _inherit = "payment.transaction"

    legal_transfer_id = fields.Many2one(
        "legal.payment.transfer",
        "Announced Transfer",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        for transaction in transactions:
            transaction._legal_announce_transfer()
        return transactions

    def _legal_announce_transfer(self):
        """Give a transfer the reference by which the firm finds its documents."""
        self.ensure_one()
        shares = self.legal_share_ids
        if self.provider_code not in WIRE_CODES or not shares:
            return
        # sudo: the payer says what he will transfer, for his own documents
        transfers = self.env["legal.payment.transfer"].sudo()
        self.legal_transfer_id = transfers._announce(
            self.partner_id.commercial_partner_id,
            self.company_id,
            self.currency_id,
            [
                {
                    "move_id": share.move_id.id,
                    "provision_id": not share.move_id and share.provision_id.id,
                    "amount": share.amount,
                }
                for share in shares.sorted("sequence")
            ],
        )

    def _legal_get_communication(self):
        """Return the reference to quote at the bank for all that it is for."""
        self.ensure_one()
        if self.legal_transfer_id:
            return self.legal_transfer_id._get_communication()
        return super()._legal_get_communication()

    def _get_communication(self):
        """The page after a wire transfer, where one is installed, quotes the same."""
        if self.legal_share_ids:
            return self._legal_get_communication()
        return super()._get_communication()

    def _legal_note_transfer(self):
        """The money of these choices came by the bank: they book nothing more."""
        for transaction in self.filtered(lambda tx: tx.state in ("draft", "pending")):
            for share in transaction.legal_share_ids:
                share.amount_settled = share.amount
            transaction._set_canceled(
                state_message=self.env._("Received on the bank, and matched there.")
            )
            if transaction.partner_email and not transaction.legal_receipt_at:
                transaction._legal_send_receipt()
