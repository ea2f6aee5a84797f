from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .legal_prebill_review_page import OPEN


class LegalPrebill(models.Model):
    """Where the review stands, whose turn it is, and what colleagues said."""

    _inherit = "legal.prebill"

    # -- the queue -----------------------------------------------------------------

    @api.model
    def _get_review_scopes(self, is_chosen=False):
        """Under a chain of reviewers, what waits for a person is his step."""
        scopes = super()._get_review_scopes(is_chosen)
        my_turn = Domain("is_my_turn", "=", True)
        unchained = Domain("state", "=", "draft") | Domain("review_ids", "=", False)
        for scope in scopes:
            if scope["key"] == "mine":
                scope["domain"] |= my_turn
            elif scope["key"] == "approve":
                turn = my_turn & Domain("is_held", "=", False)
                scope["domain"] = (scope["domain"] & unchained) | turn
        return scopes

    def _get_review_rows(self):
        rows = super()._get_review_rows()
        prebills = {prebill.id: prebill for prebill in self}
        for row in rows:
            prebill = prebills[row["id"]]
            chained = prebill.state == "in_review" and prebill.review_ids
            row["awaited"] = prebill.awaited_text or ""
            row["comments"] = prebill.comment_count
            if chained:
                row["waits"] = row["waits"] and prebill.is_my_turn
        return rows

    # -- the page ------------------------------------------------------------------

    def _get_page_head(self):
        rules = self.env["legal.review.rule"]._get_for(self)
        return {
            **super()._get_page_head(),
            "is_own_lines": self._is_for_own_lines(),
            "chain": self._get_chain_values() if self.state in OPEN else [],
            "comments": self._get_page_comments(),
            "may_return": (
                self.state == "in_review" and not self.is_held and self.is_my_turn
            ),
            "may_submit": (
                self.state == "draft"
                and self.has_access("write")
                and bool(rules[self] or not self._may_approve_alone())
            ),
        }

    def _is_for_own_lines(self):
        """Tell whether the user is asked for his own lines, and not for the whole."""
        steps = self.state in OPEN and self._get_my_steps()
        return bool(steps) and set(steps.mapped("role")) == {"collaborator"}

    def _may_approve_alone(self):
        try:
            self._check_may_approve()
        except UserError:
            return False
        return True

    def _get_page_comments(self):
        """Return {line id or 0: what was said there}, settled ones last."""
        found = {}
        for comment in self.comment_ids:
            found.setdefault(comment.line_id.id or 0, []).append(
                {
                    "id": comment.id,
                    "author": comment.author_id.name,
                    "to": comment.user_id.name,
                    "is_mine": self.env.user in (comment.author_id, comment.user_id),
                    "body": comment.body,
                    "answer": comment.answer or "",
                    "is_resolved": comment.is_resolved,
                }
            )
        return found

    def _get_approval_problem(self):
        """One's own step is approved, whoever is awaited after it."""
        self.ensure_one()
        steps = self.state in OPEN and self._get_my_steps()
        if not steps or self.is_held:
            return super()._get_approval_problem()
        try:
            self._check_steps(steps)
        except UserError as error:
            return str(error)
        return ""

    def _get_review_locked(self):
        """Leave a collaborator the lines that he answers for."""
        locked = super()._get_review_locked()
        if self.state != "in_review" or not self.review_ids or self._is_reviewer():
            return locked
        asked = self.review_ids.filtered(
            lambda s: s.role == "collaborator" and s._is_for(self.env.user)
        )
        return self.line_ids.filtered(
            lambda line: line._get_reviewer() not in asked.origin_user_id
        )

    # -- acts ----------------------------------------------------------------------

    def _page_act_submit(self):
        self.check_access("write")
        self.action_submit_review()

    def _page_act_comment(self, body, line_id=False):
        lines = self._get_page_lines([line_id] if line_id else [])
        if not (body or "").strip():
            raise UserError(
                self.env._(
                    "Nothing was said on %(prebill)s: write the comment first.",
                    prebill=self.display_name,
                )
            )
        self.env["legal.prebill.comment"].create(
            {
                "prebill_id": self.id,
                "line_id": lines[:1].id if line_id else False,
                "body": body.strip(),
            }
        )

    def _page_act_settle(self, comment_id, answer=""):
        comment = self.comment_ids.filtered(lambda c: c.id == comment_id)
        if (answer or "").strip():
            comment.answer = answer.strip()
        comment.action_resolve()
