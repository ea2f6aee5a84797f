from odoo import models


class AccountMove(models.Model):
    """Numbers given one after the other to invoices that are posted together.

    Odoo asks the database for the last number before each. In a batch that is what
    this very call has just given: no other can come between, as the journal's
    sequence stays locked until it ends, and the database's unique index stands.
    """

    _inherit = "account.move"

    def _get_last_sequence(self, relaxed=False, with_prefix=None):
        numbers = self.env.context.get("legal_numbers")
        if numbers is None or relaxed or with_prefix is not None:
            return super()._get_last_sequence(relaxed=relaxed, with_prefix=with_prefix)
        key = self._legal_get_sequence_key()
        if key in numbers:
            return numbers[key]
        return super()._get_last_sequence(relaxed=relaxed, with_prefix=with_prefix)

    def _set_next_sequence(self):
        result = super()._set_next_sequence()
        numbers = self.env.context.get("legal_numbers")
        if numbers is not None:
            numbers[self._legal_get_sequence_key()] = self[self._sequence_field]
        return result

    def _legal_get_sequence_key(self):
        """Return what decides which sequence a document continues."""
        is_self_billed = self.journal_id.is_self_billing
        return (
            self.journal_id.id,
            self.move_type,
            self.date,
            self.origin_payment_id.id,
            self.commercial_partner_id.id if is_self_billed else None,
        )
