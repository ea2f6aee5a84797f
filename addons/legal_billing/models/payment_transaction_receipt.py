import logging

from odoo import fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """The receipt that a payer gets by e-mail, once."""

    _inherit = "payment.transaction"

    legal_receipt_at = fields.Datetime("Receipt sent on", readonly=True, copy=False)

    def _post_process(self):
        """Write to who paid, once the payment is in the books."""
        res = super()._post_process()
        for transaction in self:
            if transaction._legal_owes_receipt():
                transaction._legal_send_receipt()
        return res

    def _legal_owes_receipt(self):
        return (
            self.state == "done"
            and self.payment_id
            and self.legal_share_ids
            and not self.legal_receipt_at
            and self.amount > 0
            and self.operation not in ("validation", "refund")
            and self.partner_email
        )

    def _legal_send_receipt(self):
        """Send the receipt; what goes wrong with it never undoes the payment."""
        self.ensure_one()
        self.legal_receipt_at = fields.Datetime.now()
        # sudo: the payer's own receipt and link
        transaction = self.sudo().with_company(self.company_id)
        link = transaction.env["legal.client.link"]._get_for(
            transaction.partner_id, transaction.company_id
        )
        template = transaction.env.ref("legal_billing.mail_template_receipt")
        context = {
            "receipt_page": link._in_client_language()._get_receipt_page(transaction),
            "receipt_url": f"{link._get_url()}/receipt/{transaction.id}",
        }
        try:
            with self.env.cr.savepoint():
                template.with_context(**context).send_mail(
                    transaction.id, email_layout_xmlid=False
                )
        except UserError:
            _logger.warning("Receipt of payment %s not sent", transaction.reference)
            self.legal_receipt_at = False

    def _legal_get_communication(self):
        """Return the reference to quote at the bank for all that it is for."""
        self.ensure_one()
        if len(self.legal_share_ids) == 1 and self.legal_share_ids.move_id:
            move = self.legal_share_ids.move_id
            return move.payment_reference or move.name
        return self.reference
