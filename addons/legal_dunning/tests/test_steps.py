import base64
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import FIRST, SECOND, DunningCommon

NOTICE = date(2026, 6, 19)


@tagged("post_install", "-at_install")
class TestSteps(DunningCommon):
    """What a person does: call, post, decide; and the formal notice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.matter.responsible_id
        cls.collector = new_test_user(
            cls.env,
            "steps.collector",
            groups="legal_dunning.group_legal_collector",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.company.dunning_collector_id = cls.collector

    def _to_notice(self, **kw):
        """Return (invoice, formal notice to post on 19 June 2026)."""
        move = self._create_invoice(**kw)
        self._run(FIRST)
        self._run(SECOND)
        return move, self._run(NOTICE)

    def _post(self, action, day="2026-06-19", tracking="1A 234 567 8901 2"):
        with freeze_time(f"{day} 14:00:00"):
            self.env["legal.dunning.posting"].create(
                {
                    "action_id": action.id,
                    "step": "posted",
                    "posted_on": day,
                    "tracking_number": tracking,
                    "proof": base64.b64encode(b"depot"),
                    "proof_name": "depot.pdf",
                }
            ).action_apply()

    def _notify(self, action, day="2026-06-23", **kw):
        with freeze_time("2026-06-30 10:00:00"):
            self.env["legal.dunning.posting"].create(
                {
                    "action_id": action.id,
                    "step": "received",
                    "received_on": day,
                    "proof": base64.b64encode(b"avis"),
                    "proof_name": "avis.pdf",
                    **kw,
                }
            ).action_apply()

    # Formal notice ------------------------------------------------------------

    def test_formal_notice_from_the_letter_to_its_receipt(self):
        move, notice = self._to_notice()
        self.assertEqual(notice.level_id.sequence, 3)
        self.assertEqual((notice.channel, notice.state), ("registered", "ready"))
        text = notice.body_sent.replace("\u202f", "\xa0")
        # 35 days, 16 May to 19 June, at 12,15 % of 1 200: 13,98
        for words in ("1\xa0200,00", "12,15", "13,98", "40,00", "1\xa0253,98"):
            self.assertIn(words, text)
        self.assertNotIn("[[", text)
        self.assertEqual(notice.attachment_id.raw[:5], b"%PDF-")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertEqual(notice.enclosure_ids, move.invoice_pdf_report_id)
        self.assertEqual(
            notice.with_user(self.collector).enclosure_ids.mapped("mimetype"),
            ["application/pdf"],
        )
        with self.assertRaises(UserError), freeze_time("2026-06-19 14:00:00"):
            notice._mark_posted_registered(NOTICE, "")
        self._post(notice)
        self.assertEqual((notice.state, notice.sent_on), ("sent", NOTICE))
        self.assertEqual(notice.tracking_number, "1A23456789012")
        self.assertFalse(move.formal_notice_on)
        self._notify(notice)
        self.assertEqual(notice.answer_until, date(2026, 7, 8))
        move.invalidate_recordset()
        self.assertEqual(move.formal_notice_on, date(2026, 6, 23))
        self.assertEqual(move.formal_notice_id, notice)
        self.assertEqual(notice._get_evidence().mapped("raw")[-2:], [b"depot", b"avis"])
        self.assertEqual(
            [file.res_model for file in notice.posting_proof_id + notice.receipt_id],
            ["legal.dunning.action"] * 2,
        )

    def test_days_after_a_notice_count_from_its_receipt(self):
        move, notice = self._to_notice()
        self._post(notice)
        with freeze_time("2026-06-30 08:00:00"):
            before = move._explain_dunning_next()
        self.assertIn("15/07/2026", before)  # 60 days: 14 July, a holiday
        self._notify(notice, "2026-06-30")
        with freeze_time("2026-06-30 08:00:00"):
            self.assertIn("16/07/2026", move._explain_dunning_next())

    def test_receipt_must_follow_the_posting(self):
        _move, notice = self._to_notice()
        self._post(notice)
        with self.assertRaises(ValidationError):
            self._notify(notice, "2026-06-18")
        with self.assertRaises(ValidationError):
            self._notify(notice, "2026-06-23", return_reason="refused")
        self._notify(
            notice, False, presented_on="2026-06-22", return_reason="unclaimed"
        )
        self.assertEqual(notice.notice_on, date(2026, 6, 22))

    def test_letter_is_not_posted_once_paid(self):
        move, notice = self._to_notice()
        self._pay(move, on=NOTICE)
        with self.assertRaises(UserError) as caught:
            self._post(notice)
        self.assertIn(move.name, str(caught.exception))
        self._run(date(2026, 6, 20))
        self.assertEqual(notice.state, "skipped")
        self.assertEqual(notice.failure_reason, self.Action._explain_hold("paid"))

    def test_notice_to_a_consumer_asks_for_nothing_else(self):
        _move, notice = self._to_notice(partner_id=self.consumer.id, matter=None)
        text = notice.body_sent
        for word in ("pénalité", "indemnité", "40,00", "441-10", "injonction"):
            self.assertNotIn(word, text)
        self.assertIn("1344-1", text)

    def test_agreement_is_announced_only_when_enclosed(self):
        move, notice = self._to_notice()
        self.assertNotIn("agreement", notice.body_sent)
        level = notice.level_id
        with patch.object(
            type(move),
            "_get_dunning_agreement_files",
            lambda moves: moves.invoice_pdf_report_id,
        ):
            _subject, text = level._preview_on(move, NOTICE)
        lang = move._get_dunning_partner()._get_dunning_lang(move.company_id)
        words = level._get_enclosure_words(self.env(context={"lang": lang}), move)
        self.assertIn(words, text)

    def test_electronic_letter_needs_consent_of_a_private_person(self):
        name = "legal.registered.provider"
        Provider = type(self.env[name])
        submitted = []

        def submit(provider, action, files):
            submitted.append([file for file, _content in files])
            return {"reference": "LRE-1", "proof": ("preuve.pdf", b"preuve")}

        with (
            patch.object(Provider, "_for", lambda self, company: self.env[name]),
            patch.object(Provider, "_submit", submit),
        ):
            _move, paper = self._to_notice(partner_id=self.consumer.id, matter=None)
            self.assertEqual((paper.state, submitted), ("ready", []))
            self.assertIn("L. 100", self.consumer.message_ids[0].body)
            self._create_invoice(invoice_date_due=date(2026, 5, 16))
            for day in (23, 6 + 30, 20 + 30):
                month, day = (5, day) if day <= 31 else (6, day - 30)
                sent = self._run(date(2026, month, day))
        self.assertEqual((sent.state, sent.tracking_number), ("sent", "LRE-1"))
        self.assertEqual(sent.posting_proof_id.raw, b"preuve")
        self.assertEqual(len(submitted), 1)

    @mute_logger("odoo.addons.legal_dunning.models.legal_dunning_registered")
    def test_electronic_letters_from_their_deposit_to_their_proof(self):
        """What goes wrong at the service concerns the one letter alone."""
        Provider = type(self.env["legal.registered.provider"])
        lost, refused = (
            self.client.copy({"name": name, "vat": False, "email": f"{name}@x.example"})
            for name in ("perdu", "refus")
        )
        for partner in (lost, self.client, refused):
            self._create_invoice(partner_id=partner.id, matter=None)

        def submit(_provider, action, files):
            self.assertEqual(files[0][1][:5], b"%PDF-")
            if action.partner_id == lost:
                raise OSError("no answer")
            return {"reference": f"LRE-{action.id}", "proof": ("depot.pdf", b"depot")}

        with (
            patch.object(Provider, "_for", lambda provider, company: provider),
            patch.object(Provider, "_submit", submit),
        ):
            for day in (FIRST, SECOND, NOTICE):
                letters = {a.partner_id: a for a in self._run(day)}
        lost, good, back = letters[lost], letters[self.client], letters[refused]
        self.assertEqual((lost.state, lost.is_uncertain), ("failed", True))
        self.assertIn("no answer", lost.failure_reason)
        self.assertEqual((good.state, back.state), ("sent", "sent"))
        self.assertEqual(good.posting_proof_id.raw, b"depot")
        self.assertFalse(good.notice_on)

        def poll(answer):
            side_effect = answer if isinstance(answer, Exception) else [answer]
            with (
                freeze_time("2026-06-30 10:00:00"),
                patch.object(Provider, "_poll", side_effect=side_effect) as asked,
            ):
                self.Action._poll_registered(self.company)
            return asked.call_args[0][0]

        self.assertEqual(poll(OSError("down")), good | back)
        receipt = ("refus.pdf", b"refus")
        poll(
            {
                good: {"received_on": date(2026, 6, 1)},  # before it was posted
                back: {
                    "presented_on": date(2026, 6, 23),
                    "return_reason": "refused",
                    "receipt": receipt,
                },
            }
        )
        self.assertFalse(good.notice_on)
        self.assertIn(good.tracking_number, self.client.message_ids[0].body)
        self.assertEqual(back.notice_on, date(2026, 6, 23))
        self.assertEqual((back.receipt_id.name, back.receipt_id.raw), receipt)
        news = {"received_on": date(2026, 6, 24), "receipt": ("ar.pdf", b"avis")}
        self.assertEqual(poll({good: news}), good)
        self.assertEqual(good.receipt_id.raw, b"avis")
        self.assertEqual(good.notice_on, date(2026, 6, 24))
        self.assertEqual(good.line_ids.move_id.formal_notice_on, date(2026, 6, 24))
        self.assertFalse(self.Action._poll_registered(self.company))

    # Decision -----------------------------------------------------------------

    def _to_decision(self):
        move, notice = self._to_notice()
        self._post(notice)
        self._notify(notice)
        return move, self._run(date(2026, 7, 15))

    def test_partner_decides_to_go_on(self):
        move, decision = self._to_decision()
        self.assertEqual((decision.channel, decision.state), ("manual", "ready"))
        self.assertEqual(self.emails, [])
        activity = decision.activity_id
        self.assertEqual(
            (activity.user_id, activity.res_id), (self.lead, self.client.id)
        )
        self.assertNotIn(move.name, f"{activity.summary} {activity.note}")
        with self.assertRaises(AccessError):
            decision.with_user(self.collector).action_decide_on()
        with freeze_time("2026-07-15 12:00:00"):
            decision.with_user(self.lead).action_decide_on()
        self.assertEqual(decision.planned_on, date(2026, 7, 16))
        letter = self._run(date(2026, 7, 16))
        self.assertEqual(letter, decision)
        self.assertEqual((letter.channel, letter.state), ("letter", "ready"))
        self.assertIn("19 juin 2026", letter.body_sent)
        self.assertEqual(letter.decided_by_id, self.lead)

    def test_partner_decides_to_stop(self):
        move, decision = self._to_decision()
        with freeze_time("2026-07-15 12:00:00"):
            decision.with_user(self.lead).action_decide_stop("Friend of the firm")
        self.assertEqual(decision.state, "skipped")
        plan = self.Action._plan(date(2026, 9, 1), self.company)
        self.assertEqual((plan.messages, plan.held), ([], {move.id: "stopped"}))
        with self.assertRaises(AccessError):
            move.with_user(self.collector).action_dunning_resume()
        self.matter.with_user(self.lead).action_dunning_resume()
        self.assertFalse(move.dunning_stop_reason)

    def test_decision_holds_back_no_other_message(self):
        _move, decision = self._to_decision()
        self.assertEqual(decision.state, "ready")
        other = self._create_invoice(300, invoice_date_due=date(2026, 7, 8))
        sent = self._run(date(2026, 7, 15))
        self.assertEqual(sent.line_ids.move_id, other)
        self.assertEqual(sent.state, "sent")

    # Call ---------------------------------------------------------------------

    def test_call_is_an_activity_and_done_is_sent(self):
        level = self.policy.level_ids[1]
        level.write({"channel": "call", "call_script": "Bonjour, {num}, {solde}."})
        move = self._create_invoice()
        call = self._run(FIRST)
        self.assertEqual((call.channel, call.state), ("call", "ready"))
        self.assertIn(move.name, call.body_sent)
        activity = call.activity_id
        self.assertEqual(activity.user_id, self.collector)
        self.assertNotIn(move.name, f"{activity.summary} {activity.note}")
        self.assertFalse(self._run(SECOND))
        with freeze_time("2026-06-08 08:00:00"):
            activity.with_user(self.collector).action_feedback("Paie vendredi")
        self.assertEqual((call.state, call.sent_on), ("sent", date(2026, 6, 8)))
        self.assertEqual(call.call_outcome, "Paie vendredi")
        self.assertEqual(self._run(date(2026, 6, 18)).level_id.sequence, 2)

    def test_call_recorded_on_the_message_closes_the_activity(self):
        self.policy.level_ids[1].channel = "call"
        self._create_invoice()
        call = self._run(FIRST)
        activity = call.activity_id
        with freeze_time("2026-05-22 12:00:00"):
            self.env["legal.dunning.posting"].create(
                {"action_id": call.id, "step": "called", "outcome": "Messagerie"}
            ).action_apply()
        self.assertEqual(call.state, "sent")
        self.assertFalse(activity.exists().active)

    # Words, copies ------------------------------------------------------------

    def test_offset_from_the_message_before(self):
        second = self.policy.level_ids[2]
        second.write({"offset_from": "previous", "offset_days": 12, "grace_days": 0})
        self.assertIn("+12", self.policy.level_summary)
        with self.assertRaises(ValidationError):
            second.offset_days = 0
        self._create_invoice()
        self._run(date(2026, 5, 26))
        self.assertFalse(self._run(date(2026, 6, 6)))
        self.assertEqual(self._run(date(2026, 6, 8)).level_id, second)

    def test_words_of_a_client(self):
        level = self.policy.level_ids[1]
        wording = self.env["legal.dunning.wording"].create(
            {
                "partner_id": self.client.id,
                "level_id": level.id,
                "body_html": "<p>Cher confrère, {num}.</p>",
            }
        )
        with self.assertRaises(ValidationError):
            wording.body_html = "<p>{nun}</p>"
        with self.assertRaises(UserError):
            self.env["legal.dunning.wording"].create(
                {
                    "partner_id": self.consumer.id,
                    "level_id": self.policy_consumer.level_ids[1].id,
                    "body_html": "<p>{num} et 40 €</p>",
                }
            )
        self._create_invoice()
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        bodies = {a.partner_id: a.body_sent for a in self._run(FIRST)}
        self.assertIn("Cher confrère", bodies[self.client])
        self.assertNotIn("Cher confrère", bodies[self.consumer])

    def test_copies_by_role(self):
        Partner = self.env["res.partner"]
        for name, role in (("Compta", "accountant"), ("Dirigeant", "director")):
            Partner.create(
                {
                    "name": name,
                    "email": f"{name.lower()}@vauban.example",
                    "parent_id": self.client.id,
                    "dunning_role": role,
                }
            )
        level = self.policy.level_ids[1]
        level.write({"copy_accountant": True, "copy_lead": True})
        self._create_invoice()
        action = self._run(FIRST)
        self.assertIn("compta@vauban.example", action.email_cc)
        self.assertIn(self.lead.email, action.email_cc)
        self.assertNotIn("dirigeant", action.email_cc)

    def test_new_levels_reach_a_database_and_leave_edited_texts_alone(self):
        levels = self.policy.level_ids
        first = levels[1]
        first.sms_text = "A nous : {num}"
        levels.filtered(lambda level: level.sequence > 2).unlink()
        self.policy.offered_rank = 2
        self.env["res.company"]._legal_update_dunning_policies()
        self.assertEqual(self.policy.level_ids.mapped("sequence"), [0, 1, 2, 3, 4])
        self.assertEqual(first.sms_text, "A nous : {num}")
        notice = self.policy.level_ids[3]
        self.assertTrue(notice.is_formal_notice)
        notice.with_context(lang="en_US").unlink()
        self.env["res.company"]._legal_update_dunning_policies()
        self.assertEqual(self.policy.level_ids.mapped("sequence"), [0, 1, 2, 4])

    def test_optional_passage_must_be_closed(self):
        with self.assertRaises(ValidationError):
            self.policy.level_ids[1].body_html = "<p>{num} [[ {total}</p>"

    def test_level_in_use_stays(self):
        """A level is kept as long as a message speaks of it, planned or sent."""
        self._create_invoice()
        self.Action._prepare_day(self.company, FIRST)
        with self.assertRaises(UserError):
            self.policy.level_ids[1].unlink()
        self.policy.active = False
        self.assertEqual(self._run(FIRST).state, "sent")

    def test_payment_cancelled_after_a_reminder(self):
        """What is owed again goes on where it stood."""
        self.company.legal_seals_entries = False
        move = self._create_invoice()
        self._run(FIRST)
        payment = self._pay(move, on=date(2026, 5, 27))
        self.assertFalse(self._run(SECOND))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self._run(date(2026, 6, 9)).level_id.sequence, 2)

    def test_credit_note_in_between(self):
        move = self._create_invoice()
        self._run(FIRST)
        action = self.Action._prepare_day(self.company, SECOND)
        refund = move._reverse_moves([{"invoice_date": FIRST}], cancel=True)
        self.assertEqual(refund.state, "posted")
        self.assertFalse(self._run(SECOND))
        self.assertEqual(action.state, "skipped")
