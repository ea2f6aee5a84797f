import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

#: links behind a sign-in that are over for so long are forgotten
FORGOTTEN_DAYS = 30


class LegalClientLink(models.Model):
    """How a link ends: over, revoked, replaced by a new one."""

    _inherit = "legal.client.link"

    def _revoke(self):
        """Close these links for good; what they opened must be asked for again."""
        # sudo: callers have checked that the user may
        self.sudo().filtered(lambda link: not link.revoked_at).write(
            {"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid}
        )

    def action_revoke(self):
        """Close these links and all that was sent to their payers before."""
        self._check_may_revoke()
        self._revoke()
        self._renew_documents()

    @api.model
    def action_revoke_all(self):
        """Close every link of the user's companies, by an administrator."""
        if not self.env.user.has_group("legal_timesheet.group_legal_administrator"):
            raise AccessError(
                self.env._(
                    "Only a legal administrator closes the links of all clients at"
                    " once: ask one."
                )
            )
        # sudo: an administrator of the firm need not be an accountant
        links = self.sudo().search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("revoked_at", "=", False),
            ]
        )
        links._revoke()
        links._renew_documents()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s links are closed. The next e-mail gives each client a"
                    " new one.",
                    count=len(links),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_may_revoke(self):
        self.check_access("read")
        self.env["account.move"].check_access("write")

    def _renew_documents(self):
        """Give the payers' documents new keys, so that older e-mails open nothing."""
        for company, links in self.sudo().grouped("company_id").items():
            for records in self._get_keyed_documents(links.partner_id, company):
                for record in records:
                    record.access_token = str(uuid.uuid4())

    def _get_keyed_documents(self, payers, company):
        """Return the recordsets whose own links were sent to these payers; a hook."""
        # sudo: only their keys are written
        moves = self.env["account.move"].sudo()
        provisions = self.env["legal.provision"].sudo()
        matters = self.env["legal.matter"].sudo()
        owned = [("company_id", "=", company.id), ("access_token", "!=", False)]
        return [
            moves.search([*owned, ("commercial_partner_id", "in", payers.ids)]),
            provisions.search(
                [*owned, ("partner_id.commercial_partner_id", "in", payers.ids)]
            ),
            matters.search(
                [*owned, ("partner_id.commercial_partner_id", "in", payers.ids)]
            ),
        ]

    def _renew(self):
        """Send a new link to the address on file; return False without one.

        The old link stays what it is, over.
        """
        self.ensure_one()
        contact = self.contact_id
        if not contact.email:
            return False
        self._get_for(self.partner_id, self.company_id, contact)._mail()
        return True

    def _mail(self):
        """Queue the e-mail with this link to the address on file.

        What is kept of it says the link without its key, which is put in as the
        e-mail leaves.
        """
        self.ensure_one()
        template = self.env.ref("legal_billing.mail_template_client_link")
        url = self._get_mail_url(self.company_id, self.contact_id)
        template.with_context(client_url=url).send_mail(
            self.id,
            email_layout_xmlid=False,
            email_values={"model": False, "res_id": False},
        )

    @api.autovacuum
    def _gc_signed_in(self):
        past = self._get_today() - timedelta(days=FORGOTTEN_DAYS)
        # sudo: housekeeping
        self.sudo().search(
            [("kind", "=", "account"), ("expires_on", "<", past)], limit=10000
        ).unlink()


class ResPartner(models.Model):
    """A payer's links, and what his page looks like."""

    _inherit = "res.partner"

    legal_client_link_count = fields.Integer(compute="_compute_legal_client_link_count")

    def _compute_legal_client_link_count(self):
        # sudo: how many there are, on a client this person may read
        groups = (
            self.env["legal.client.link"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.env.companies.ids),
                    ("revoked_at", "=", False),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.legal_client_link_count = counts.get(
                partner.commercial_partner_id.id, 0
            )

    def action_view_client_links(self):
        """List the links given to this payer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_billing.legal_client_link_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        return action

    def action_open_client_page(self):
        """Show the payer's page as he reads it, without counting as his visit."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/legal/client/preview/{self.id}",
            "target": "new",
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_open_client_page(self):
        self.ensure_one()
        return self.partner_id.action_open_client_page()
