from datetime import date

from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import FIRST, DunningCommon


@tagged("post_install", "-at_install")
class TestScreens(DunningCommon):
    def test_upcoming_screen_shows_the_next_sending_day(self):
        move = self._create_invoice()
        with freeze_time("2026-05-21 10:00:00"):
            action = (
                self.Action.with_company(self.company)
                .with_context(allowed_company_ids=self.company.ids)
                .action_open_upcoming()
            )
        found = self.Action.search(action["domain"])
        self.assertEqual(found.line_ids.move_id, move)
        self.assertEqual(found.planned_on, FIRST)
        self.assertIn(move.name, found.preview_html)

    def test_smart_buttons_count_and_open(self):
        move = self._create_invoice()
        action = self._run(FIRST)
        self.assertEqual(
            (move.dunning_count, self.client.dunning_count, self.matter.dunning_count),
            (1, 1, 1),
        )
        for record in (move, self.client, self.matter):
            domain = record.action_view_dunning()["domain"]
            self.assertEqual(self.Action.search(domain), action)
        self.assertEqual(move.dunning_line_ids.action_open()["res_id"], action.id)

    def test_new_invoice_is_typed_by_hand_as_in_stock(self):
        """A draft that is not saved yet has no id, and the plan of its client."""
        form = Form(
            self.env["account.move"].with_context(default_move_type="out_invoice")
        )
        form.partner_id = self.client
        self.assertEqual(form.dunning_policy_id, self.policy)

    def test_forms_open(self):
        self._create_invoice()
        action = self._run(FIRST)
        for record in (action, self.policy, self.policy.level_ids[0]):
            with Form(record) as form:
                self.assertTrue(form.id)

    def test_hold_wizard(self):
        self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        opened = action.with_context(hold_mode="skip").action_open_hold()
        wizard = self.env["legal.dunning.hold"].with_context(**opened["context"])
        with freeze_time("2026-05-21 10:00:00"):
            wizard.create(
                {"mode": "postpone", "until": date(2026, 5, 29)}
            ).action_apply()
            self.assertEqual(action.planned_on, date(2026, 5, 29))
            wizard.create({"reason": "appel"}).action_apply()
        self.assertEqual((action.state, action.failure_reason), ("skipped", "appel"))
        self.assertEqual(action.skipped_by_id, self.env.user)

    def test_settings(self):
        with Form(self.env["res.config.settings"].with_company(self.company)) as form:
            form.dunning_saturday = False
        form.save().execute()
        self.assertFalse(
            self.company._get_dunning_calendar().is_open(date(2026, 5, 23))
        )
