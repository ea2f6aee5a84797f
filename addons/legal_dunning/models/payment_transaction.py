from odoo import fields, models

from .legal_payment_plan import IN_FORCE


class PaymentTransaction(models.Model):
    """An online payment of an instalment: that one, once."""

    _inherit = "payment.transaction"

    legal_plan_id = fields.Many2one(
        "legal.payment.plan", "Payment Plan", readonly=True, index="btree_not_null"
    )
    legal_instalment_id = fields.Many2one(
        "legal.payment.plan.instalment", "Instalment", readonly=True
    )

    def _legal_get_crossing(self, amount=None):
        """Refuse a second payment of an instalment that the first one settled."""
        sentence = super()._legal_get_crossing(amount)
        source = self.source_transaction_id or self
        plan = source.legal_plan_id.sudo()
        if sentence or not plan or self.operation in ("validation", "refund"):
            return sentence
        plan._lock()
        own = source.legal_instalment_id.sudo()
        if plan.state in IN_FORCE:
            if not own:
                return ""  # all that is left: what is open was checked above
            family = source | source.child_transaction_ids
            instalment, due = plan._get_due(ignored=family)
            asked = amount or self.amount
            if instalment == own and self.currency_id.compare_amounts(asked, due) <= 0:
                return ""
        plan = plan.with_context(lang=self.partner_lang or self.env.lang)
        return plan.env._(
            "Another payment of the plan %(plan)s came first, so this one was not"
            " taken.",
            plan=plan.name,
        )

    def _post_process(self):
        """Say at once where the plan stands after a payment."""
        res = super()._post_process()
        # sudo: the plan follows the ledger, whoever pays
        plans = self.filtered("payment_id").legal_plan_id.sudo()
        if plans:
            plans._refresh_state()
        return res
