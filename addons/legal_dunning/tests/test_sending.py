import smtplib
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import COURTESY, FIRST, SECOND, DunningCommon

LOGGERS = (
    "odoo.addons.mail.models.mail_mail",
    "odoo.addons.legal_dunning.models.legal_dunning_sending",
    "odoo.addons.base.models.ir_mail_server",
)


@tagged("post_install", "-at_install")
class TestSending(DunningCommon):
    def test_run_twice_sends_once(self):
        self._create_invoice()
        action = self._run(FIRST)
        self.assertEqual(len(self.emails), 1)
        self.assertEqual((action.state, action.sent_on), ("sent", FIRST))
        self.assertFalse(self._run(FIRST) - action)
        self.assertEqual(self.emails, [])
        self.assertEqual(self._run(date(2026, 5, 23)), self.Action)

    def test_message_as_it_left(self):
        move = self._create_invoice()
        action = self._run(FIRST)
        (email,) = self.emails
        message = email["message"]
        self.assertIn("claire.aubry@lanterne-avocats.example", message)
        self.assertEqual(email["msg_to"], f'"{self.client.name}" <{self.client.email}>')
        # The payer's page; its key is put in as the e-mail leaves, see legal_billing.
        page = f"/legal/client/sent/{self.company.id}/{self.client.id}?row=i{move.id}"
        self.assertIn(page, action.body_sent)
        self.assertNotIn("access_token", action.body_sent)
        link = self.env["legal.client.link"]._get_for(self.client, self.company)
        self.assertEqual(link.contact_id, self.client)
        self.assertNotIn("Litige", action.body_sent + action.subject)
        self.assertIn("Content-Type: text/plain", message)
        self.assertIn(move.name, action.subject)

    def test_logged_on_the_invoice_and_neutrally_on_the_client(self):
        move = self._create_invoice()
        self._run(FIRST)
        self.assertIn("200,00", move.message_ids[0].body)
        self.assertTrue(move.message_ids[0].is_internal)
        note = self.client.message_ids[0].body
        self.assertIn("Premier rappel", note)
        self.assertNotIn(move.name, note)

    def test_text_in_french_and_in_english(self):
        self._create_invoice()
        self.env["res.lang"]._activate_lang("en_US")
        english = self.client.copy(
            {
                "name": "Vauban Ltd",
                "lang": "en_US",
                "email": "ap@vauban.example",
                "vat": False,
            }
        )
        self._create_invoice(partner_id=english.id, matter=None)
        actions = self._run(FIRST)
        by_partner = {action.partner_id: action for action in actions}
        self.assertIn("Sauf erreur de notre part", by_partner[self.client].body_sent)
        self.assertIn("15 mai 2026", by_partner[self.client].body_sent)
        self.assertIn("Unless we are mistaken", by_partner[english].body_sent)
        self.assertIn("May 2026", by_partner[english].body_sent)
        self.assertIn("€", by_partner[english].body_sent)

    def test_paid_a_minute_before(self):
        move = self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        make = type(self.Action)._make

        def pay_then_make(actions, day):
            self._pay(move)
            return make(actions, day)

        with patch.object(type(self.Action), "_make", pay_then_make):
            self._run(FIRST)
        self.assertEqual(self.emails, [])
        self.assertEqual(action.state, "skipped")
        self.assertEqual(action.failure_reason, self.Action._explain_hold("paid"))

    def test_partly_paid_a_minute_before(self):
        move = self._create_invoice()
        self.Action._prepare_day(self.company, FIRST)
        self._pay(move, 200)
        action = self._run(FIRST)
        self.assertEqual(action.line_ids.amount_due, 1000.0)
        self.assertIn("1\xa0000,00", action.body_sent.replace("\u202f", "\xa0"))

    @mute_logger(*LOGGERS)
    def test_mail_server_outage_then_run_again(self):
        self._create_invoice()
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        letter_client = self.client.copy(
            {"name": "Sans courriel", "email": False, "vat": False}
        )
        self._create_invoice(partner_id=letter_client.id, matter=None)
        with freeze_time(f"{FIRST} 08:00:00"), self._mail_outage():
            actions = self.Action._run(today=FIRST, companies=self.company)
        self.assertEqual(len(actions), 3)
        failed = actions.filtered(lambda a: a.state == "failed")
        self.assertEqual(failed.partner_id, self.client | self.consumer)
        for action in failed:
            self.assertIn("Connection refused", action.failure_reason)
            self.assertIn(action.email_to, action.failure_reason)
            self.assertFalse(action.is_uncertain)
        self.assertEqual((actions - failed).state, "ready")
        self.assertFalse(
            self.env["mail.mail"].search(
                [
                    ("state", "=", "outgoing"),
                    ("subject", "in", failed.mapped("subject")),
                ]
            )
        )
        again = self._run(FIRST)
        self.assertEqual(again, failed)
        self.assertEqual(set(again.mapped("state")), {"sent"})
        self.assertEqual(len(self.emails), 2)
        self._run(FIRST)
        self.assertEqual(self.emails, [])

    @mute_logger(*LOGGERS)
    def test_outage_is_mended_the_next_day_at_the_same_level(self):
        move = self._create_invoice()
        with freeze_time(f"{FIRST} 08:00:00"), self._mail_outage():
            action = self.Action._run(today=FIRST, companies=self.company)
        self.assertEqual(self._run(date(2026, 5, 23)), action)
        self.assertEqual((action.state, action.sent_on), ("sent", date(2026, 5, 23)))
        self.assertEqual(move.dunning_line_ids.sequence, 1)

    @mute_logger(*LOGGERS)
    def test_connection_lost_in_the_middle(self):
        """What left is sent, what did not is failed, nothing goes twice."""
        self._create_invoice()
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        count = []

        def send(session, message, smtp_from, smtp_to_list):
            count.append(message["To"])
            if len(count) == 2:
                raise smtplib.SMTPServerDisconnected("gone")

        with freeze_time(f"{FIRST} 08:00:00"), self.mock_smtplib_connection():
            with patch.object(type(self.testing_smtp_session), "send_message", send):
                actions = self.Action._run(today=FIRST, companies=self.company)
        self.assertEqual(sorted(actions.mapped("state")), ["failed", "sent"])
        again = self._run(FIRST)
        self.assertEqual(len(self.emails), 1)
        self.assertEqual(again.state, "sent")

    def test_no_email_falls_to_a_letter(self):
        self.client.email = False
        self._create_invoice()
        action = self._run(FIRST)
        self.assertEqual((action.channel, action.state), ("letter", "ready"))
        self.assertEqual(self.emails, [])
        self.assertEqual(action._legal_documents()[0][1][:5], b"%PDF-")

    def test_invalid_email_falls_to_a_letter(self):
        self.client.email = "compta at vauban"
        self._create_invoice()
        self.assertEqual(self._run(FIRST).channel, "letter")

    def test_neither_email_nor_address_is_a_sentence(self):
        self._create_invoice()
        self.client.write({"email": False, "street": False, "city": False})
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        actions = self._run(FIRST)
        failed = actions.filtered(lambda a: a.state == "failed")
        self.assertEqual(failed.partner_id, self.client)
        self.assertIn(self.client.name, failed.failure_reason)
        self.assertEqual((actions - failed).state, "sent")

    def test_missing_value_of_the_text_is_a_sentence(self):
        move = self._create_invoice()
        move.partner_bank_id = False
        self.company.bank_ids.active = False
        action = self._run(FIRST)
        self.assertEqual(action.state, "failed")
        self.assertIn("{iban}", action.failure_reason)
        self.assertIn(move.name, action.failure_reason)

    def test_letter_to_post_holds_the_next_level(self):
        self.client.email = False
        move = self._create_invoice()
        letter = self._run(FIRST)
        self.client.email = "compta@ateliers-vauban.example"
        self.assertFalse(self._run(SECOND))
        with freeze_time("2026-06-08 08:00:00"):
            letter.action_mark_posted()
        self.assertEqual(letter.sent_on, date(2026, 6, 8))
        later = self._run(date(2026, 6, 18))
        self.assertEqual(later.level_id.sequence, 2)
        self.assertEqual(sorted(move.dunning_line_ids.mapped("sequence")), [1, 2])

    def test_penalties_of_a_professional(self):
        move = self._create_invoice(5150)  # 6 180,00 incl. VAT
        self._run(FIRST)
        action = self._run(SECOND)
        line = action.line_ids
        # 21 days, 16 May to 5 June, at 12,15 %
        self.assertEqual((line.amount_interest, line.amount_indemnity), (43.2, 40.0))
        self.assertEqual(line.amount_total, 6263.2)
        self.assertIn("21", line.interest_note)
        text = action.body_sent.replace("\u202f", "\xa0")
        for words in (
            "12,15\xa0%",
            "43,20\xa0€",
            "40,00\xa0€",
            "6\xa0263,20\xa0€",
            "22 mai 2026",
            "13 juin 2026",
        ):
            self.assertIn(words, text)
        self.assertEqual(move.amount_residual, 6180.0)

    def test_worked_example_of_penalties(self):
        move = self._create_invoice(5150)
        claims = move._get_dunning_claims(date(2026, 5, 15), 6180.0, date(2026, 9, 10))
        self.assertEqual(claims["interest"], 245.79)
        self._pay(move, 2000, date(2026, 7, 20))
        claims = move._get_dunning_claims(date(2026, 5, 15), 4180.0, date(2026, 9, 10))
        self.assertEqual(claims["interest"], 210.46)

    def test_penalties_bear_on_what_is_asked_only(self):
        move = self._create_invoice(5150)
        move.disputed_amount = 3090
        claims = move._get_dunning_claims(date(2026, 5, 15), 3090.0, date(2026, 6, 5))
        self.assertEqual(claims["interest"], 21.6)

    def test_missing_rate_waits_and_stops_nothing_else(self):
        december = {
            "invoice_date": date(2026, 12, 1),
            "invoice_date_due": date(2026, 12, 15),
        }
        move = self._create_invoice(**december)
        self._create_invoice(partner_id=self.consumer.id, matter=None, **december)
        self._run(date(2026, 12, 22))
        actions = self._run(date(2027, 1, 5))
        failed = actions.filtered(lambda a: a.state == "failed")
        self.assertEqual(failed.partner_id, self.client)
        self.assertIn(move.name, failed.failure_reason)
        self.assertEqual((actions - failed).state, "sent")
        self.env["legal.interest.rate"].create(
            {"rate_percent": 12.65, "date_from": "2027-01-01", "source": "test"}
        )
        self.assertEqual(self._run(date(2027, 1, 6)).state, "sent")

    def test_consumer_is_never_asked_for_more_than_the_balance(self):
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        for day in (COURTESY, FIRST, SECOND):
            action = self._run(day)
            self.assertEqual(action.state, "sent")
            self.assertFalse(
                action.line_ids.amount_interest + action.line_ids.amount_indemnity
            )
            for word in ("pénalité", "indemnité", "40,00", "441-10"):
                self.assertNotIn(word, action.body_sent)
        self.assertIn("Aucun frais ne vous est demandé", action.body_sent)

    def test_policy_for_professionals_on_a_consumer_is_stopped(self):
        self.consumer.dunning_policy_id = self.policy
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        self._run(FIRST)
        action = self._run(SECOND)
        self.assertEqual(action.state, "failed")
        self.assertIn("111-8", action.failure_reason)

    def test_sending_cut_short_is_never_repeated_without_a_word(self):
        self._create_invoice()
        with patch.object(type(self.Action), "_deliver", lambda actions, day: None):
            action = self._run(FIRST)
        self.assertTrue(action.is_uncertain)
        self._run(FIRST)
        self._run(SECOND)
        self.assertEqual(self.emails, [])
        with freeze_time(f"{SECOND} 08:00:00"):
            action.action_confirm_left()
        self.assertEqual((action.state, action.sent_on), ("sent", SECOND))

    def test_edited_text_leaves_as_edited(self):
        self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        action.action_edit_text()
        action.write({"subject": "Un mot", "body": "<p>Chère Madame, merci.</p>"})
        self._run(FIRST)
        self.assertEqual(action.state, "sent")
        self.assertIn("Chère Madame, merci.", action.body_sent)
        self.assertIn("Un mot", action.preview_subject)

    def test_edited_text_waits_when_the_amount_changed(self):
        move = self._create_invoice()
        action = self.Action._prepare_day(self.company, FIRST)
        action.action_edit_text()
        self._pay(move, 100)
        self._run(FIRST)
        self.assertEqual((action.state, self.emails), ("failed", []))
        self.assertIn(self.client.name, action.failure_reason)
        action.action_reset_text()
        self._run(FIRST)
        self.assertEqual(action.state, "sent")

    def test_edited_text_may_not_claim_costs_from_a_consumer(self):
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        action = self.Action._prepare_day(self.company, FIRST)
        with self.assertRaises(UserError):
            action.write({"body": "<p>Plus 40 € de frais.</p>"})

    def test_sent_message_cannot_be_changed(self):
        self._create_invoice()
        action = self._run(FIRST)
        with self.assertRaises(UserError):
            action.write({"body": "<p>autre</p>"})
        with self.assertRaises(UserError):
            action.write({"state": "planned"})
        with self.assertRaises(UserError):
            action.sudo().unlink()

    def test_billing_contact_is_the_only_one_written_to(self):
        self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": self.client.id,
                "email": "factures@ateliers-vauban.example",
            }
        )
        self._create_invoice()
        action = self._run(FIRST)
        self.assertEqual(action.email_to, "factures@ateliers-vauban.example")
        self.assertEqual(len(self.emails[0]["smtp_to_list"]), 1)

    def test_one_bad_message_does_not_stop_the_others(self):
        self._create_invoice()
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        check = type(self.Action)._check_edited

        def explode(action):
            if action.partner_id == self.client:
                raise ZeroDivisionError("boom")
            return check(action)

        with (
            patch.object(type(self.Action), "_check_edited", explode),
            mute_logger(*LOGGERS),
        ):
            actions = self._run(FIRST)
        self.assertEqual(sorted(actions.mapped("state")), ["failed", "sent"])
        self.assertIn(
            "boom", actions.filtered(lambda a: a.state == "failed").failure_reason
        )

    def test_cron_sleeps_at_night_and_on_sundays(self):
        self._create_invoice()
        others = self.env["res.company"].search([]) - self.company
        others.dunning_off = True
        for moment in (
            "2026-05-22 05:30:00",
            "2026-05-22 17:30:00",
            "2026-05-24 10:00:00",
        ):
            with freeze_time(moment), self.mock_smtplib_connection():
                self.Action._cron_run()
            self.assertEqual(self.emails, [])
        with freeze_time("2026-05-22 07:05:00"), self.mock_smtplib_connection():
            self.Action._cron_run()
        self.assertEqual(len(self.emails), 1)

    def test_statements_of_a_morning(self):
        """The plan costs the same however long; a further message, few statements."""

        def count(number):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"P{n}", "is_company": True, "email": f"p{n}@x.example"}
                    for n in range(number)
                ]
            )
            for partner in partners:
                self._create_invoice(partner_id=partner.id, matter=None)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            plan = self.Action._plan(FIRST, self.company)
            planned = self.cr.sql_log_count
            with freeze_time(f"{FIRST} 08:00:00"), self.mock_smtplib_connection():
                actions = self.Action.sudo()._materialise(plan)
                actions._send(FIRST)
            self.assertEqual(actions.mapped("state"), ["sent"] * number)
            self.assertEqual(len(self.emails), number)
            return planned - before, self.cr.sql_log_count - planned

        (plan, few), (longer, many) = count(3), count(12)
        self.assertLessEqual(longer, plan + 3)
        self.assertLess((many - few) / 9, 5, (few, many))

    def test_words_written_once_stand_in_the_log_of_each_invoice(self):
        moves = [self._create_invoice(), self._create_invoice()]
        action = self._run(FIRST)
        self.assertEqual(action.line_ids.move_id, moves[0] | moves[1])
        first, second = (move.message_ids[0] for move in moves)
        self.assertNotEqual(first, second)
        self.assertEqual(first.res_id + second.res_id, moves[0].id + moves[1].id)
        for name in ("body", "author_id", "subtype_id", "is_internal", "model", "date"):
            self.assertEqual(first[name], second[name], name)
        self.assertIn("Premier rappel", second.body)
