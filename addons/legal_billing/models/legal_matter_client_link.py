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

    def _portal_ensure_token(self):
        """Give the key of the client's link: signed, for a time, and revocable."""
        context = self.env.context
        if context.get("legal_client_link") or context.get("legal_signed_in"):
            return super()._portal_ensure_token()
        self.ensure_one()
        # sudo: whoever may write to the client may give him his own link
        matter = self.sudo()
        link = matter.env["legal.client.link"]._get_for(
            matter.partner_id, matter.company_id, matter.partner_id
        )
        return link._sign(matter)

    def _find_over(self, token):
        """Return the link whose key this once was, now over, in sudo; else nothing."""
        Link = self.env["legal.client.link"]
        return Link._find_signed(self, token, state="expired") if self else Link

    def _renew_portal_link(self, token):
        """Send the client his link anew; return False where no address is known."""
        self.ensure_one()
        over = self._find_over(token)
        if over:
            return over._renew()
        # sudo: his own link, to the address on file
        client = self.sudo().partner_id
        if not client.email:
            return False
        Link = self.env["legal.client.link"].sudo()
        Link._get_for(client, self.company_id, client)._mail()
        return True

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
