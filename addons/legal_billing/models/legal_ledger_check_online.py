from odoo import api, models


class LegalLedgerCheck(models.TransientModel):
    """What clients paid online and the bank has not got yet, against the books."""

    _inherit = "legal.ledger.check"

    @api.model
    def _check_online(self, company):
        """Compare each account on which online payments wait with what waits there."""
        method_lines = self.env["account.payment.method.line"].search(
            [
                ("payment_provider_id", "!=", False),
                ("company_id", "=", company.id),
                ("payment_account_id.reconcile", "=", True),
            ]
        )
        Payment = self.env["account.payment"]
        Item = self.env["account.move.line"]
        for account in method_lines.payment_account_id.sorted("code"):
            domain = [
                ("company_id", "=", company.id),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
            ]
            waiting = Payment.search(
                [
                    ("company_id", "=", company.id),
                    ("payment_transaction_id", "!=", False),
                    ("outstanding_account_id", "=", account.id),
                    ("move_id.state", "=", "posted"),
                    ("is_matched", "=", False),
                ]
            )
            others = Item.search(
                [
                    *domain,
                    ("reconciled", "=", False),
                    ("payment_id.payment_transaction_id", "=", False),
                ]
            )
            paid_out = waiting.filtered(lambda p: p.legal_payout_id.state == "booked")
            yield {
                "family": "online",
                "name": self._say_account(account, company),
                "amount_ours": sum(waiting.mapped("legal_amount_online"))
                + sum(others.mapped("amount_residual")),
                "amount_ledger": self._sum(domain),
                "off_model": "account.payment",
                "off_ids": paid_out.ids,
                "hint": self.env._(
                    "Online payments that wait for the bank, and what else is open on"
                    " this account, against its balance."
                ),
            }
