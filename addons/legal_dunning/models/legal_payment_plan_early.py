from odoo import Command, models

from .legal_payment_plan import IN_FORCE


class LegalPaymentPlan(models.Model):
    """Paying all that is left at once, less a rebate given as a credit note.

    The rebate is that of one line of the invoice that falls due last, so that the
    sum to pay and the credit note make what is left to the cent, VAT included.
    """

    _inherit = "legal.payment.plan"

    def _get_early(self, ignored=None):
        """Return {amount, rebate, line, untaxed} of paying all at once, or nothing."""
        self.ensure_one()
        today = self.company_id._get_dunning_today()
        if (
            self.state not in IN_FORCE
            or self.state == "late"
            or not self.early_rebate_percent
            or (self.early_until and self.early_until < today)
            or any(self.invoice_ids.mapped("amount_outside"))
        ):
            return {}
        moves = self.invoice_ids.move_id.filtered("amount_residual")
        left = moves._legal_get_open_amount(ignored=ignored)
        last = moves.sorted(lambda m: (m.invoice_date_due, m.id))[-1:]
        line = last._get_lines_to_contest().sorted("price_subtotal")[-1:]
        currency = self.currency_id
        if not line or currency.compare_amounts(left, 0) <= 0:
            return {}
        rate = line.price_total / line.price_subtotal
        wished = currency.round(left * self.early_rebate_percent / 100 / rate)
        untaxed = min(wished, line._get_creditable())
        if currency.compare_amounts(untaxed, 0) <= 0:
            return {}
        # the very computation of the credit note's only line
        rebate = line.tax_ids.compute_all(
            untaxed, currency=currency, product=line.product_id, partner=last.partner_id
        )["total_included"]
        rebate = currency.round(rebate)
        if currency.compare_amounts(rebate, last.amount_residual) >= 0:
            return {}
        return {
            "amount": currency.round(left - rebate),
            "rebate": rebate,
            "line": line,
            "untaxed": untaxed,
        }

    def _give_rebate(self, line, untaxed):
        """Give the rebate of a plan that was paid at once: a credit note, matched."""
        self.ensure_one()
        move = line.move_id
        today = self.company_id._get_dunning_today()
        plan = self._in_client_language()
        reason = plan.env._("rebate for paying at once, plan %(plan)s", plan=self.name)
        if move._legal_has_acts():
            refund = move._legal_credit(
                line._get_credit_choices(untaxed), today, reason
            )
        else:
            refund = move._reverse_moves(
                [move._legal_prepare_credit_note(today, reason)]
            )
            kept = refund.invoice_line_ids.filtered(
                lambda li: li.legal_origin_line_id == line
            )
            refund.write(
                {
                    "invoice_line_ids": [
                        Command.update(kept.id, {"quantity": 1, "price_unit": untaxed}),
                        *(
                            Command.delete(li.id)
                            for li in refund.invoice_line_ids - kept
                        ),
                    ]
                }
            )
            refund.action_post()
        self._log_on_invoices(
            self.env._(
                "Payment plan %(plan)s paid at once: rebate of %(rebate)s by the"
                " credit note %(number)s.",
                plan=self.name,
                rebate=self._format_money(refund.amount_total),
                number=refund.name,
            )
        )
        return refund

    # The page -------------------------------------------------------------------------

    def _check_part_payment(self, part, amount):
        """Take the offer to pay all at once, as it stands now."""
        if part != "early":
            return super()._check_part_payment(part, amount)
        early = self._get_early()
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        if (
            self.invoice_ids.move_id._legal_get_running_transactions()
            or not early
            or not is_number
            or self.currency_id.compare_amounts(amount, early["amount"])
        ):
            return self._check_payment(0, None)  # says why not
        return early["amount"], {
            "legal_rebate_line_id": early["line"].id,
            "legal_rebate_untaxed": early["untaxed"],
            "legal_rebate": early["rebate"],
        }

    def _get_page(self):
        page = super()._get_page()
        early = self._get_early() if page["situation"] == "running" else {}
        if early:
            page["early"] = {
                "amount": early["amount"],
                "label": self.env._(
                    "Pay all at once: %(amount)s, rebate of %(rebate)s",
                    amount=self._format_money(early["amount"]),
                    rebate=self._format_money(early["rebate"]),
                ),
            }
        return page


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_creditable(self):
        """Return what no credit note took back of this line, excluding VAT."""
        self.ensure_one()
        if self.prebill_line_ids:
            return sum(self._legal_get_left()[self].values())
        return self.price_subtotal

    def _get_credit_choices(self, untaxed):
        """Return the choices that lower this line by that much, largest act first."""
        choices = {}
        left = self._legal_get_left()[self]
        for act, amount in sorted(left.items(), key=lambda pair: -pair[1]):
            part = self.currency_id.round(min(amount, untaxed))
            if part <= 0:
                break
            choices[act] = ("reduce", part)
            untaxed -= part
        return choices
