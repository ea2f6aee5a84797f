from odoo import models

from .legal_cap_answer import TOLD


class LegalMatter(models.Model):
    """The page of a matter under its client's link."""

    _inherit = "legal.matter"

    def _opens_with(self, token):
        """The link of the client's page opens each of his matters."""
        if super()._opens_with(token):
            return True
        Link = self.env["legal.client.link"]
        return len(self) == 1 and bool(Link._find_signed(self, token))

    def _get_told_notice(self, link):
        """Return the last letter told to the holder of a link, in sudo."""
        return (
            self.env["legal.cap.event"]
            .sudo()
            .search(
                [
                    ("matter_id", "=", self.id),
                    ("state", "in", TOLD),
                    ("channel", "=", "email"),
                    ("contact_id", "in", (link.contact_id | link.partner_id).ids),
                ],
                limit=1,
            )
        )
