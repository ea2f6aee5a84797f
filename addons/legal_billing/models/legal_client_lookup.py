from odoo import api, models
from odoo.tools import email_normalize

from ..engine import fees, lookup


class LegalClientLink(models.Model):
    """Finding a payer again by what stands on his invoice."""

    _inherit = "legal.client.link"

    @api.model
    def _look_up(self, company, number, proof):
        """Send the payer of an invoice his link, if what was typed is right.

        :param number: the invoice's number as it was typed
        :param proof: its amount or an address on file
        :return: whether something left; never told to who asks
        """
        wanted = lookup.read_number(number)
        # sudo: compared with what was typed, and shown to nobody
        moves = self.env["account.move"].sudo()
        move = moves.search(
            [
                ("company_id", "=", company.id),
                ("is_legal", "=", True),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("name", "=ilike", wanted.replace("%", "").replace("_", "\\_")),
            ],
            limit=1,
        )
        if not wanted or not move or not self._is_proof(move, proof):
            return False
        link = self._get_for(move.partner_id, company, move.partner_id)
        if not link.contact_id.email:
            return False
        link._mail()
        return True

    @api.model
    def _is_proof(self, move, proof):
        """Tell whether who asks knows the invoice's amount or its payer's address."""
        amount = lookup.read_amount(proof)
        if amount is not None:
            known = (move.amount_total, move.amount_residual)
            return amount > 0 and amount in [
                fees.to_decimal(move.currency_id.round(each)) for each in known
            ]
        email = email_normalize(proof or "")
        people = move.partner_id | move.commercial_partner_id
        people |= people.legal_recipient_ids.partner_id
        return bool(email) and email in people.mapped("email_normalized")
