from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DUE, FIRST, DunningCommon


@tagged("post_install", "-at_install")
class TestWatch(DunningCommon):
    """Who is told, who takes over, who is left alone, and which profile decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.matter.responsible_id
        cls.collector = new_test_user(
            cls.env,
            "watch.collector",
            email="sophie@lanterne-avocats.example",
            groups="legal_dunning.group_legal_collector",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.company.dunning_collector_id = cls.collector

    def _digests(self):
        return self.env["mail.mail"].search([])

    def _morning(self, moment):
        before = self._digests()
        with freeze_time(moment), self.mock_smtplib_connection():
            self.Action._send_digests(self.company)
        return self._digests() - before

    def test_responsible_is_told_before_the_client(self):
        move = self._create_invoice()
        self._run(DUE)
        self.assertFalse(self.matter.activity_ids)
        self._run(date(2026, 5, 16))
        activity = self.matter.activity_ids
        self.assertEqual(activity.user_id, self.lead)
        self.assertIn(move.name, activity.note)
        sent = self.Action.search([("state", "=", "sent")])
        self.assertEqual(sent.level_id.sequence, 0)
        self._run(date(2026, 5, 18))
        self.assertEqual(self.matter.activity_ids, activity)

    def test_responsible_takes_it_in_hand(self):
        move = self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        with freeze_time("2026-05-21 10:00:00"):
            with self.assertRaises(AccessError):
                self.matter.with_user(self.collector).action_dunning_take_over()
            with self.assertRaises(AccessError):
                action.with_user(self.collector).action_take_over()
            action.with_user(self.lead).action_take_over()
        self.assertEqual(move.dunning_taken_until, date(2026, 5, 31))
        self.assertFalse(self._run(FIRST))
        self.assertEqual(
            self.Action._plan(FIRST, self.company).held, {move.id: "taken"}
        )
        self.assertEqual(self._run(date(2026, 6, 1)).state, "sent")

    def test_payer_is_held(self):
        self._create_invoice()
        self._create_invoice(500)
        action = self.Action._prepare_day(self.company, FIRST)
        with freeze_time("2026-05-21 10:00:00"):
            self.env["legal.dunning.hold"].create(
                {
                    "action_ids": [Command.set(action.ids)],
                    "mode": "payer",
                    "until": "2026-06-10",
                    "reason": "In talks",
                }
            ).action_apply()
        self.assertEqual(action.state, "skipped")
        self.assertFalse(self._run(FIRST))
        held = self.Action._plan(FIRST, self.company).held
        self.assertEqual(set(held.values()), {"case_held"})
        case = self.client.collection_case_ids
        self.assertEqual((case.state, case.hold_reason), ("held", "In talks"))
        self.assertEqual(len(self._run(date(2026, 6, 10)).line_ids), 2)

    def test_morning_email_once_and_each_reads_his_own(self):
        other = self._create_matter(responsible_id=self.lawyers["senior"].user_id.id)
        self._create_invoice()
        self._create_invoice(
            partner_id=self.consumer.id, matter=other, invoice_date_due=DUE
        )
        mails = self._morning("2026-05-22 05:00:00")  # seven in Paris
        by_address = {mail.email_to: mail for mail in mails}
        mine = next(m for to, m in by_address.items() if self.lead.email in to)
        every = next(m for to, m in by_address.items() if "sophie@" in to)
        self.assertIn(self.client.name, mine.body_html)
        self.assertNotIn(self.consumer.name, mine.body_html)
        self.assertIn(self.consumer.name, every.body_html)
        self.assertNotIn("Litige", every.body_html)
        self.assertFalse(self._morning("2026-05-22 06:00:00"))
        self.assertFalse(self._morning("2026-05-24 06:00:00"))  # a Sunday

    def test_profile_chooses_the_policy_and_says_why(self):
        Profile = self.env["legal.payer.profile"]
        Profile.search([("company_id", "=", self.company.id)]).active = False
        moves = [self._create_invoice(100 * n) for n in (1, 2, 3)]
        self._pay(moves[0], on=date(2026, 5, 10))
        soft = self.policy.copy({"name": "Soft"})
        habitual = Profile.create(
            {
                "name": "Habitual",
                "company_id": self.company.id,
                "late_min": 2,
                "late_percent_min": 60,
                "policy_id": soft.id,
            }
        )
        with freeze_time("2026-05-15 10:00:00"):
            self.assertEqual(moves[1]._get_dunning_policies()[moves[1]], self.policy)
        with freeze_time("2026-05-16 10:00:00"):
            self.assertEqual(moves[1]._get_dunning_policies()[moves[1]], soft)
            reason = moves[1]._explain_dunning_policy()
            self.assertIn("Habitual", reason)
            self.assertRegex(reason, r"2 \w+ 3")
            self.assertIn("Habitual", self.client.payer_profile)
        self.client.dunning_policy_id = self.policy
        with freeze_time("2026-05-16 10:00:00"):
            self.assertEqual(moves[1]._get_dunning_policies()[moves[1]], self.policy)
        self.client.dunning_policy_id = False
        habitual.write({"policy_id": False, "dunning_off": True})
        held = self.Action._plan(FIRST, self.company).held
        self.assertEqual(set(held.values()), {"profile_off"})

    def test_profiles_of_many_payers_in_a_few_queries(self):
        Profile = self.env["legal.payer.profile"]
        self.assertEqual(
            Profile.search_count([("company_id", "=", self.company.id)]), 6
        )
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "is_company": True} for n in range(40)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(14):
            Profile._find_profiles(self.company, partners, FIRST)

    def test_a_holiday_where_the_payer_is(self):
        self._create_invoice(
            partner_id=self.consumer.id, matter=None, invoice_date_due=date(2026, 7, 14)
        )
        self.consumer.country_id = self.env.ref("base.be")
        self.assertFalse(self._run(date(2026, 7, 21)))  # Belgian national day
        self.assertEqual(self._run(date(2026, 7, 22)).state, "sent")

    def test_hours_on_the_nights_the_clock_changes(self):
        for moment, is_open, day in (
            ("2026-03-29 00:30:00", False, date(2026, 3, 29)),  # 1:30
            ("2026-03-29 01:30:00", False, date(2026, 3, 29)),  # 3:30, none at 2:30
            ("2026-03-30 07:00:00", True, date(2026, 3, 30)),  # 9:00, summer
            ("2026-03-30 06:59:00", False, date(2026, 3, 30)),
            ("2026-10-25 00:30:00", False, date(2026, 10, 25)),  # 2:30, first time
            ("2026-10-25 01:30:00", False, date(2026, 10, 25)),  # 2:30, again
            ("2026-10-26 07:30:00", False, date(2026, 10, 26)),  # 8:30, winter
            ("2026-10-26 08:00:00", True, date(2026, 10, 26)),
            ("2026-10-25 22:30:00", False, date(2026, 10, 25)),
            ("2026-10-25 23:30:00", False, date(2026, 10, 26)),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.assertEqual(self.company._is_dunning_open_now(), is_open)
                self.assertEqual(self.company._get_dunning_today(), day)

    def test_address_that_bounces_gets_the_same_level_by_letter(self):
        move = self._create_invoice()
        action = self._run(FIRST)
        bounce = {
            "bounced_email": action.email_to,
            "bounced_partner": self.client,
            "bounced_msg_ids": [action.message_ref],
            "bounced_message": self.env["mail.message"],
            "body": "550 no such user",
            "email_from": "mailer-daemon@mail.example",
            "to": "bounce@lanterne-avocats.example",
            "message_id": "<1@mail.example>",
        }
        self.env["mail.thread"]._routing_handle_bounce(None, bounce)
        self.assertEqual(action.state, "failed")
        self.assertIn("550", action.failure_reason)
        self.assertIn("550", move.message_ids[0].body)
        again = self._run(date(2026, 5, 23))
        self.assertEqual((again, again.channel), (action, "letter"))
        self.assertEqual(again.level_id.sequence, 1)
        self.client.email = "neuf@ateliers-vauban.example"
        self._create_invoice(partner_id=self.client.id, invoice_date_due=FIRST)
        self.assertEqual(self._run(date(2026, 5, 29)).channel, "email")
