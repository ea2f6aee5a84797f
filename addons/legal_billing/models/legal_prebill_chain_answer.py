from odoo import models
from odoo.exceptions import UserError


class LegalPrebill(models.Model):
    """Answering in a review: one's own steps are approved, or sent back with a word."""

    _inherit = "legal.prebill"

    # -- approving -------------------------------------------------------------------

    def action_approve(self):
        """Approve one's own steps; the last of them approves the pre-bill."""
        self._check_state("draft", "in_review")
        rules = self.env["legal.review.rule"]._get_for(self)
        chained = self.filtered(lambda p: p.review_rule_id or rules[p])
        plain = self - chained
        result = super(LegalPrebill, plain).action_approve() if plain else None
        for prebill in chained:
            prebill._approve_in_turn()
        return result

    def _approve_in_turn(self, comment=None, by_link=False):
        """Approve what the user is asked, and all of it once nobody else is."""
        self.ensure_one()
        self._check_not_held()
        if self.state == "draft":
            self.action_submit_review()
        self._check_pending()
        # sudo: nobody writes a step by hand; who answers may have changed meanwhile
        self.sudo()._refresh_chain()
        mine = self._get_my_steps()
        if not mine:
            self._check_may_approve()
        while mine:
            self._check_steps(mine)
            # sudo: nobody writes a step by hand; these are the user's own
            mine.sudo()._close("done", comment, by_link)
            self._log_done(mine)
            self.sudo()._advance()
            mine = self._get_my_steps()
        if all(step.state == "done" for step in self.review_ids):
            super().action_approve()

    def _check_steps(self, steps):
        """Refuse while something in the user's part prevents approval."""
        if steps.filtered(lambda s: s.role != "collaborator"):
            refusals = self._get_refusals()
        else:
            people = steps.origin_user_id
            own = self.line_ids.filtered(lambda li: li._get_reviewer() in people)
            refusals = self._get_blocking_refusals(own)
        if refusals:
            raise UserError("\n".join(refusals))

    def _log_done(self, steps):
        for step in steps.filtered(lambda s: s.user_id != self.env.user):
            self._message_log(
                body=self.env._(
                    "%(delegate)s reviewed instead of %(absent)s, who is absent.",
                    delegate=self.env.user.name,
                    absent=step.user_id.name,
                )
            )

    # -- sending back ------------------------------------------------------------------

    def action_open_return(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return with a word"),
            "res_model": "legal.prebill.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_prebill_id": self.id},
        }

    def _return(self, word, step=None):
        """Send the pre-bill back: to an earlier step, else to who submitted it.

        :param step: a step that was done, and is asked again
        """
        self.ensure_one()
        self._check_state("in_review")
        word = (word or "").strip()
        mine = self._get_my_steps()
        if not mine:
            left = self.review_ids.filtered(lambda s: s.state != "done")
            raise UserError(self._say_who_is_awaited(left))
        if not word:
            raise UserError(
                self.env._(
                    "%(prebill)s was not returned: say in a word what is to change.",
                    prebill=self.display_name,
                )
            )
        # sudo: nobody writes a step by hand; these are the user's own
        mine.sudo()._close("returned", word)
        prebill_sudo = self.sudo()
        if step:
            step.sudo()._put_back()
            prebill_sudo._advance()
            to = step.user_id
        else:
            prebill_sudo.review_ids.filtered(
                lambda s: s.state != "returned"
            )._put_back()
            prebill_sudo.state = "draft"
            to = prebill_sudo.submitted_by_id or self.responsible_id
            if to != self.env.user:
                prebill_sudo.activity_schedule(
                    "legal_billing.mail_activity_review",
                    summary=self.env._("Returned to you: send it to review again"),
                    note=word,
                    user_id=to.id,
                )
        self.message_post(
            body=self.env._("Returned to %(to)s: %(word)s", to=to.name, word=word)
        )

    def action_reopen(self):
        """Approvals stand, unless what changes now crosses a threshold again."""
        result = super().action_reopen()
        for prebill in self.sudo():
            prebill.review_ids.filtered(lambda s: s.role == "owner")._put_back()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self.sudo().review_ids.filtered(lambda s: s.state != "done")._put_back()
        return result
