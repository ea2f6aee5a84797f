from odoo import fields, models
from odoo.tools import format_date


class AccountMove(models.Model):
    """What the agreement says of an invoice: how it is sent, when it may be paid."""

    _inherit = "account.move"

    def _legal_get_agreements(self):
        self.ensure_one()
        # sudo: an invoice is sent and paid by people the wall keeps out; only the
        # preference and a day are read.
        return self.sudo().matter_ids.agreement_ids.filtered(
            lambda agreement: agreement._is_binding()
        )

    def _legal_get_payable_from(self):
        """Return the first day a payment may be taken, nothing when it may be now."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        days = self._legal_get_agreements().filtered("payable_from")
        later = [day for day in days.mapped("payable_from") if day > today]
        return max(later, default=None)

    def _legal_accepts_online_payment(self):
        return (
            super()._legal_accepts_online_payment()
            and not self._legal_get_payable_from()
        )

    def _legal_get_refusals(self):
        refusals = super()._legal_get_refusals()
        if day := self._legal_get_payable_from():
            refusals["closed"] = self.env._(
                "Invoice %(number)s cannot be paid before %(day)s: the law lets a"
                " client who signed outside the firm think for seven days.",
                number=self.name or "",
                day=format_date(self.env, day),
            )
        return refusals
