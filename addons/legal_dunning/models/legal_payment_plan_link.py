import uuid
from datetime import timedelta

from odoo import fields, models
from odoo.tools import consteq

from odoo.addons.legal_billing.models.legal_client_link import FRESH


class LegalPaymentPlan(models.Model):
    """The links that open a plan: each for a time, as the payer's page.

    E-mails to the payer's house bear a key of his own link, which ends with it and
    is revoked with it. Where the signatory is of another house, and behind the own
    link of an invoice, the plan's own key opens it, for as many days.
    """

    _inherit = "legal.payment.plan"

    link_expires_on = fields.Date(
        "Own Link Opens until",
        readonly=True,
        copy=False,
        help="After that it opens a page that sends a new one to the address on file.",
    )

    def _get_link_days(self):
        self.ensure_one()
        return self.env["legal.client.link"]._get_days(self.company_id, "mail")

    def _get_own_key_end(self):
        """Return the last day of the plan's own key, or None without one."""
        self.ensure_one()
        if not self.access_token:
            return None
        # Keys given before they had an end count from the plan's first day.
        given = self.create_date or fields.Datetime.now()
        return self.link_expires_on or (
            given.date() + timedelta(days=self._get_link_days())
        )

    def _is_own_key_over(self):
        end = self._get_own_key_end()
        return end is not None and end < self.company_id._get_dunning_today()

    def _portal_ensure_token(self):
        """Give a key that is over no second life: who may have one gets another."""
        is_own = not (
            self.env.context.get("legal_client_link")
            or self.env.context.get("legal_signed_in")
        )
        if is_own and (not self.access_token or self._is_own_key_over()):
            # sudo: whoever is shown the address may have the key
            self.sudo().write(
                {"access_token": str(uuid.uuid4()), "link_expires_on": self._get_end()}
            )
        return super()._portal_ensure_token()

    def _get_end(self):
        """Return the last day of a key given today."""
        today = self.company_id._get_dunning_today()
        return today + timedelta(days=self._get_link_days())

    def _get_contact(self):
        """Return who gets the messages about this plan."""
        self.ensure_one()
        return self.contact_id or self.partner_id

    def _get_mail_url(self):
        """Return the address of the plan for an e-mail to its signatory, in sudo."""
        self.ensure_one()
        contact = self._get_contact()
        if contact.commercial_partner_id == self.partner_id:
            plan = self.env["legal.client.link"]._put_under_link(self, contact)
            if plan:
                return plan.get_base_url() + plan.get_portal_url()
        self._portal_ensure_token()
        fresh = self._get_end() - timedelta(days=self._get_link_days() // FRESH)
        if self._get_own_key_end() < fresh:
            self.link_expires_on = self._get_end()
        return self.get_base_url() + self.get_portal_url()

    def _is_past_key(self, token):
        """Tell whether a key opened this plan once, and is over by itself.

        One that was revoked, or never was one, is told nothing.
        """
        self.ensure_one()
        token = str(token or "")
        own = self.access_token
        if own and consteq(own.encode(), token.encode(errors="replace")):
            return self._is_own_key_over()
        Link = self.env["legal.client.link"]
        return bool(Link._find_signed(self, token, state="expired"))

    def _renew_link(self):
        """Send a new link to the address on file; return False without one."""
        self.ensure_one()
        if not self._get_contact().email or self.state == "draft":
            return False
        self._send_link("legal_dunning.mail_template_plan_link")
        return True
