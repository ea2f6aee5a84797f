from odoo import api, models

#: set when a milestone is confirmed or the client signs: no term of the contract
ALLOWED = {"due_on", "rate_id", "continues_id"}


class LegalFeeSentMixin(models.AbstractModel):
    """A part of an agreement: it stays as the client reads it while he reads it."""

    _name = "legal.fee.sent.mixin"
    _description = "Part of what a Client was sent"

    def _get_sent_agreements(self):
        """Return the agreements these parts belong to."""
        return self.term_id.agreement_id

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_sent_agreements()._check_not_sent()
        return records

    def write(self, vals):
        if vals.keys() - ALLOWED:
            self._get_sent_agreements()._check_not_sent()
        return super().write(vals)

    def unlink(self):
        self._get_sent_agreements()._check_not_sent()
        return super().unlink()
