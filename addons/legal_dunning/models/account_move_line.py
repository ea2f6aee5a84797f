from odoo import models

from .legal_dunning_planning import to_decimal


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_dunning_payments(self):
        """Return [(day, amount)] that brought this receivable down.

        A credit note counts from the start: what it takes back was never owed.
        """
        self.ensure_one()
        payments = []
        for partial in self.matched_credit_ids:
            amount = to_decimal(self.currency_id, partial.debit_amount_currency)
            refunded = partial.credit_move_id.move_id.move_type == "out_refund"
            day = self.date_maturity if refunded else partial.max_date
            payments.append((day, amount))
        return payments
