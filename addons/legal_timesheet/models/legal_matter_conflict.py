from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import conflicts


class LegalMatter(models.Model):
    """The conflict check made before a matter is opened."""

    _inherit = "legal.matter"

    conflict_cleared_reason = fields.Text(
        "Conflict Cleared",
        copy=False,
        tracking=True,
        help="Why the firm may act in spite of the conflict found. Opening goes on"
        " when it is filled in.",
    )

    def _check_conflicts(self):
        """Refuse to open a matter in conflict, unless somebody says why he may.

        The sentence names the other matter only to those who may read it.
        """
        self.ensure_one()
        found = self._find_conflicts()
        if not found:
            return
        lines = [self._describe_conflict(conflict) for conflict in found]
        reason = (self.conflict_cleared_reason or "").strip()
        if not reason:
            raise UserError(
                self.env._(
                    "%(matter)s would put the firm in conflict: %(conflicts)s. Decline"
                    " the matter, or write in “Conflict Cleared” why it may be opened.",
                    matter=self._neutral_label(),
                    conflicts=" ; ".join(lines),
                )
            )
        self.message_post(
            body=Markup("<p>%s</p><ul>%s</ul><p>%s</p>")
            % (
                self.env._("Opened in spite of:"),
                Markup().join(Markup("<li>%s</li>") % line for line in lines),
                reason,
            )
        )

    def _find_conflicts(self):
        """Return the engine's conflicts against every other matter of the firm."""
        # sudo: a conflict counts even with a matter walled off from the user
        others_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch(
                Domain("id", "!=", self._origin.id or 0)
                & Domain("company_id", "=", self.company_id.id)
                & (Domain("state", "!=", "draft") | Domain("opened_on", "!=", False)),
                ["partner_id", "opposing_party_ids"],
            )
        )
        return conflicts.find_conflicts(
            self.sudo()._prepare_sides(),
            [other._prepare_sides() for other in others_sudo],
        )

    def _prepare_sides(self):
        return conflicts.Sides(
            matter=self.id,
            clients=self._prepare_parties(self.partner_id),
            opponents=self._prepare_parties(self.opposing_party_ids),
        )

    def _prepare_parties(self, partners):
        return tuple(
            conflicts.Party(
                id=partner.id,
                name=partner.name or "",
                identifier=(partner.company_registry or "")[:9] or partner.vat or ""
                if partner.is_company
                else "",
            )
            for partner in partners.commercial_partner_id
        )

    def _describe_conflict(self, conflict):
        other = self.browse(conflict.matter)
        label = (
            other._neutral_label()
            if other.has_access("read")
            else self.env._("another matter of the firm")
        )
        if conflict.kind == conflicts.CLIENT_IS_OPPOSED:
            return self.env._(
                "the client %(party)s is an opposing party in %(matter)s",
                party=conflict.party.name,
                matter=label,
            )
        if conflict.kind == conflicts.OPPONENT_IS_CLIENT:
            return self.env._(
                "the opposing party %(party)s is a client in %(matter)s",
                party=conflict.party.name,
                matter=label,
            )
        return self.env._(
            "%(party)s stands on both sides of the matter", party=conflict.party.name
        )
