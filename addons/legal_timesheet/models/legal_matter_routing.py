from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..engine.routing import MatterFacts, Party, route


class LegalMatter(models.Model):
    """Finds the matter of a piece of work, among those the user works on."""

    _inherit = "legal.matter"

    @api.model
    def _route(self, sources, first_day, last_day):
        """Return the :class:`Route` of each source.

        Everything is read in a constant number of queries, as the current user:
        a matter whose wall keeps the user out is not among the facts.

        :param sources: list of :class:`..engine.routing.Source`
        """
        if not sources:
            return []
        matters = self.search(self._get_routing_domain(first_day, last_day))
        direct = {
            number
            for source in sources
            for number in (source.named, source.record, source.linked)
            if number
        }
        matters |= self.browse(direct - set(matters.ids))._filtered_access("read")
        facts = matters._get_routing_facts()
        return [route(source, facts) for source in sources]

    @api.model
    def _get_routing_domain(self, first_day, last_day):
        """Return the matters that the user may have worked on in these days."""
        return (
            Domain("wall_user_ids", "in", self.env.user.ids)
            & Domain("state", "!=", "draft")
            & Domain("company_id", "in", self.env.companies.ids)
            & (Domain("opened_on", "=", False) | Domain("opened_on", "<=", last_day))
            & (Domain("closed_on", "=", False) | Domain("closed_on", ">=", first_day))
        )

    def _get_routing_facts(self):
        # sudo: names and addresses of the parties to matters the user may read
        matters_sudo = self.sudo()
        parties = (
            matters_sudo.partner_id | matters_sudo.opposing_party_ids
        ).commercial_partner_id
        emails = self._get_routing_emails(parties)
        party_of = {
            partner.id: Party(partner.id, partner.name or "", emails[partner.id])
            for partner in parties
        }
        return [
            MatterFacts(
                matter.id,
                matter.matter_number,
                matter.name or "",
                party_of.get(matter.partner_id.commercial_partner_id.id),
                tuple(
                    party_of[party.id]
                    for party in matter.opposing_party_ids.commercial_partner_id
                ),
            )
            for matter in matters_sudo
        ]

    @api.model
    def _get_routing_emails(self, parties_sudo):
        """Return ``{party id: addresses of the party and of its contacts}``."""
        emails = {party.id: set() for party in parties_sudo}
        contacts_sudo = parties_sudo.search_fetch(
            Domain("commercial_partner_id", "in", parties_sudo.ids)
            & Domain("email", "!=", False),
            ["email", "commercial_partner_id"],
        )
        for contact in contacts_sudo:
            if email := email_normalize(contact.email):
                emails[contact.commercial_partner_id.id].add(email)
        return {party: frozenset(found) for party, found in emails.items()}

    @api.model
    def _get_routing_phrases(self, is_written=False):
        """Return how the reasons of the engine read, in the user's language.

        :param is_written: the people were written to, they took part in nothing
        """
        _ = self.env._
        address = _("address of %(party)s (%(who)s)")
        opposing_address = _("address of the opposing party %(party)s (%(who)s)")
        word = _("“%(who)s”, as in %(party)s, in the subject")
        phrases = {
            "named": _("the event names this matter"),
            "record": _("it is on the matter"),
            "linked": _("%(who)s belongs to the matter"),
            "number": _("number %(who)s in the subject"),
            "client": _("%(who)s, the client, takes part"),
            "client_contact": _("%(who)s, contact of %(party)s, takes part"),
            "client_mail": address,
            "client_domain": address,
            "opponent": _("%(who)s, opposing party, takes part"),
            "opponent_contact": _(
                "%(who)s, for the opposing party %(party)s, takes part"
            ),
            "opponent_mail": opposing_address,
            "opponent_domain": opposing_address,
            "client_name": _("client %(who)s in the subject"),
            "client_word": word,
            "opponent_name": _("opposing party %(who)s in the subject"),
            "opponent_word": word,
            "object_words": _("“%(who)s” in the subject"),
        }
        if is_written:
            phrases |= {
                "client": _("written to %(who)s, the client"),
                "client_contact": _("written to %(who)s, contact of %(party)s"),
                "opponent": _("written to %(who)s, opposing party"),
                "opponent_contact": _(
                    "written to %(who)s, for the opposing party %(party)s"
                ),
            }
        return phrases
