from decimal import Decimal

from odoo import models

from .legal_dunning_planning import to_decimal


class LegalPaymentPlan(models.Model):
    """What a payment of a plan gives to each of its invoices."""

    _inherit = "legal.payment.plan"

    def _get_part_shares(self, amount, promise):
        """Return the values of the shares of a payment made on the plan's own page.

        :param promise: the values of :meth:`_check_part_payment`
        """
        self.ensure_one()
        instalment = self.instalment_ids.browse(promise.get("legal_instalment_id"))
        line = self.env["account.move.line"].browse(promise.get("legal_rebate_line_id"))
        return self._spread(amount, instalment, last=line.move_id)

    def _spread(self, amount, instalment=None, last=None):
        """Give an amount to the invoices of the plan, oldest due first.

        :param instalment: the one it pays; nothing when all is paid at once
        :param last: the invoice served last: what is left of it, a rebate takes
        :return: values of the shares, one for each invoice that gets something
        """
        self.ensure_one()
        left = to_decimal(self.currency_id, float(amount))
        found = {}
        rows = self.invoice_ids.sorted(
            lambda row: (row.move_id == last, row.due_on, row.id)
        )
        for contested in (False, True):
            for row in rows:
                move = row.move_id
                open_amount = to_decimal(self.currency_id, move.amount_residual)
                outside = to_decimal(self.currency_id, row.amount_outside)
                # what lies outside the plan comes last, if at all
                room = outside if contested else open_amount - outside
                taken = min(left, max(room, Decimal(0)))
                if taken > 0:
                    found[move] = found.get(move, Decimal(0)) + taken
                    left -= taken
        return [
            {
                "move_id": move.id,
                "amount": float(taken),
                **({"instalment_id": instalment.id} if instalment else {}),
            }
            for move, taken in found.items()
        ]
