from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import COURTESY, DUE, FIRST, ISSUED, SECOND, DunningCommon


@tagged("post_install", "-at_install")
class TestPlanning(DunningCommon):
    def _plan(self, day):
        return self.Action._plan(day, self.company)

    def _planned(self, day):
        """Return {invoice: (level, asked)} of the plan of a day."""
        Level = self.env["legal.dunning.level"]
        Move = self.env["account.move"]
        return {
            Move.browse(item.key): (
                Level.browse(item.level).sequence,
                float(item.asked),
            )
            for message in self._plan(day).messages
            for item in message.items
        }

    def test_levels_follow_the_calendar(self):
        move = self._create_invoice()
        self.assertEqual(self._planned(date(2026, 5, 11)), {})
        self.assertEqual(self._planned(COURTESY), {move: (0, 1200.0)})
        self._run(COURTESY)
        self.assertEqual(self._planned(date(2026, 5, 21)), {})
        self.assertEqual(self._planned(FIRST), {move: (1, 1200.0)})
        self._run(FIRST)
        self.assertEqual(self._planned(SECOND), {move: (2, 1200.0)})

    def test_old_invoice_starts_with_the_courteous_reminder(self):
        move = self._create_invoice()
        self.assertEqual(self._planned(date(2026, 9, 10)), {move: (1, 1200.0)})

    def test_plan_writes_nothing(self):
        self._create_invoice()
        self.env.flush_all()
        before = self.Action.search_count([])
        self._plan(FIRST)
        self.assertEqual(self.Action.search_count([]), before)

    def test_preview_equals_result(self):
        self._create_invoice()
        self._create_invoice(500)
        plan = self._plan(FIRST)
        shown = self.Action._prepare_day(self.company, FIRST)
        with freeze_time(FIRST):
            text = shown.preview_html
            subject = shown.preview_subject
        sent = self._run(FIRST)
        self.assertEqual(sent, shown)
        self.assertEqual(sent.body_sent, text)
        self.assertEqual(
            sent.line_ids._sorted_main_first().mapped("move_id").ids,
            [item.key for item in plan.messages[0].items],
        )
        self.assertEqual(
            self.emails[0]["msg_to"], f'"{self.client.name}" <{self.client.email}>'
        )
        self.assertIn(sent.subject, subject)

    def test_two_invoices_one_message(self):
        old = self._create_invoice()
        self._run(FIRST)
        young = self._create_invoice(
            500, invoice_date=date(2026, 4, 29), invoice_date_due=date(2026, 5, 29)
        )
        actions = self._run(SECOND)
        self.assertEqual(len(actions), 1)
        self.assertEqual(actions.level_id.sequence, 2)
        self.assertEqual(
            actions.line_ids.mapped(lambda line: (line.move_id, line.sequence)),
            [(old, 2), (young, 1)],
        )
        self.assertEqual(len(self.emails), 1)

    def test_disputed_in_full_asks_nothing(self):
        move = self._create_invoice()
        move.disputed_amount = 1200.0
        plan = self._plan(FIRST)
        self.assertEqual((plan.messages, plan.held), ([], {move.id: "disputed"}))
        self.assertFalse(self._run(FIRST))
        self.assertEqual(self.emails, [])

    def test_disputed_in_part_asks_the_rest(self):
        move = self._create_invoice()
        move.disputed_amount = 200.0
        self.assertEqual(self._planned(FIRST), {move: (1, 1000.0)})
        actions = self._run(FIRST)
        self.assertIn("1\u202f000,00", actions.body_sent.replace("\xa0", "\u202f"))

    def test_disputed_amount_must_lie_within_the_residual(self):
        move = self._create_invoice()
        for amount in (-1, 1200.01):
            with self.assertRaises(ValidationError) as caught:
                move.disputed_amount = amount
            self.assertIn(move.name, str(caught.exception))

    def test_excluded_invoice(self):
        move = self._create_invoice()
        move.no_followup = True
        self.assertEqual(self._plan(FIRST).held, {move.id: "excluded"})
        self.assertFalse(self._run(FIRST))

    def test_off_switches(self):
        move = self._create_invoice()
        for record, reason in (
            (self.matter, "matter_off"),
            (self.client, "client_off"),
        ):
            record.dunning_off = True
            self.assertEqual(self._plan(FIRST).held, {move.id: reason})
            record.dunning_off = False
        self.company.dunning_off = True
        self.assertEqual(self._plan(FIRST).messages, [])

    def test_paid_and_partly_paid(self):
        paid, partly = self._create_invoice(), self._create_invoice(500)
        self._pay(paid)
        self._pay(partly, 250.0)
        self.assertEqual(self._planned(FIRST), {partly: (1, 350.0)})

    def test_unmatched_payment_counts(self):
        self.company.legal_seals_entries = False
        move = self._create_invoice()
        payment = self._receive(self.client, 500.0)
        self.assertEqual(self._planned(FIRST), {move: (1, 700.0)})
        payment.action_draft()
        payment.action_cancel()
        self._receive(self.client, 1200.0)
        self.assertEqual(self._plan(FIRST).held, {move.id: "covered"})

    def test_unmatched_credit_note_counts(self):
        move = self._create_invoice()
        refund = move._reverse_moves([{"invoice_date": ISSUED}])
        refund.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ).price_unit = 100
        refund.action_post()
        (refund.line_ids + move.line_ids).remove_move_reconcile()
        self.assertEqual(self._planned(FIRST), {move: (1, 1080.0)})

    def test_instalments_are_asked_as_they_fall_due(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "two halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (30, 90)
                ],
            }
        )
        move = self._create_invoice(invoice_payment_term_id=term.id)
        self.assertEqual(self._planned(FIRST), {move: (1, 600.0)})
        self._run(FIRST)
        self.assertEqual(self._planned(date(2026, 7, 14)), {})
        late = date(2026, 7, 15)
        self.assertEqual(self._planned(late), {move: (2, 1200.0)})

    def test_draft_and_cancelled_invoices_are_left_alone(self):
        self.company.legal_seals_entries = False
        self._create_invoice(post=False)
        cancelled = self._create_invoice()
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertEqual(self._planned(FIRST), {})

    def test_reset_to_draft_after_planning(self):
        self.company.legal_seals_entries = False
        move = self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        move.button_draft()
        self.assertFalse(self._run(FIRST))
        self.assertEqual(action.state, "skipped")

    def test_policy_of_matter_then_client_then_kind(self):
        move = self._create_invoice()
        self.assertEqual(move._get_dunning_policies()[move], self.policy)
        own = self.policy.copy({"name": "client"})
        self.client.dunning_policy_id = own
        self.assertEqual(move._get_dunning_policies()[move], own)
        of_matter = self.policy.copy({"name": "matter"})
        self.matter.dunning_policy_id = of_matter
        move.invalidate_recordset()
        self.assertEqual(move.dunning_policy_id, of_matter)

    def test_kind_of_client_decides_within_the_firm(self):
        move = self._create_invoice(partner_id=self.consumer.id, matter=None)
        self.assertEqual(move._get_dunning_policies()[move], self.policy_consumer)
        move.legal_client_kind = "nonprofessional"
        self.assertEqual(move._get_dunning_policies()[move], self.policy_consumer)
        move.legal_client_kind = "public"
        self.assertEqual(move._get_dunning_policies()[move].client_kind, "public")

    def test_a_director_is_a_consumer_in_his_divorce(self):
        """Two kinds of one payer never share a message."""
        self._create_invoice()
        private = self._create_invoice(700, legal_client_kind="consumer")
        first = self._run(FIRST)
        self.assertEqual(len(first.line_ids), 1)
        second = self._run(date(2026, 5, 23))
        self.assertEqual(
            first.line_ids.move_id | second.line_ids.move_id,
            self.env["account.move"].search([("partner_id", "=", self.client.id)]),
        )
        kinds = {action.kind: action.line_ids.move_id for action in first | second}
        self.assertEqual(kinds["consumer"], private)

    def test_closed_day_sends_nothing_and_prepares_the_next(self):
        self._create_invoice(invoice_date_due=date(2026, 7, 7))
        for closed in (date(2026, 7, 14), date(2026, 7, 12)):
            actions = self._run(closed)
            self.assertEqual(self.emails, [])
            self.assertEqual(actions.filtered("sent_on"), self.Action)
        actions = self._run(date(2026, 7, 15))
        self.assertEqual(actions.sent_on, date(2026, 7, 15))

    def test_postponed_message_keeps_its_day(self):
        move = self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        with freeze_time("2026-05-21 08:00:00"):
            action._postpone(date(2026, 5, 31))  # a Sunday
        self.assertEqual(action.planned_on, date(2026, 6, 1))
        self.assertFalse(self._run(FIRST))
        self.assertEqual(
            self.Action._run(today=date(2026, 5, 30), companies=self.company),
            self.Action,
        )
        self.assertEqual(action.state, "planned")
        self.assertEqual(self._run(date(2026, 6, 1)), action)
        self.assertEqual(action.state, "sent")
        self.assertEqual(move.dunning_line_ids.action_id, action)

    def test_skipped_message_comes_back_at_the_next_level_date(self):
        move = self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        with freeze_time("2026-05-21 08:00:00"):
            action._skip("The client called")
        self.assertEqual(action.state, "skipped")
        self.assertEqual(self._planned(FIRST), {})
        self.assertEqual(self._planned(SECOND), {move: (1, 1200.0)})

    def test_next_reminder_is_explained_on_the_invoice(self):
        move = self._create_invoice()
        with freeze_time("2026-05-16 08:00:00"):
            self.assertIn(self.policy.name, move.dunning_next)
        move.disputed_amount = 1200
        move.invalidate_recordset(["dunning_next"])
        with freeze_time("2026-05-16 08:00:00"):
            self.assertEqual(move.dunning_next, self.Action._explain_hold("disputed"))

    def test_send_now_on_a_sunday_or_at_night_is_refused(self):
        self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        for moment in (
            "2026-05-24 08:00:00",
            "2026-05-25 08:00:00",
            "2026-05-22 20:00:00",
        ):
            with freeze_time(moment), self.assertRaises(UserError):
                action.action_send_now()
        self.assertEqual(action.state, "planned")

    def test_send_now_before_its_day(self):
        self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        with freeze_time("2026-05-21 08:00:00"), self.mock_smtplib_connection():
            action.action_send_now()
        self.assertEqual((action.state, action.sent_on), ("sent", date(2026, 5, 21)))
        self.assertFalse(self._run(FIRST))

    def test_one_message_a_day_even_by_hand(self):
        self._create_invoice()
        self._run(FIRST)
        self._create_invoice(500, invoice_date_due=date(2026, 5, 16))
        action = self.Action._prepare_day(self.company, date(2026, 5, 23))
        with freeze_time("2026-05-22 10:00:00"), self.assertRaises(UserError):
            action.action_send_now()

    def test_amounts_in_two_currencies_are_not_added(self):
        euro = self._create_invoice(matter=None)
        dollar = self.env.ref("base.USD")
        dollar.active = True
        other = self._create_invoice(500, matter=None, currency_id=dollar.id)
        self.assertEqual(self._planned(FIRST), {euro: (1, 1200.0), other: (1, 600.0)})
        actions = self._run(FIRST)
        self.assertEqual(actions.state, "sent")
        self.assertRegex(actions.body_sent, r"1.200,00.€ \+ 600,00.\$|1.200,00.€ \+ \$")

    def test_due_date_counts_not_the_invoice_date(self):
        self._create_invoice(invoice_date_due=date(2026, 8, 1))
        self.assertEqual(self._planned(FIRST), {})
        self.assertEqual(DUE.day, 15)
