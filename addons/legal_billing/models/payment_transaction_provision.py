from odoo import fields, models


class PaymentTransaction(models.Model):
    """An online payment of a request: taken once, and invoiced at once."""

    _inherit = "payment.transaction"

    legal_provision_id = fields.Many2one(
        "legal.provision", string="Provision", readonly=True, index="btree_not_null"
    )

    def _legal_get_crossing(self, amount=None):
        """Refuse a second payment of a request that the first one settled."""
        sentence = super()._legal_get_crossing(amount)
        source = self.source_transaction_id or self
        provision = source.legal_provision_id
        if sentence or not provision or self.operation in ("validation", "refund"):
            return sentence
        provision._lock()
        family = source | source.child_transaction_ids
        left = provision._get_open_amount(ignored=family)
        if self.currency_id.compare_amounts(amount or self.amount, left) <= 0:
            return ""
        provision = provision.with_context(lang=self.partner_lang or self.env.lang)
        return provision.env._(
            "Another payment of the provision %(number)s came first, so this one was"
            " not taken.",
            number=provision.name,
        )

    def _set_done(self, **kwargs):
        res = super()._set_done(**kwargs)
        if self.filtered("legal_provision_id"):
            self.env.ref("payment.cron_post_process_payment_tx").sudo()._trigger()
        return res

    def _post_process(self):
        """Issue the deposit invoice of a request that was just paid, dated then."""
        for tx in self.filtered(
            lambda t: t.state == "done" and not t.payment_id and not t.invoice_ids
        ):
            provision = tx.legal_provision_id.sudo()
            if not provision or tx.operation in ("validation", "refund"):
                continue
            provision._lock()
            date = fields.Date.context_today(
                provision, tx.last_state_change or fields.Datetime.now()
            )
            # A second payment that the provider took all the same goes to the same
            # invoice, as a surplus that a person gives back.
            tx.invoice_ids = provision._get_deposit_move() or provision._issue_deposit(
                date, is_paid=True
            )
        return super()._post_process()
