from urllib.parse import urlencode

from odoo import fields, models


class LegalClientLink(models.Model):
    """What became of a payment: what was paid, document by document, and the rest."""

    _inherit = "legal.client.link"

    def _find_payment(self, tx_id):
        """Return the payment of this payer to this firm, in sudo, or nothing."""
        self.ensure_one()
        # sudo: the link is the right, to what its own payer paid
        payment = self.env["payment.transaction"].sudo().browse(tx_id).exists()
        is_own = (
            payment.company_id == self.company_id
            and payment.partner_id.commercial_partner_id == self.partner_id
            and payment.legal_share_ids
            and payment.operation not in ("validation", "refund")
        )
        return payment if is_own else payment.browse()

    def _get_receipt_page(self, transaction):
        """Return plain values of the page after a payment."""
        self.ensure_one()
        _ = self.env._
        shares = transaction.legal_share_ids.with_env(self.env)
        state = self._get_receipt_state(transaction)
        is_done = state in ("done", "recording")
        rows = [share._get_receipt_row(is_done, state == "done") for share in shares]
        moment = transaction.last_state_change or fields.Datetime.now()
        return {
            "title": _("Receipt – %(firm)s", firm=self.company_id.name)
            if is_done
            else _("Your payment – %(firm)s", firm=self.company_id.name),
            "situation": state,
            "firm": self._get_page_firm(),
            "contact": self._get_page_contact(),
            "amount": self._format_money(transaction.amount, transaction.currency_id),
            "day": self._get_pay_day(moment),
            "reference": transaction.reference,
            "means": transaction.payment_method_id.name or "",
            "rows": rows,
            "left": self._get_receipt_left(transaction) if state == "done" else "",
            "surplus": self._get_receipt_surplus(transaction) if is_done else "",
            "reason": (transaction.state_message or "") if state == "error" else "",
            "email": transaction.partner_email or "",
            "is_mailed": bool(transaction.legal_receipt_at),
            "again": self._get_again_query(shares),
            "transfer": self._get_pending_transfer(transaction)
            if state == "transfer"
            else [],
        }

    def _get_receipt_state(self, transaction):
        """Return where the payment stands for who made it.

        One of done, recording (received, not in the books yet), transfer (to be made
        at the bank), pending, draft (never finished), cancel, error.
        """
        if transaction.legal_transfer_id.statement_line_id:
            return "done"
        if transaction.state == "done":
            return "done" if transaction.payment_id else "recording"
        if transaction.state in ("pending", "authorized"):
            is_wire = transaction.provider_code in ("none", "custom")
            return "transfer" if is_wire else "pending"
        return transaction.state

    def _get_pay_day(self, moment):
        move = self.env["account.move"].sudo()
        return move._legal_format_date(fields.Datetime.context_timestamp(self, moment))

    def _get_receipt_left(self, transaction):
        """Return what is still to pay of what was chosen, in words."""
        moves = transaction.legal_share_ids.move_id
        left = sum(moves.mapped("amount_residual"))
        currency = transaction.currency_id
        if currency.is_zero(left):
            return self.env._("Nothing is left to pay for what you settled.")
        return self.env._(
            "%(left)s is left to pay for what you chose.",
            left=self._format_money(left, currency),
        )

    def _get_receipt_surplus(self, transaction):
        """Say what came in beyond the due, and that it is not lost."""
        payment = transaction.payment_id
        surplus = transaction._legal_get_surplus(payment) if payment else 0.0
        currency = transaction.currency_id
        if currency.compare_amounts(surplus, 0.0) <= 0:
            return ""
        return self.env._(
            "%(surplus)s was more than what was due, because something had been paid"
            " meanwhile: it is yours, and we will write to you about giving it back.",
            surplus=self._format_money(surplus, currency),
        )

    def _get_again_query(self, shares):
        """Return the choice again, for who starts over."""
        return urlencode([("row", key) for key in shares._get_row_keys()])

    def _get_pending_transfer(self, transaction):
        """Return the bank details of a transfer chosen in the payment form."""
        record = transaction.legal_share_ids[:1].move_id
        bank = record.partner_bank_id
        return self._get_transfer_rows(
            bank,
            transaction._legal_get_communication(),
            transaction.amount,
            transaction.currency_id,
        )


class LegalPaymentShare(models.Model):
    _inherit = "legal.payment.share"

    def _get_receipt_row(self, is_done, is_posted):
        """Return the document, what was paid of it and what is left of it."""
        self.ensure_one()
        money = self.env["legal.client.link"]._format_money
        currency = self.currency_id
        paid = self.amount_settled if is_posted else self.amount
        left = self.move_id.amount_residual if self.move_id else 0.0
        detail = ""
        if is_posted and currency.compare_amounts(left, 0.0) > 0:
            detail = self.env._("%(left)s left to pay", left=money(left, currency))
        elif is_posted:
            detail = self.env._("settled")
        # sudo: the payer's own document
        move = self.move_id.sudo()
        return {
            "label": self._get_label(),
            "amount": money(paid, currency),
            "detail": detail if is_done else "",
            "url": move.get_portal_url() if move else "",
        }

    def _get_row_keys(self):
        """Return the rows of the page these parts come from; a hook."""
        return [
            f"i{share.move_id.id}" if share.move_id else f"p{share.provision_id.id}"
            for share in self
        ]
