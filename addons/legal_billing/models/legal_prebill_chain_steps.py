from odoo import SUPERUSER_ID, api, models

from ..engine import fees, review

RANKS = {"collaborator": 10, "owner": 20, "approver": 30}


class LegalPrebill(models.Model):
    """The steps of a review: which the firm's rule wants, and whose turn has come."""

    _inherit = "legal.prebill"

    # -- the start -----------------------------------------------------------------

    def action_submit_review(self):
        result = super().action_submit_review()
        self._check_pending()
        self._start_chain()
        return result

    def _start_chain(self):
        """Ask those whom the firm's rule names; nobody where there is none."""
        rules = self.env["legal.review.rule"]._get_for(self)
        for prebill in self:
            # sudo: nobody writes a step by hand; the caller submitted the pre-bill
            prebill_sudo = prebill.sudo()
            if not rules[prebill] and not prebill_sudo.review_ids:
                continue
            prebill_sudo.write(
                {
                    "review_rule_id": rules[prebill].id
                    or prebill_sudo.review_rule_id.id,
                    # what a scheduled run submits comes back to the responsible
                    "submitted_by_id": self.env.uid != SUPERUSER_ID and self.env.uid,
                }
            )
            prebill_sudo._refresh_chain()

    def _refresh_chain(self):
        """Bring the steps in line with the rule and the figures, then open the next.

        Runs elevated: it writes what only the chain writes.
        """
        for prebill in self.filtered(
            lambda p: p.state == "in_review" and p.review_rule_id
        ):
            steps = prebill.review_ids
            wanted = prebill._get_wanted_steps()
            known = {
                (s.role, s.approver_id.id or s.origin_user_id.id): s for s in steps
            }
            for step in (s for key, s in known.items() if key not in wanted):
                if step.state != "done":
                    step._unlink_activities()
                    step.unlink()
            self.env["legal.prebill.review"].create(
                [
                    {
                        "prebill_id": prebill.id,
                        "role": key[0],
                        "origin_user_id": values["user_id"],
                        **values,
                    }
                    for key, values in wanted.items()
                    if key not in known
                ]
            )
            prebill._ask_again()
            prebill._advance()

    def _get_wanted_steps(self):
        """Return {(role, approver or person): values} of the steps the rule wants."""
        self.ensure_one()
        rule, wanted = self.review_rule_id, {}
        if rule.has_collaborators:
            for user in self._get_collaborators():
                wanted["collaborator", user.id] = {
                    "user_id": user.id,
                    "sequence": RANKS["collaborator"],
                    "days": rule.collaborator_days,
                }
        owner = self.responsible_id
        wanted["owner", owner.id] = {
            "user_id": owner.id,
            "sequence": RANKS["owner"],
            "days": rule.owner_days,
        }
        figures = self._get_review_figures()
        for place, approver in enumerate(rule.approver_ids):
            limit = approver._prepare_threshold(self.currency_id, self.date_to)
            reasons = review.get_reasons(limit, figures)
            user = reasons and approver._choose_user(self.matter_id)
            if user:
                wanted["approver", approver.id] = {
                    "user_id": user.id,
                    "approver_id": approver.id,
                    "sequence": RANKS["approver"] + place,
                    "days": approver.days,
                    "reasons": list(reasons),
                }
        return wanted

    def _get_collaborators(self):
        """Return those who answer for lines of their own, whom the wall lets in."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda li: li.decision != "postpone")
        users = self.env["res.users"].union(*(li._get_reviewer() for li in lines))
        matter = self.matter_id
        return users.filtered(
            lambda user: (
                user != self.responsible_id
                and user.active
                and not user.share
                and matter._lets_in(user)
            )
        ).sorted("id")

    def _get_review_figures(self):
        self.ensure_one()
        return self._prepare_figures(
            self.amount_untaxed,
            self.realisation_percent if self.amount_standard else None,
            self.amount_writeoff,
        )

    @api.model
    def _prepare_figures(self, amount, realisation, writeoff):
        return review.Figures(
            fees.to_decimal(amount),
            None if realisation is None else fees.to_decimal(round(realisation, 6)),
            fees.to_decimal(writeoff),
        )

    def _ask_again(self):
        """Ask once more the approvers who approved less than is given up now."""
        self.ensure_one()
        now = self._get_review_figures()
        for step in self.review_ids:
            if step.state != "done" or not step.approver_id:
                continue
            limit = step.approver_id._prepare_threshold(self.currency_id, self.date_to)
            seen = self._prepare_figures(
                step.seen_amount,
                step.seen_realisation if step.seen_standard else None,
                step.seen_writeoff,
            )
            if review.must_ask_again(limit, seen, now):
                step._put_back()
                step.reasons = list(review.get_reasons(limit, now))
                self._message_log(
                    body=self.env._(
                        "%(person)s is asked again: %(reason)s.",
                        person=step.user_id.name,
                        reason=step.reason_text,
                    )
                )

    def _advance(self):
        """Open the steps whose turn has come, close those whose turn is not yet."""
        self.ensure_one()
        in_order = self.review_rule_id.is_in_order
        steps = self.review_ids
        left = steps.filtered(lambda s: s.state != "done")
        if in_order and left:
            first = min(left.mapped("sequence"))
            left.filtered(
                lambda s: s.state == "todo" and s.sequence > first
            )._put_back()
        rows = [review.Step(s.id, s.sequence, s.state) for s in steps]
        steps.browse(review.get_next(rows, in_order))._ask()

    @api.model
    def _check_now(self, ids):
        """What changed may cross a threshold: ask whom it concerns."""
        result = super()._check_now(ids)
        # sudo: nobody writes a step by hand
        self.sudo().browse(ids).exists()._refresh_chain()
        return result
