from odoo import models


class LegalClientLink(models.Model):
    """What revokes a payer's links revokes the codes of his text messages too."""

    _inherit = "legal.client.link"

    def _renew_documents(self):
        res = super()._renew_documents()
        # sudo: only the codes are taken back
        links = self.sudo()
        for company, own in links.grouped("company_id").items():
            links.env["account.move"].search(
                [
                    ("company_id", "=", company.id),
                    ("commercial_partner_id", "in", own.partner_id.ids),
                    ("dunning_code", "!=", False),
                ]
            ).dunning_code = False
        return res
