from datetime import date

from odoo.tests import tagged

from .common import FIRST
from .test_collection_case import CollectionCommon

ANSWER = """Return-Path: <{sender}>
To: {to}
From: Comptabilité <{sender}>
Subject: Re: rappel
Message-Id: <answer-1@ateliers-vauban.example>
In-Reply-To: {ref}
References: {ref}
Date: Fri, 22 May 2026 12:00:00 +0200
Content-Type: text/plain; charset=utf-8

Nous attendons votre avoir.
"""
BOUNCE = """Return-Path: <MAILER-DAEMON@mx.example>
To: bounce@lanterne-avocats.example
From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-1@mx.example>
Date: Fri, 22 May 2026 12:00:00 +0200
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This address does not exist.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {email}
Action: failed
Status: 5.1.1

--B
Content-Type: message/rfc822

To: {email}
From: contact@lanterne-avocats.example
Message-Id: {ref}
Subject: rappel

Bonjour
--B--
"""


@tagged("post_install", "-at_install")
class TestCollectionMail(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create(
            {"name": "lanterne-avocats.example"}
        )
        cls.company.alias_domain_id = cls.alias_domain
        cls.move = cls._create_invoice()

    def setUp(self):
        super().setUp()
        self.action = self._run(FIRST)
        self.case = self._case()
        self.lead = self.lawyers["partner"].user_id

    def _process(self, text, **values):
        with self._at(FIRST):
            self.env["mail.thread"].message_process(
                "mail.thread",
                text.format(
                    ref=self.action.message_ref, email=self.client.email, **values
                ),
            )
        self.env.invalidate_all()

    def test_answers_are_asked_for_where_they_reach_the_case(self):
        self.assertEqual(self.action.state, "sent")
        self.assertIn("catchall@lanterne-avocats.example", self.action.reply_to)
        self.assertIn("Claire Aubry", self.action.reply_to)

    def test_an_answer_lands_on_the_case_and_pauses_what_is_next(self):
        self._process(ANSWER, sender=self.client.email, to=self.action.reply_to)
        event = self.case.event_ids
        self.assertEqual(
            (event.kind, event.action_id, event.user_id.id),
            ("answer", self.action, False),
        )
        self.assertIn("avoir", event.body)
        self.assertEqual(self.case.answer_until, date(2026, 5, 27))
        self.assertEqual(self.case.activity_ids.user_id, self.lead)
        self.assertIn(self.lead.partner_id, self.case.message_partner_ids)
        self.assertNotIn(self.client, self.case.message_partner_ids)
        held = self.Action._plan(date(2026, 5, 27), self.company).held
        self.assertEqual(held, {self.move.id: "answered"})
        with self._at(FIRST):
            self.case.action_answer_done()
        self.assertFalse(self.case.answer_until)

    def test_an_out_of_office_reply_is_kept_and_stops_nothing(self):
        self._process(
            "Auto-Submitted: auto-replied\n" + ANSWER,
            sender=self.client.email,
            to=self.action.reply_to,
        )
        self.assertEqual(self.case.event_ids.kind, "automatic")
        self.assertEqual(self.case.event_ids.action_id, self.action)
        self.assertFalse(self.case.answer_until)
        self.assertFalse(self.case.activity_ids)

    def test_an_answer_nobody_deals_with_does_not_stop_for_ever(self):
        self._process(ANSWER, sender=self.client.email, to=self.action.reply_to)
        self._sync(date(2026, 5, 28))
        self.assertFalse(self.case.answer_until)

    def test_our_own_mail_is_no_answer(self):
        self._process(ANSWER, sender=self.lead.email, to=self.action.reply_to)
        self.assertFalse(self.case.event_ids)
        self.assertFalse(self.case.answer_until)

    def test_a_refused_address_turns_the_next_step_to_a_letter(self):
        self._process(BOUNCE)
        self.assertEqual(self.case.event_ids.kind, "bounce")
        self.assertEqual(self.client.dunning_bounced_email, self.client.email)
        self.assertTrue(self.case.activity_ids)
        second = date(2026, 6, 5)
        action = self._run(second)
        self.assertEqual((action.channel, action.state), ("letter", "ready"))
        self.client.email = "nouveau@ateliers-vauban.example"
        other = self.Action.new(
            {"partner_id": self.client.id, "level_id": self.policy.level_ids[0].id}
        )
        other._compute_recipient()
        self.assertEqual(other.email_to, "nouveau@ateliers-vauban.example")
