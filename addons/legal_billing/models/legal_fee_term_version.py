from odoo import Command, models


class LegalFeeTerm(models.Model):
    """A term taken over by the next version of its agreement."""

    _inherit = "legal.fee.term"

    def _copy_to(self, agreement):
        """Copy these terms into the next version of their agreement.

        Each copy continues its original: packages, caps, opening fees, instalments
        already billed and periods already billed are not begun again.
        """
        copies = self.create(
            [
                {
                    **term._prepare_next_version(agreement.date_from),
                    "agreement_id": agreement.id,
                }
                for term in self
            ]
        )
        # Who pays for some terms alone goes on paying for them.
        for payer in self.env["legal.payer"].search([("term_ids", "in", self.ids)]):
            payer.term_ids |= copies.filtered(
                lambda copy, payer=payer: copy.continues_id in payer.term_ids
            )
        return copies

    def _prepare_next_version(self, day):
        """Return the values of the same term from ``day`` on.

        Instalments that fell due before, or are on a bill, stay with this version
        and count in the fee.
        """
        self.ensure_one()
        values = self.copy_data()[0]
        kept = self.instalment_ids.filtered(lambda i: not i._stays_before(day))
        values.pop("agreement_id", None)
        values.update(
            {
                "continues_id": self.id,
                "instalment_ids": [
                    Command.create(row._prepare_next_version(kept)) for row in kept
                ],
            }
        )
        if self.starts_on and self.starts_on < day:
            values["starts_on"] = False
        return values


class LegalFeeInstalment(models.Model):
    _inherit = "legal.fee.instalment"

    def _stays_before(self, day):
        """Tell whether an instalment belongs to what was before a day."""
        self.ensure_one()
        return self.is_taken or bool(self.due_on and self.due_on < day)

    def _prepare_next_version(self, kept):
        self.ensure_one()
        values = self.copy_data()[0]
        values.pop("term_id", None)
        # A part of a schedule no longer makes the fee in per cent: amounts stay.
        if kept != self.term_id.instalment_ids:
            values.update(percent=0.0, amount=self.amount)
        return values
