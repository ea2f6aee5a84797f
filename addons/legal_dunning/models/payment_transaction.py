from odoo import fields, models

from .legal_payment_plan import IN_FORCE


class PaymentTransaction(models.Model):
    """An online payment of a plan: one instalment, or all that is left."""

    _inherit = "payment.transaction"

    legal_plan_id = fields.Many2one(
        "legal.payment.plan", "Payment Plan", readonly=True, index="btree_not_null"
    )
    legal_instalment_id = fields.Many2one(
        "legal.payment.plan.instalment", "Instalment", readonly=True
    )
    # What was promised for paying all at once, given once it is paid.
    legal_rebate_line_id = fields.Many2one(
        "account.move.line", "Line of the Rebate", readonly=True
    )
    legal_rebate_untaxed = fields.Monetary("Rebate excl. VAT", readonly=True)
    legal_rebate = fields.Monetary("Rebate incl. VAT", readonly=True)

    def _legal_get_crossing(self, amount=None):
        """Refuse a second payment of an instalment that the first one settled."""
        sentence = super()._legal_get_crossing(amount)
        source = self.source_transaction_id or self
        # sudo: the plan decides, whoever pays
        plan = source.legal_plan_id.sudo()
        if sentence or not plan or self.operation in ("validation", "refund"):
            return sentence
        plan._lock()
        own = source.legal_instalment_id.sudo()
        family = source | source.child_transaction_ids
        if plan.state in IN_FORCE:
            instalment, due = plan._get_due(ignored=family)
            if not own:
                due = plan._get_early(ignored=family).get("amount", 0.0)
                instalment = own
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
        fresh = self.filtered(lambda tx: tx.state == "done" and not tx.payment_id)
        res = super()._post_process()
        for tx in fresh.filtered(lambda tx: tx.payment_id and tx.legal_rebate_line_id):
            tx._legal_give_rebate()
        # sudo: the plan follows the ledger, whoever pays
        plans = self.filtered("payment_id").legal_plan_id.sudo()
        if plans:
            plans._refresh_state()
        return res

    def _legal_give_rebate(self):
        """Give what was promised, if the rebate is just what is left to pay."""
        self.ensure_one()
        # sudo: a credit note of the firm, for what its client paid at once
        plan = self.legal_plan_id.sudo()
        left = sum(plan.invoice_ids.move_id.mapped("amount_residual"))
        if self.currency_id.compare_amounts(left, self.legal_rebate):
            plan._ask_owner(
                self.env._(
                    "%(plan)s was paid at once, but what is left is not the rebate:"
                    " give it by hand",
                    plan=plan.name,
                )
            )
            return
        plan._give_rebate(self.legal_rebate_line_id.sudo(), self.legal_rebate_untaxed)
