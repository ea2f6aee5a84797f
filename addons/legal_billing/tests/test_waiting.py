from datetime import date, timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestWaiting(LegalBillingCommon):
    """Pre-bills among what waits for the one who answers for them."""

    def _waiting(self, user):
        items = self.env["legal.day"].with_user(user).get_waiting()
        return {item["key"]: item for item in items}

    def test_prebills_wait_for_their_responsible_alone(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(matter, "partner", 2.0, "2026-04-01")
        prebill, _warnings = self.env["legal.prebill"]._generate(
            matter, date(2026, 4, 30)
        )
        responsible = matter.responsible_id
        waiting = self._waiting(responsible)
        self.assertEqual(waiting["prebills"]["count"], 1)
        action = waiting["prebills"]["action"]
        found = self.env[action["res_model"]].with_user(responsible)
        self.assertEqual(found.search(action["domain"]), prebill)
        outsider = new_test_user(
            self.env, "waiting.outsider", "legal_timesheet.group_legal_user"
        )
        self.assertNotIn("prebills", self._waiting(outsider))

        keys = {"prebills", "prebills_held"}
        today = fields.Date.context_today(prebill)
        prebill._hold("Asked by the client", today + timedelta(1))
        self.assertFalse(keys & set(self._waiting(responsible)))
        prebill.held_until = today
        self.assertEqual(self._waiting(responsible)["prebills_held"]["count"], 1)
        prebill.action_cancel()
        self.assertFalse(keys & set(self._waiting(responsible)))
