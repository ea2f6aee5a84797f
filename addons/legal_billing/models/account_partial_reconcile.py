from odoo import models


class AccountPartialReconcile(models.Model):
    """Each receipt of an invoice whose VAT is due on payment becomes a status.

    Of every invoice of a French firm's, those that bill no matter too.
    """

    _inherit = "account.partial.reconcile"

    def _create_tax_cash_basis_moves(self):
        moves = super()._create_tax_cash_basis_moves()
        sales = moves.filtered(
            lambda move: (
                move.state == "posted"
                and move.tax_cash_basis_origin_move_id._legal_is_sale()
            )
        )
        if sales:
            # sudo: whoever allocates a payment may not write statuses by hand.
            self.env["legal.invoice.status"].sudo()._record_receipts(sales)
        return moves

    def unlink(self):
        # sudo: as above; the statuses of the very receipts that are undone.
        statuses = (
            self.env["legal.invoice.status"]
            .sudo()
            .search([("partial_key", "in", self.ids), ("is_correction", "=", False)])
        )
        result = super().unlink()
        statuses._take_back()
        return result
