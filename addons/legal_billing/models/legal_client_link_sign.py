import re

from odoo import api, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

from .legal_client_link import SCOPE

SIGNED = re.compile(r"c(\d{1,9})-([0-9a-f]{64})")
#: the address as the firm keeps it in its log, where the key is left out
IN_MAIL = re.compile(
    r"(?P<base>https?://[^\s\"'<>]*?)/legal/client/sent/(?P<company>\d{1,9})"
    r"/(?P<contact>\d{1,9})"
    r"(?P<query>\?(?:row|choice)=(?P<rows>[\w,]*)(?::\d+[.]\d\d)?)?(?![\w/-])"
)


def get_move_ids(rows):
    """Return the ids of the invoices among the keys of rows."""
    return [int(row[1:]) for row in rows if row[:1] == "i" and row[1:].isdecimal()]


def _get_rows(match):
    """Return the keys of the rows that an address in an e-mail ticks."""
    return [row for row in (match["rows"] or "").split(",") if row]


def get_named_rows(body):
    """Return {(company id, contact id): keys of the rows} of an e-mail's addresses."""
    rows = {}
    for match in IN_MAIL.finditer(str(body or "")):
        whose = int(match["company"]), int(match["contact"])
        rows.setdefault(whose, set()).update(_get_rows(match))
    return rows


class LegalClientLink(models.Model):
    """The keys a link gives to the documents on its page.

    They are worked out of the link, so that they open one document of the payer
    each, and end with the link: his page hands out no key that lasts for ever.
    """

    _inherit = "legal.client.link"

    # -- documents -----------------------------------------------------------------

    def _sign(self, record):
        """Return the key of one document under this link."""
        self.ensure_one()
        # sudo: the random word is read by nobody
        link = self.sudo()
        words = (link.id, link.nonce, record._name, record.id)
        return f"c{link.id}-{hmac(link.env, f'{SCOPE}.document', words)}"

    @api.model
    def _find_signed(self, record, token, state="open"):
        """Return the open link a document's key was made by, in sudo; else nothing.

        :param state: of the link: ``expired`` finds what a new one is offered for
        """
        link = self._find_signer(record, token)
        is_found = link.state == state and link._owns(record.sudo())
        return link if is_found else link.browse()

    @api.model
    def _put_under_link(self, record, contact):
        """Return a document under a person's own link, whose key its address bears.

        :return: nothing where the document is none of his payer's
        """
        company = record.company_id
        link = self._get_for(contact, company, contact)
        if not link._owns(record):
            return record.browse()
        return record.with_context(legal_client_link=link.id)

    @api.model
    def _find_signer(self, record, token):
        """Return the link a document's key was made by, open or not, in sudo."""
        found = SIGNED.fullmatch(str(token or ""))
        # sudo: the key is the right
        links = self.sudo()
        link = links.browse(int(found[1])).exists() if found else links
        wanted = link._sign(record) if link else "-" * 64
        if not consteq(wanted.encode(), str(token or "").encode(errors="replace")):
            return links.browse()
        return link

    def _owns(self, record):
        """Tell whether a document is one of the payer's; a hook by model."""
        self.ensure_one()
        if record._name == "account.move":
            return self._owns_moves(record)
        if record._name == "legal.provision":
            return (
                record.partner_id.commercial_partner_id == self.partner_id
                and record.company_id == self.company_id
                and self._may_read_partner(record.partner_id)
            )
        if record._name == "legal.matter":
            return bool(record.filtered_domain(self._get_matters_domain()))
        return False

    def _owns_moves(self, moves, private=None):
        """Tell whether all these invoices are the payer's, in whatever state."""
        domain = [
            leaf
            for leaf in self._get_moves_domain(private)
            if not isinstance(leaf, tuple) or leaf[0] != "state"
        ]
        return bool(moves) and moves.filtered_domain(domain) == moves

    def _owns_rows(self, rows, batch=None):
        """Tell whether the invoices among these rows are on this link's page.

        :param Batch batch: what was looked up for many e-mails at once, if it was
        """
        wanted = set(get_move_ids(rows))
        if batch is None:
            moves = self.env["account.move"].sudo().browse(wanted).exists()
        else:
            moves = self.env["account.move"].sudo().browse(wanted & batch.move_ids)
        private = batch.private.get(self.id) if batch else None
        return not moves or self._owns_moves(moves, private)

    # -- e-mails -------------------------------------------------------------------

    @api.model
    def _get_mail_url(self, company, contact, rows=(), query=""):
        """Return the address of a payer's page as it is written in e-mails.

        The key is put in as the e-mail leaves, for the payer's own addresses: what
        colleagues read of it in the log opens nothing.

        :param contact: the payer, or who is invoiced for him
        :param rows: keys of the rows that the page ticks beside what is due
        :param query: another one, as :meth:`_get_choice_query` makes it
        """
        query = query or (f"?row={','.join(rows)}" if rows else "")
        base = company.get_base_url()
        return f"{base}/legal/client/sent/{company.id}/{contact.id}{query}"

    @api.model
    def _get_choice_query(self, moves, amount=0.0):
        """Return the query that opens the step before paying with these alone ticked.

        It names and promises nothing: the page takes what of it is the payer's, for
        what it owes then.

        :param amount: when less than all of it is asked for
        """
        part = f":{amount:.2f}" if amount else ""
        return f"?choice={','.join(f'i{move.id}' for move in moves)}{part}"

    @api.model
    def _get_contact_of(self, payer, emails, contact):
        """Return who of the payer's house reads an e-mail; nobody when others do.

        With several readers the house itself: what is one person's alone is left out.
        """
        return self._get_contacts_of([(payer, emails, contact)])[0]

    @api.model
    def _get_contacts_of(self, readers):
        """Return who reads each of many e-mails, as :meth:`_get_contact_of` says.

        :param readers: [(payer, addresses, contact)]
        """
        # sudo: compared, not shown
        nobody = self.env["res.partner"].sudo()
        every = {address for _payer, emails, _contact in readers for address in emails}
        payers = {payer.id for payer, *_rest in readers}
        known = nobody.search(
            [
                ("commercial_partner_id", "in", payers),
                ("email_normalized", "in", every),
            ]
        ).grouped("commercial_partner_id")
        result = []
        for payer, emails, contact in readers:
            found = known.get(payer, nobody).filtered(
                lambda person, emails=emails: person.email_normalized in emails
            )
            if not emails or set(emails) - set(found.mapped("email_normalized")):
                result.append(nobody)
            elif len(set(emails)) > 1:
                result.append(payer.sudo())
            else:
                result.append(found & contact or found & payer or found[:1])
        return result


class PortalMixin(models.AbstractModel):
    _inherit = "portal.mixin"

    def _portal_ensure_token(self):
        """Under a payer's link, give the document's key of that link.

        Its value in the context names no right: the key is checked when it comes
        back, against the link and its payer.
        """
        link_id = self.env.context.get("legal_client_link")
        if isinstance(link_id, int) and link_id:
            # sudo: the random word is read by nobody
            return self.env["legal.client.link"].sudo().browse(link_id)._sign(self)
        if self.env.context.get("legal_signed_in"):
            return ""
        return super()._portal_ensure_token()


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Put the key of a payer's link in, for his own addresses alone."""
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        for email in emails:
            if "/legal/client/sent/" in str(email.get("body") or ""):
                self._legal_put_keys(email)
        return emails

    def _legal_put_keys(self, email):
        known, links = {}, {}
        batch = self._legal_get_batch()
        addresses = frozenset(email.get("email_to_normalized") or [])
        # One question for all invoices that an e-mail names, which are nearly always
        # one payer's; else each is asked about.
        rows = get_named_rows(email.get("body"))

        def put(match):
            if match[0] not in known:
                whose = int(match["company"]), int(match["contact"])
                if whose not in links:
                    link = self._legal_find_link((*whose, addresses), batch)
                    owns = link and link._owns_rows(rows.get(whose, ()), batch)
                    links[whose] = link, owns, link and link._get_path()
                known[match[0]] = self._legal_get_url_for(match, *links[whose])
            return known[match[0]]

        for name in ("body", "body_alternative"):
            if email.get(name):
                email[name] = IN_MAIL.sub(put, str(email[name]))

    def _legal_get_url_for(self, match, link, owns_all, path):
        if link and (owns_all or link._owns_rows(_get_rows(match))):
            return f"{match['base']}{path}{match['query'] or ''}"
        # sudo: as above, for what others read
        env = self.sudo().env
        company = env["res.company"].browse(int(match["company"])).exists()
        contact = env["res.partner"].browse(int(match["contact"])).exists()
        # What others read instead: the invoice they were sent, which its author
        # could open, or where to ask for a link.
        if self.model == "account.move" and self.res_id:
            move = env["account.move"].browse(self.res_id).exists()
            if move.commercial_partner_id == contact.commercial_partner_id:
                return move.get_base_url() + move.get_portal_url()
        firm = company or env.company
        return f"{match['base']}/legal/pay?firm={firm.id}"
