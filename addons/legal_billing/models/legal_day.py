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
        to_review = own & Domain("is_held", "=", False)
        released = (
            own
            & Domain("is_held", "=", True)
            & Domain("held_until", "!=", False)
            & Domain("held_until", "<=", fields.Date.context_today(self))
        )
        action = "legal_billing.legal_prebill_action"
        return [
            self._prepare_waiting_item(
                "prebills",
                self.env._("Pre-bills to review"),
                Prebill.search_count(to_review),
                action,
                to_review,
            ),
            self._prepare_waiting_item(
                "prebills_held",
                self.env._("Pre-bills on hold whose date has come"),
                Prebill.search_count(released),
                action,
                released,
            ),
            *items,
        ]
