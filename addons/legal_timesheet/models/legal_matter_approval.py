from odoo import api, fields, models
from odoo.fields import Domain


class LegalMatter(models.Model):
    """Who approves the time of a matter: in person, or instead of an absent."""

    _inherit = "legal.matter"

    def _can_approve_time(self):
        """Tell whether the user approves the time of this matter."""
        self.ensure_one()
        if self.env.su or self.env.user == self.responsible_id:
            return True
        return self in self._get_time_approvers()

    def _get_time_approvers(self):
        """Return on whose right the user approves the time of each matter.

        :return dict: matter -> the user himself, or the absent he stands in for;
            a matter he does not approve is left out. Two queries a person,
            whatever the number of matters.
        """
        user = self.env.user
        # sudo: asks who approves, reads nothing of the matters
        matters_sudo = self.sudo().with_context(active_test=False)
        mine = Domain("id", "in", self.ids)
        result = dict.fromkeys(
            matters_sudo.search(mine & self._domain_approves_time(user)), user
        )
        absent = self.env["legal.approval.delegation"]._get_absent(user)
        if absent:
            inside = mine & self._domain_let_in(user)
            for person in absent.sorted("id"):
                for matter in matters_sudo.search(
                    inside & self._domain_approves_time(person)
                ):
                    result.setdefault(matter, person)
        return {self.browse(matter.id): person for matter, person in result.items()}

    @api.model
    def _domain_can_approve_time(self):
        """Return the domain of the matters whose time the user approves."""
        user = self.env.user
        domain = self._domain_approves_time(user)
        inside = self._domain_let_in(user)
        for person in self.env["legal.approval.delegation"]._get_absent(user):
            domain |= inside & self._domain_approves_time(person)
        return domain

    @api.model
    def _domain_approves_time(self, user):
        """Return the domain of the matters whose time a person approves himself."""
        if user.has_group("hr_timesheet.group_hr_timesheet_approver"):
            return self._domain_let_in(user) & Domain(
                "company_id", "in", user.company_ids.ids
            )
        return self._domain_answers_for(user)

    @api.model
    def _domain_answers_for(self, user):
        """Return the domain of the matters of which a person is responsible or
        lead today."""
        today = fields.Date.context_today(self)
        leads = (
            Domain("user_id", "=", user.id)
            & Domain("role", "=", "lead")
            & self.env["legal.matter.member"]._domain_on(today)
        )
        return (
            (
                Domain("responsible_id", "=", user.id)
                | Domain("member_ids", "any", leads)
            )
            & Domain("excluded_user_ids", "not in", user.ids)
            & Domain("company_id", "in", user.company_ids.ids)
        )
