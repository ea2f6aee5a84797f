import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

# A link is given again as long as this share of its life is left.
FRESH = 2
#: a link behind a sign-in is asked for again at the next one
SIGNED_IN_DAYS = 2
SCOPE = "legal.client.link"


class LegalClientLink(models.Model):
    """The link that opens a payer's page: signed, for a time, and revocable.

    The key is worked out from a secret of the database and a random word of the
    link, so that neither a copy of the table nor the secret alone opens a page. It
    opens what one payer has with one firm, and nothing else.
    """

    _name = "legal.client.link"
    _description = "Link of a Client's Page"
    _order = "id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Payer", required=True, readonly=True, index=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Given to",
        required=True,
        readonly=True,
        index="btree_not_null",
        help="Whose address a new link goes to once this one is over.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    nonce = fields.Char(
        required=True,
        readonly=True,
        groups=fields.NO_ACCESS,
        default=lambda self: secrets.token_urlsafe(24),
    )
    kind = fields.Selection(
        [
            ("mail", "Sent by e-mail"),
            ("paper", "Printed on documents"),
            ("account", "Opened when signed in"),
        ],
        string="Handed over by",
        required=True,
        readonly=True,
        default="mail",
        help="A printed link may be read by whoever sees the paper: it shows what is"
        " to pay and what was paid, and nothing of the matters.",
    )
    expires_on = fields.Date("Opens until", required=True, readonly=True)
    revoked_at = fields.Datetime("Revoked on", readonly=True)
    revoked_by_id = fields.Many2one("res.users", "Revoked by", readonly=True)
    last_opened_at = fields.Datetime("Last opened on", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
    )

    _payer_links = models.Index("(partner_id, company_id, expires_on)")

    @api.depends("expires_on", "revoked_at")
    @api.depends_context("tz")
    def _compute_state(self):
        for link in self:
            if link.revoked_at:
                link.state = "revoked"
            elif link.expires_on and link.expires_on < self._get_today():
                link.state = "expired"
            else:
                link.state = "open"

    @api.depends("partner_id")
    def _compute_display_name(self):
        for link in self:
            link.display_name = link.partner_id.display_name

    def _get_today(self):
        return fields.Date.context_today(self)

    # -- giving it -------------------------------------------------------------

    @api.model
    def _get_for(self, partner, company, contact=None, kind="mail"):
        """Return the payer's open link, in sudo; a new one when none has long left.

        :param partner: the payer; whoever of a company, the company is meant
        :param contact: to whom it is given, one of the payer's own people, else the
            payer himself
        :param kind: ``mail``, ``paper`` or ``account``
        """
        payer = partner.commercial_partner_id
        contact = contact or partner
        if contact.commercial_partner_id != payer:
            contact = payer
        return self._get_for_all(contact, company, kind)[contact.id]

    @api.model
    def _get_for_all(self, contacts, company, kind="mail"):
        """Return {contact id: its house's open link, given to it}, all at once."""
        # sudo: whoever may write to the payer may give him his own link
        links = self.sudo()
        days = self._get_days(company, kind)
        today = self._get_today()
        found = {}
        for link in links.search(
            [
                ("contact_id", "in", contacts.ids),
                ("company_id", "=", company.id),
                ("kind", "=", kind),
                ("revoked_at", "=", False),
                ("expires_on", ">=", today + timedelta(days=days // FRESH)),
            ]
        ):
            # Who has changed houses since does not open the former one.
            if link.partner_id == link.contact_id.commercial_partner_id:
                found.setdefault(link.contact_id.id, link)
        made = links.create(
            [
                {
                    "partner_id": contact.commercial_partner_id.id,
                    "contact_id": contact.id,
                    "company_id": company.id,
                    "kind": kind,
                    "expires_on": today + timedelta(days=days),
                }
                for contact in contacts
                if contact.id not in found
            ]
        )
        return {**found, **{link.contact_id.id: link for link in made}}

    @api.model
    def _get_days(self, company, kind):
        if kind == "account":
            return SIGNED_IN_DAYS
        return company.sudo().legal_client_link_days or 365

    def _get_key(self):
        self.ensure_one()
        # sudo: the random word is read by nobody
        link = self.sudo()
        words = (link.id, link.partner_id.id, link.company_id.id, link.nonce)
        return hmac(link.env, SCOPE, words)

    def _get_path(self):
        """Return the address of the page on this server."""
        self.ensure_one()
        return f"/legal/client/{self.id}/{self._get_key()}"

    def _get_url(self):
        self.ensure_one()
        return f"{self.sudo().company_id.get_base_url()}{self._get_path()}"

    # -- opening it ------------------------------------------------------------

    @api.model
    def _find(self, link_id, key):
        """Return the link a key belongs to, in sudo, expired or not; else nothing.

        A key is compared whether the link exists or not, so that the time it takes
        tells nothing.
        """
        # sudo: the key is the right
        link = self.sudo().browse(link_id).exists()
        wanted = link._get_key() if link else "-" * 64
        if not consteq(wanted, str(key or "")):
            return self.sudo().browse()
        return link if not link.revoked_at else self.sudo().browse()
