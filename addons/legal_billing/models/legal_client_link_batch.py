from odoo import models
from odoo.tools.mail import email_normalize_all

from .legal_client_link_sign import get_move_ids, get_named_rows


class Batch:
    """What the keys of many e-mails are made of, looked up for all of them at once.

    ``links``: {(company id, contact id, addresses): the readers' link, or none};
    ``private``: see :meth:`_get_all_private_clients`; ``move_ids``: the invoices named.
    """

    def __init__(self, links, private, move_ids):
        self.links = links
        self.private = private
        self.move_ids = move_ids


class MailMail(models.Model):
    """E-mails that leave together look up their payers' links together."""

    _inherit = "mail.mail"

    def _send(self, auto_commit=False, **kwargs):
        mails = self
        # Where each e-mail is a transaction of its own, a link may be revoked between
        # two of them: each then looks for itself.
        if len(self) > 1 and not auto_commit:
            mails = self.with_context(legal_mail_batch=self._legal_make_batch())
        return super(MailMail, mails)._send(auto_commit=auto_commit, **kwargs)

    def _legal_get_batch(self):
        """Return what was looked up for these e-mails together, if it was."""
        # Only our own code makes one: what comes from outside is plain values.
        batch = self.env.context.get("legal_mail_batch")
        return batch if isinstance(batch, Batch) else None

    def _legal_make_batch(self):
        readers, rows = set(), set()
        for mail in self:
            named = get_named_rows(mail.body_html)
            rows.update(*named.values())
            for addresses in mail._legal_get_readers() if named else ():
                readers.update((*whose, addresses) for whose in named)
        # sudo: as each e-mail does for itself
        links = self._legal_find_links(readers)
        link_ids = {link.id for link in links.values() if link}
        moves = self.env["account.move"].sudo().browse(get_move_ids(rows)).exists()
        moves.fetch(
            ["company_id", "commercial_partner_id", "is_legal", "state", "move_type"]
        )
        return Batch(
            links,
            self.env["legal.client.link"]
            .sudo()
            .browse(link_ids)
            ._get_all_private_clients(),
            set(moves.ids),
        )

    def _legal_get_readers(self):
        """Return the addresses of each of the messages that this e-mail becomes."""
        self.ensure_one()
        readers = []
        copies = email_normalize_all(self.email_cc) if self.email_cc else []
        if self.email_to or copies:
            own = email_normalize_all(self.email_to) if self.email_to else []
            readers.append(frozenset(own + copies))
        for partner in self.recipient_ids:
            readers.append(frozenset(email_normalize_all(partner.email)))
        return readers

    def _legal_find_link(self, reader, batch=None):
        """Return the link of those who get an e-mail, in sudo, or none.

        :param reader: (company id, contact id, addresses)
        """
        if batch is None or reader not in batch.links:
            return self._legal_find_links([reader])[reader]
        return batch.links[reader]

    def _legal_find_links(self, readers):
        """Return {reader: link} as :meth:`_legal_find_link` does, all at once."""
        # sudo: the key goes to the payer's own addresses, and nowhere else
        env = self.sudo().env
        Link = env["legal.client.link"]
        links = dict.fromkeys(readers, Link)
        companies = env["res.company"].browse({r[0] for r in readers}).exists()
        contacts = env["res.partner"].browse({r[1] for r in readers}).exists()
        known = {contact.id: contact for contact in contacts}
        for company in companies:
            own = [r for r in readers if r[0] == company.id and r[1] in known]
            people = Link._get_contacts_of(
                [(known[r[1]].commercial_partner_id, r[2], known[r[1]]) for r in own]
            )
            given = Link._get_for_all(env["res.partner"].union(*people), company)
            for reader, person in zip(own, people, strict=True):
                links[reader] = given[person.id] if person else Link
        return links
