from odoo import api, models
from odoo.fields import Domain

from odoo.addons.legal_timesheet.models.legal_wall_mixin import LegalWallMixin


class LegalCollectionCase(models.Model):
    """Who may see a case, and what hangs on it.

    A case speaks of several matters, and says of them what the ledger says. So it
    is its own rules that decide, not the wall of one matter: a person kept out of
    any of them sees nothing, a collector sees amounts, a lawyer the cases that
    speak of nothing but matters he or she may see.
    """

    _inherit = "legal.collection.case"

    @api.model
    def _legal_wall_field(self):
        return "matter_ids"

    @api.model
    def _legal_blocked_domain(self):
        """Return the domain of the cases whose rules keep the user out."""
        if not self.browse().has_access("read"):
            return Domain.TRUE
        return ~Domain(self.env["ir.rule"]._compute_domain(self._name, "read"))

    def _may_be_seen_by(self, user):
        self.ensure_one()
        return self.with_user(user).has_access("read")

    def _filter_seeing(self, partners):
        """Return the partners outside the firm, and the colleagues let in."""
        self.ensure_one()

        def lets_in(partner):
            users = partner.user_ids.filtered(lambda user: not user.share)
            if users:
                return any(self._may_be_seen_by(user) for user in users)
            return partner.commercial_partner_id == self.sudo().partner_id

        return partners.filtered(lets_in)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Subscribe colleagues who may see the case; the client follows nothing."""
        partners = self.env["res.partner"].sudo().browse(partner_ids or ())
        staff = partners.filtered(
            lambda partner: any(not user.share for user in partner.user_ids)
        )
        for case in self:
            allowed = case._filter_seeing(staff)
            if allowed:
                # Past the mixin, which knows one matter only.
                super(LegalWallMixin, case)._message_subscribe(
                    allowed.ids, subtype_ids, customer_ids
                )
        return True

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super(LegalWallMixin, self)._notify_get_recipients(
            message, msg_vals, **kwargs
        )
        if len(self) != 1 or not recipients:
            return recipients
        partners = (
            self.env["res.partner"]
            .sudo()
            .browse([recipient["id"] for recipient in recipients if recipient["id"]])
        )
        allowed = set(self._filter_seeing(partners).ids)
        return [r for r in recipients if not r["id"] or r["id"] in allowed]

    def _evict_outsiders(self):
        """Take out the followers and move the activities of who is now kept out."""
        for case in self.sudo():
            partners = case.message_follower_ids.partner_id
            outside = partners - case._filter_seeing(partners)
            case.message_unsubscribe(outside.ids)
            owner = case._get_owner()
            for activity in case.activity_ids:
                if not case._may_be_seen_by(activity.user_id):
                    if owner:
                        activity.user_id = owner
                    else:
                        activity.unlink()
            if case.user_id and not case._may_be_seen_by(case.user_id):
                case.user_id = owner
