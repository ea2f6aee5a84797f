from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What keeps invoices, credit notes and the acts behind them together."""

    _inherit = "account.move"

    # -- before a credit note ---------------------------------------------------------

    def _legal_check_creditable(self):
        """Refuse to credit an invoice that is no issued one, or is being credited."""
        for move in self:
            if move.state != "posted" or not move._legal_has_acts():
                raise UserError(
                    self.env._(
                        "%(invoice)s is no issued invoice of a pre-bill: only those"
                        " can be credited act by act.",
                        invoice=move._legal_get_label(),
                    )
                )
            drafts = move.reversal_move_ids.filtered(lambda m: m.state == "draft")
            if drafts:
                raise UserError(
                    self.env._(
                        "A draft credit note of %(invoice)s is waiting: post it or"
                        " delete it before making another.",
                        invoice=move.name,
                    )
                )

    # -- posting -----------------------------------------------------------------------

    def _post(self, soft=True):
        # sudo: an accountant posts credit notes of matters he does not see.
        for move in self.sudo():
            if move.move_type == "out_refund" and move.reversed_entry_id:
                move._legal_check_credits()
        return super()._post(soft=soft)

    def _legal_check_credits(self):
        """Refuse a credit note that says other than what becomes of its acts."""
        self.ensure_one()
        if not self.reversed_entry_id._legal_has_acts():
            return
        credits = self.env["legal.prebill.credit"].search([("move_id", "=", self.id)])
        by_line = credits.grouped("line_id")
        compare = self.currency_id.compare_amounts
        for line in self.invoice_line_ids:
            if line.display_type != "product":
                continue
            rows = by_line.get(line)
            amount = sum(rows.mapped("amount")) if rows else 0.0
            if not rows or compare(amount, line.price_subtotal):
                raise UserError(
                    self.env._(
                        "The line “%(line)s” of the credit note of %(invoice)s does"
                        " not take back what was billed: delete this draft and use"
                        " “Credit note” on the invoice, where acts and amounts are"
                        " chosen.",
                        line=(line.name or "").split("\n")[0],
                        invoice=self.reversed_entry_id.name,
                    )
                )
        self._legal_check_credits_left(credits)

    def _legal_check_credits_left(self, credits):
        left = credits.origin_line_id._legal_get_left()
        for credit in credits:
            rest = left[credit.origin_line_id].get(credit.prebill_line_id)
            over = rest is None or (
                abs(credit.amount) > abs(rest)
                and self.currency_id.compare_amounts(credit.amount, rest)
            )
            if over:
                raise UserError(
                    self.env._(
                        "A part of %(invoice)s was credited already: delete this"
                        " draft and use “Credit note” on the invoice.",
                        invoice=self.reversed_entry_id.name,
                    )
                )

    # -- going back ---------------------------------------------------------------

    def button_draft(self):
        for move in self.sudo():  # sudo: as above
            if move.move_type == "out_refund":
                move._legal_check_not_rebilled()
            elif move.state == "posted" and move._legal_has_acts():
                move._legal_check_not_credited()
        res = super().button_draft()
        # The framework keeps drafts matched: the client owes again until it is posted.
        legal = self.sudo().filtered(
            lambda m: m.move_type == "out_refund" and m._legal_credits_acts()
        )
        legal.line_ids.remove_move_reconcile()
        return res

    def _legal_credits_acts(self):
        """Tell whether this is a credit note of an invoice made from pre-bills."""
        self.ensure_one()
        origin = self.reversed_entry_id
        return self.move_type == "out_refund" and origin and origin._legal_has_acts()

    def button_cancel(self):
        self._legal_check_together()
        return super().button_cancel()

    def unlink(self):
        self._legal_check_together()
        return super().unlink()

    def _legal_check_not_rebilled(self):
        """Refuse to undo a credit note whose acts are on another bill by now."""
        self.ensure_one()
        credits = self.env["legal.prebill.credit"].search(
            [
                ("move_id", "=", self.id),
                ("is_in_force", "=", True),
                ("outcome", "=", "give_back"),
            ]
        )
        Line = self.env["legal.prebill.line"]
        for line in credits.prebill_line_id:
            domain = line._get_same_source_domain()
            other = Line.search(domain, limit=1) if domain else Line
            if other:
                raise UserError(
                    self.env._(
                        "What the credit note %(credit)s gave back is on the pre-bill"
                        " %(prebill)s: cancel that first.",
                        credit=self.name,
                        prebill=other.prebill_id.name,
                    )
                )

    def _legal_check_not_credited(self):
        self.ensure_one()
        refunds = self.reversal_move_ids.filtered(lambda m: m.state == "posted")
        if refunds:
            raise UserError(
                self.env._(
                    "%(credits)s takes back a part of the invoice %(invoice)s: the"
                    " invoice stays as it is while that is in force.",
                    credits=", ".join(refunds.mapped("name")),
                    invoice=self.name,
                )
            )

    def _legal_check_together(self):
        """Refuse to cancel one of several invoices of a pre-bill.

        It would be made a second time with the others still in force.
        """
        # sudo: an accountant cancels invoices of matters he does not see.
        for move in self.sudo():
            if move.state == "cancel" or not move._legal_has_acts():
                continue
            others = (
                move.prebill_ids.move_ids.filtered(
                    lambda m: m.move_type == "out_invoice" and m.state != "cancel"
                )
                - self.sudo()
            )
            if others:
                raise UserError(
                    self.env._(
                        "%(invoice)s is one of several invoices of the same pre-bill:"
                        " cancel them together, or make a credit note. The others:"
                        " %(others)s.",
                        invoice=move._legal_get_label(),
                        others=", ".join(other._legal_get_label() for other in others),
                    )
                )


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def modify_moves(self):
        """Refuse a new invoice without acts beside the acts that come free."""
        for move in self.move_ids:
            if move._legal_has_acts():
                raise UserError(
                    self.env._(
                        "A new invoice of %(invoice)s is made from its pre-bill: use"
                        " “Credit note” on the invoice, then “Bill again”.",
                        invoice=move.name,
                    )
                )
        return super().modify_moves()


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    def _legal_check_all_invoices(self, moves):
        """Refuse to free an act that another invoice still bills."""
        self.ensure_one()
        given_back = self.credit_ids.filtered(
            lambda credit: credit.is_in_force and credit.outcome == "give_back"
        )
        others = (self.invoice_line_ids - given_back.origin_line_id).move_id - moves
        others = others.filtered(lambda move: move.state != "cancel")
        if others:
            raise UserError(
                self.env._(
                    "“%(line)s” is billed on %(others)s too: credit these together, or"
                    " lower the amount without giving the work back.",
                    line=self._get_label(),
                    others=", ".join(other._legal_get_label() for other in others),
                )
            )
