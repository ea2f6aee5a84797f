from odoo import api, fields, models
from odoo.fields import Domain


class LegalDay(models.AbstractModel):
    """Pre-bills among what waits for a person."""

    _inherit = "legal.day"

    @api.model
    def _get_waiting_items(self):
        items = super()._get_waiting_items()
        Prebill = self.env["legal.prebill"]
        if not Prebill.has_access("read"):
            return items
        own = Domain("responsible_id", "=", self.env.uid) & Domain(
            "state", "in", ("draft", "in_review")
        )
        # Under a chain of reviewers, what waits is their step.
        own &= Domain("state", "=", "draft") | Domain("review_ids", "=", False)
        my_turn = Domain("is_my_turn", "=", True) & Domain("is_held", "=", False)
        Comment = self.env["legal.prebill.comment"]
        comments = Domain(Comment._domain_waiting_for(self.env.user))
        to_review = own & Domain("is_held", "=", False)
        released = (
            own
            & Domain("is_held", "=", True)
            & Domain("held_until", "!=", False)
            & Domain("held_until", "<=", fields.Date.context_today(self))
        )
        action = "legal_billing.legal_prebill_action"
        Event = self.env["legal.cap.event"]
        crossed = Domain("responsible_id", "=", self.env.uid) & Domain(
            "state", "in", ("new", "prepared")
        )
        discussed = Domain("responsible_id", "=", self.env.uid) & Domain(
            "state", "=", "discussed"
        )
        cap_action = "legal_billing.legal_cap_event_action"
        return [
            self._prepare_waiting_item(
                "prebills",
                self.env._("Pre-bills to review"),
                Prebill.search_count(to_review),
                action,
                to_review,
            ),
            self._prepare_waiting_item(
                "reviews",
                self.env._("Pre-bills whose review waits for me"),
                Prebill.search_count(my_turn),
                action,
                my_turn,
            ),
            self._prepare_waiting_item(
                "prebill_comments",
                self.env._("Comments on pre-bills to answer"),
                Comment.search_count(comments),
                "legal_billing.legal_prebill_comment_action",
                comments,
            ),
            self._prepare_waiting_item(
                "prebills_held",
                self.env._("Pre-bills on hold whose date has come"),
                Prebill.search_count(released),
                action,
                released,
            ),
            self._prepare_waiting_item(
                "caps",
                self.env._("Caps, packages and estimates crossed"),
                Event.search_count(crossed),
                cap_action,
                crossed,
            ),
            self._prepare_waiting_item(
                "caps_discussed",
                self.env._("Clients who want to talk about their fees"),
                Event.search_count(discussed),
                cap_action,
                discussed,
            ),
            *items,
        ]
