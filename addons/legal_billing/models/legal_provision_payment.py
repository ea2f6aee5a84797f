from odoo import fields, models
from odoo.exceptions import UserError

from .account_move_online_payment import WIRE_CODES


class LegalProvision(models.Model):
    """Paying a request online: the deposit invoice is made of that payment.

    Once the deposit invoice is there, it is what is paid, by its own page.
    """

    _inherit = "legal.provision"

    transaction_ids = fields.One2many(
        "payment.transaction", "legal_provision_id", groups="base.group_system"
    )

    def _get_running_transactions(self):
        """Return the payments under way: promised, or not in the ledger yet."""
        # sudo: a client has no access to transactions, only to this answer.
        provision = self.sudo()
        shares = self.env["legal.payment.share"].sudo()
        shares = shares.search([("provision_id", "in", self.ids)])
        return (provision.transaction_ids | shares.transaction_id).filtered(
            lambda tx: (
                tx.operation not in ("validation", "refund")
                and (
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
        )

    def _get_open_amount(self, ignored=None):
        """Return what a client may still pay on this request, VAT included."""
        self.ensure_one()
        running = self._get_running_transactions()
        if ignored:
            running -= ignored
        if self._get_deposit_move() or self.stage != "requested" or running:
            return 0.0
        return self.amount_total

    def _get_situation(self):
        """Return where the request stands for the client who opens its link."""
        self.ensure_one()
        if self._get_running_transactions():
            return "pending"
        if self.state == "requested":
            payable = self.env["account.move"].sudo()._legal_is_online_payment_open()
            return "due" if payable else "closed"
        return "cancelled" if self.state == "cancelled" else "draft"

    def _check_payment(self):
        """Return what is to be paid; the amount of the browser counts for nothing.

        Callers hold :meth:`_lock`.

        :raise UserError: a sentence for the client
        """
        self.ensure_one()
        amount = self._get_open_amount()
        if self.currency_id.compare_amounts(amount, 0.0) <= 0:
            raise UserError(
                self.env._(
                    "The provision %(number)s is no longer to be paid here, and nothing"
                    " was charged: reload the page to see where it stands.",
                    number=self.name,
                )
            )
        return amount

    def _check_no_payment(self):
        for provision in self:
            if provision._get_running_transactions():
                raise UserError(
                    self.env._(
                        "The client is paying the provision %(name)s: wait until the"
                        " payment ends before cancelling it.",
                        name=provision.display_name,
                    )
                )
