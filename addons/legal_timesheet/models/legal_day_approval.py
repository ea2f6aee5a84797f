from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain


class LegalDay(models.AbstractModel):
    _inherit = "legal.day"

    @api.model
    def _get_waiting_items(self):
        """Add whole weeks, absent colleagues' too, and what clients asked."""
        items = super()._get_waiting_items()
        for_me = Domain("is_for_me", "=", True)
        questions = Domain("state", "=", "questioned") & Domain(
            "matter_id.responsible_id", "=", self.env.uid
        )
        return [
            *items,
            self._prepare_waiting_item(
                "weeks_to_approve",
                self.env._("Weeks to approve"),
                self.env["legal.time.sheet"].search_count(for_me),
                "legal_timesheet.legal_time_sheet_action_approve",
                for_me,
            ),
            self._prepare_waiting_item(
                "client_questions",
                self.env._("Questions from clients on their time"),
                self.env["legal.time.client.approval"].search_count(questions),
                "legal_timesheet.legal_time_client_approval_action",
                questions,
            ),
        ]


class LegalWeek(models.AbstractModel):
    _inherit = "legal.week"

    @api.model
    def _get_week_state(self, employee, monday):
        entries = self._search_entries(employee, monday, monday + timedelta(days=6))
        state = self.env["legal.time.sheet"]._get_state_of(entries)
        return {"week_state": state["state"], "week_word": state["word"]}
