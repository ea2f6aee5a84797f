from odoo import models
from odoo.exceptions import UserError

# Providers that only play a payment: the moment they report it is the capture,
# and the last one at which it can be refused.
SIMULATED_CODES = ("demo",)


class PaymentTransaction(models.Model):
    """An online payment of legal invoices never takes more than is left."""

    _inherit = "payment.transaction"

    def _legal_get_invoices(self):
        return self.invoice_ids.filtered("is_legal")

    # -- before the money moves ------------------------------------------------

    def _validate_amount(self, payment_data):
        """Refuse a payment that another one has overtaken, where we still can.

        A real provider reports money it has taken: refusing to record it would
        only lose sight of it, so that case is met after the fact, see
        :meth:`_legal_report_surplus`.
        """
        res = super()._validate_amount(payment_data)
        if (
            self.state in ("draft", "pending", "authorized")
            and self.provider_code in SIMULATED_CODES
            and payment_data.get("simulated_state", "done") == "done"
            and (sentence := self._legal_get_crossing())
        ):
            self._set_error(sentence)
        return res

    def _capture(self, amount_to_capture=None):
        sentence = self._legal_get_crossing(amount_to_capture)
        if sentence:
            raise UserError(sentence)
        return super()._capture(amount_to_capture)

    def _legal_get_crossing(self, amount=None):
        """Return why this payment would be too much, or an empty string.

        Locks the invoices, so that two payments are decided one after the other.
        """
        self.ensure_one()
        source = self.source_transaction_id or self
        invoices = source._legal_get_invoices()
        if not invoices or self.operation in ("validation", "refund"):
            return ""
        invoices._legal_lock_payment()
        if source.legal_share_ids.provision_id:
            return ""  # not only of invoices: each part is looked at on its own
        family = source | source.child_transaction_ids
        left = source.invoice_ids._legal_get_open_amount(ignored=family)
        if self.currency_id.compare_amounts(amount or self.amount, left) <= 0:
            return ""
        invoice = invoices[:1].with_context(lang=self.partner_lang or self.env.lang)
        return invoice.env._(
            "Another payment came first: only %(left)s is left to pay, so this one of"
            " %(amount)s was not taken.",
            left=invoice._legal_format_money(left),
            amount=invoice._legal_format_money(amount or self.amount),
        )

    # -- once it has moved -----------------------------------------------------

    def _set_done(self, **kwargs):
        """Bring the payment to the ledger now, even if the browser is gone."""
        res = super()._set_done(**kwargs)
        if self.invoice_ids.filtered("is_legal"):
            self.env.ref("payment.cron_post_process_payment_tx").sudo()._trigger()
        return res

    def _post_process(self):
        """Tell the firm of money that came in beyond what was due."""
        fresh = self.filtered(lambda tx: tx.state == "done" and not tx.payment_id)
        legal = fresh.filtered(
            lambda tx: tx._legal_get_invoices() or tx.legal_share_ids
        )
        legal._legal_get_invoices()._legal_lock_payment()
        res = super()._post_process()
        for tx in legal.filtered("payment_id"):
            tx._legal_report_surplus()
        return res

    def _legal_report_surplus(self):
        """Ask someone to give back what this payment brought beyond the due.

        It stays a credit on the client's account: nothing is netted by itself.
        """
        self.ensure_one()
        payment = self.payment_id
        surplus = -sum(
            payment.move_id.line_ids.filtered(
                lambda line: line.account_id == payment.destination_account_id
            ).mapped("amount_residual_currency")
        )
        if self.currency_id.compare_amounts(surplus, 0.0) <= 0:
            return
        document = self._legal_get_invoices()[:1] or self.legal_share_ids.provision_id
        document = document[:1]
        responsible = (
            document.invoice_user_id or document.sudo().matter_ids.responsible_id
            if document._name == "account.move"
            else document.sudo().responsible_id
        )
        document.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Paid too much: refund or set off"),
            note=self.env._(
                "The online payment %(reference)s brought in %(surplus)s more than was"
                " due on %(invoice)s. The amount is a credit on the client's account:"
                " refund it, or set it off with the client's agreement.",
                reference=self.reference,
                surplus=self.currency_id.format(surplus),
                invoice=", ".join((self.invoice_ids or document).mapped("name")),
            ),
            user_id=responsible[:1].id or self.env.uid,
        )
