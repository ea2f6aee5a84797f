import math

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, str2bool

# A chosen bank transfer stays pending until the bank statement comes in: it
# neither promises money nor keeps the client from paying another way.
WIRE_CODES = ("none", "custom")


class AccountMove(models.Model):
    """What may be paid online on these invoices, once and never too much."""

    _inherit = "account.move"

    def _legal_lock_payment(self):
        """Let one payment at a time decide on these invoices.

        A row lock alone is not enough: a transaction that began before the
        other one ended would take it and still read the old amounts. Updating
        the row makes it fail on serialisation instead, and the server then
        runs the request again on what the other one left.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE account_move SET write_date = write_date WHERE id IN %s",
                    tuple(self.ids),
                ),
                log_exceptions=False,  # losing the race is no incident
            )
            self.invalidate_recordset(["amount_residual", "payment_state", "state"])

    def _legal_get_running_transactions(self):
        """Return the online payments under way: promised, or not yet in the ledger."""
        # sudo: a client has no access to transactions, only to this answer.
        transactions = self.sudo().transaction_ids.filtered(
            lambda tx: tx.operation not in ("validation", "refund")
        )
        return transactions.filtered(
            lambda tx: (
                (
                    tx.state in ("pending", "authorized")
                    and tx.provider_code not in WIRE_CODES
                )
                or (
                    tx.state == "done"
                    and not tx.payment_id
                    and not tx.child_transaction_ids
                )
            )
        )

    def _legal_get_open_amount(self, ignored=None):
        """Return what is still to be paid, payments under way deducted.

        :param ignored: transactions that do not count, in practice the one
            being decided on
        :return: amount in the invoices' common currency, never negative
        """
        posted = self.filtered(lambda move: move.state == "posted")
        running = self._legal_get_running_transactions()
        if ignored:
            running -= ignored
        amount = sum(posted.mapped("amount_residual"))
        amount -= running._legal_get_running_amount(self)
        return max(self.currency_id[:1].round(amount), 0.0)

    def _legal_get_situation(self):
        """Return where this document stands for the client who opens its link.

        One of draft, cancelled, credit_note, credited, paid, pending (a payment
        is under way), closed (due, but the firm takes no online payment), due.
        """
        self.ensure_one()
        if self.state == "draft":
            return "draft"
        if self.state == "cancel":
            return "cancelled"
        if self.move_type == "out_refund":
            return "credit_note"
        if self.currency_id.is_zero(self.amount_residual):
            return "credited" if self.payment_state == "reversed" else "paid"
        if self._legal_get_running_transactions():
            return "pending"
        return "due" if self._legal_accepts_online_payment() else "closed"

    def _legal_accepts_online_payment(self):
        """Tell whether this posted, unpaid invoice may be paid online; a hook."""
        self.ensure_one()
        return self.move_type == "out_invoice" and self._legal_is_online_payment_open()

    def _legal_is_online_payment_open(self):
        """Tell whether the firm takes payments online at all."""
        # sudo: the switch of the settings, nothing else.
        config = self.env["ir.config_parameter"].sudo()
        return str2bool(
            config.get_param("account_payment.enable_portal_payment", "False")
        )

    def _legal_check_payment(self, amount):
        """Refuse what would pay twice, too much, or nothing.

        Callers hold :meth:`_legal_lock_payment`.

        :param amount: what the browser asks to pay; anything may come
        :return: the amount, rounded
        :raise UserError: a sentence for the client
        """
        for move in self:
            move._legal_check_payable()
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        if not is_number or not math.isfinite(amount):
            amount = 0.0
        currency = self.currency_id[:1]
        amount = currency.round(amount)
        if currency.compare_amounts(amount, 0.0) <= 0:
            raise UserError(
                self.env._(
                    "The amount to pay could not be read, and nothing was charged:"
                    " reload the page, then pay again."
                )
            )
        left = self._legal_get_open_amount()
        if currency.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "Only %(left)s is left to pay here, and nothing was charged:"
                    " reload the page to see the right amount.",
                    left=self[:1]._legal_format_money(left),
                )
            )
        return amount

    def _legal_check_payable(self):
        self.ensure_one()
        sentence = self._legal_get_refusals().get(self._legal_get_situation())
        if sentence:
            raise UserError(sentence)

    def _legal_get_refusals(self):
        """Return {situation: why no payment can be made, and the way on}."""
        _ = self.env._
        number = self.name or ""
        firm = self.company_id.name
        return {
            "draft": _(
                "This invoice is not issued yet, so there is nothing to pay:"
                " %(firm)s will write to you when it is ready.",
                firm=firm,
            ),
            "cancelled": _(
                "Invoice %(number)s was cancelled, so there is nothing to pay. Ask"
                " %(firm)s if you expected something else.",
                number=number,
                firm=firm,
            ),
            "credit_note": _(
                "%(number)s is a credit note: there is nothing to pay.", number=number
            ),
            "credited": _(
                "Invoice %(number)s was credited in full: there is nothing to pay.",
                number=number,
            ),
            "paid": _(
                "Invoice %(number)s is already paid, thank you: nothing was charged."
                " Reload the page to see the receipt.",
                number=number,
            ),
            "pending": _(
                "A payment of invoice %(number)s is already under way, so nothing was"
                " charged a second time: reload the page to follow it.",
                number=number,
            ),
            "closed": _(
                "Invoice %(number)s cannot be paid online: pay it by bank transfer, or"
                " ask %(firm)s.",
                number=number,
                firm=firm,
            ),
        }
