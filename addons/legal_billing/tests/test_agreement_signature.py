import hashlib
import subprocess
import tempfile
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .signature_common import PROOF, SENTENCE, LegalSignatureCommon, drawing

CLIENT = "odoo.addons.legal_billing.models.legal_fee_agreement_client"


def read_pdf(raw):
    """Return the words of a PDF, on one line."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(raw)
        file.flush()
        done = subprocess.run(
            ["pdftotext", "-layout", file.name, "-"], capture_output=True, check=True
        )
    return " ".join(done.stdout.decode().split())


@tagged("post_install", "-at_install")
class TestAgreementSending(LegalSignatureCommon):
    """What leaves is shown first, then frozen; the client's link can be closed."""

    def test_sending_freezes_the_document_and_its_hash(self):
        agreement = self._send()
        self.assertEqual(agreement.state, "sent")
        raw = agreement.sent_attachment_id.raw
        self.assertEqual(agreement.sent_digest, hashlib.sha256(raw).hexdigest())
        self.assertTrue(raw.startswith(b"%PDF-"))
        text = read_pdf(raw)
        for words in ("Ateliers Vauban", "Paul Vauban", "Bellerive", SENTENCE):
            self.assertIn(words, text)
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        printed, _kind = report._render_qweb_pdf(
            "legal_billing.action_report_fee_agreement", agreement.ids
        )
        self.assertEqual(printed, raw, "printed again, it is the same file")

    def test_the_mail_is_neutral_and_holds_the_only_key(self):
        agreement = self._send(word="Comme convenu hier.")
        mail = self._mails(agreement)
        self.assertEqual(len(mail), 1)
        self.assertTrue(mail.subject.startswith("Lanterne Avocats"))
        self.assertNotIn("Bellerive", mail.subject + mail.body_html)
        self.assertIn("Comme convenu hier.", mail.body_html)
        token = agreement.sudo().client_token
        self.assertIn(token, mail.body_html)
        self.assertEqual(mail.body_html.count("<a "), 1)
        self.assertIn("claire@lanterne-avocats.example", mail.reply_to)
        logs = "".join(agreement.message_ids.mapped("body"))
        self.assertNotIn(token, logs)
        self.assertIn("Comme convenu hier.", logs, "what left can be read again")
        self.assertIn(
            agreement.sent_attachment_id, agreement.message_ids.attachment_ids
        )

    def test_nobody_of_the_firm_reads_the_key(self):
        agreement = self._send()
        with self.assertRaises(AccessError):
            agreement.with_user(self.env.user).read(["client_token"])
        with self.assertRaisesRegex(UserError, "not written by hand"):
            agreement.write({"client_token": "x"})
        with self.assertRaisesRegex(UserError, "not written by hand"):
            agreement.write({"sent_digest": "x"})

    def test_the_wizard_shows_whom_what_and_sends_it(self):
        agreement = self._create_draft()
        action = agreement.action_send_for_signature()
        wizard = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"partner_id": self.signatory.id, "word": "À vous de jouer."})
        )
        self.assertEqual(wizard.email, "paul@ateliers-vauban.example")
        self.assertIn("Paul Vauban", wizard.preview)
        self.assertIn("À vous de jouer.", wizard.preview)
        self.assertNotIn("access_token", wizard.preview)
        self.assertEqual(
            wizard.action_read_document()["report_name"],
            "legal_billing.report_fee_agreement",
        )
        self.assertEqual(agreement.state, "draft", "looking sends nothing")
        wizard.subject = "Lanterne Avocats : à signer"
        wizard.action_send()
        self.assertEqual(agreement.state, "sent")
        self.assertEqual(self._mails(agreement).subject, "Lanterne Avocats : à signer")

    def test_only_the_client_s_side_with_an_address_is_written_to(self):
        agreement = self._create_draft()
        with self.assertRaisesRegex(UserError, "not of the client's side"):
            agreement._send_to_client(self.consumer)
        self.signatory.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            agreement._send_to_client(self.signatory)
        self.assertEqual(agreement.state, "draft")
        self.assertFalse(agreement.sent_attachment_id)

    def test_an_agreement_without_a_term_is_not_sent(self):
        agreement = self._create_draft()
        agreement.term_ids.unlink()
        with self.assertRaisesRegex(UserError, "no term"):
            agreement.action_send_for_signature()

    def test_what_is_before_the_client_is_not_changed(self):
        agreement = self._create_draft(
            [
                {
                    "kind": "fixed",
                    "amount": 100,
                    "instalment_ids": [
                        Command.create(
                            {"name": "Tout", "amount": 100, "trigger": "signature"}
                        )
                    ],
                }
            ]
        )
        self._send(agreement)
        for change in (
            lambda: agreement.write({"note": "<p>autre</p>"}),
            lambda: agreement.write({"estimate_amount": 5}),
            lambda: agreement.term_ids.write({"amount": 5}),
            lambda: agreement.term_ids.instalment_ids.write({"name": "x"}),
            lambda: agreement.term_ids.copy(),
            lambda: agreement.term_ids.instalment_ids.unlink(),
            lambda: agreement.write({"term_ids": [Command.clear()]}),
        ):
            with self.assertRaisesRegex(UserError, "take it back"):
                change()
        agreement.message_post(body="mais on en parle")

    def test_taking_back_closes_the_link_and_sending_again_gives_a_new_one(self):
        agreement = self._send()
        first = agreement.sudo().client_token
        agreement.action_take_back()
        self.assertEqual(agreement.state, "draft")
        find = self.env["legal.fee.agreement"]._find_by_link
        self.assertEqual(find(agreement.id, first), (agreement.sudo(), "revoked"))
        agreement.term_ids.write({"cap_amount": 900})
        self._send(agreement)
        second = agreement.sudo().client_token
        self.assertNotEqual(first, second)
        self.assertEqual(find(agreement.id, second)[1], "open")
        self.assertEqual(find(agreement.id, first)[1], "revoked")
        for wrong in ("", None, "x", second[:-1], "é" * 43):
            self.assertFalse(find(agreement.id, wrong)[0])
        self.assertFalse(find(0, second)[0])

    def test_what_was_sent_is_not_deleted(self):
        agreement = self._send()
        with self.assertRaises(UserError):
            agreement.unlink()

    def test_constraints_stand_in_the_database(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname IN"
            " ('legal_evidence_something_was_read',"
            " 'res_company_legal_link_days_in_a_year',"
            " 'res_company_legal_signature_reminder_days_positive')"
            " UNION SELECT indexname FROM pg_indexes"
            " WHERE indexname = 'legal_fee_agreement_client_token_unique'"
        )
        self.assertEqual(self.env.cr.rowcount, 4)


@tagged("post_install", "-at_install")
class TestAgreementSigning(LegalSignatureCommon):
    """The client signs exactly what he read, once, and the evidence stays."""

    def test_signing_keeps_evidence_and_both_get_the_signed_pdf(self):
        agreement = self._send()
        sent = agreement.sent_attachment_id
        with freeze_time("2026-11-23 22:30:00"):
            self.assertEqual(self._sign(agreement), "done")
        self.assertEqual(agreement.state, "signed")
        self.assertEqual(agreement.signed_on, date(2026, 11, 23))
        evidence = agreement.evidence_ids
        self.assertRecordValues(
            evidence,
            [
                {
                    "typed_name": "Paul Vauban",
                    "ip": "203.0.113.7",
                    "agent": "Mozilla/5.0 (iPhone)",
                    "email": "paul@ateliers-vauban.example",
                    "channel": "link",
                    "sha256": hashlib.sha256(sent.raw).hexdigest(),
                    "attachment_id": sent.id,
                    "matter_id": agreement.matter_id.id,
                    "is_intact": True,
                }
            ],
        )
        text = read_pdf(agreement.signed_attachment_id.raw)
        for words in ("Paul Vauban", "203.0.113.7", evidence.sha256, SENTENCE):
            self.assertIn(words, text)
        self.assertEqual(
            agreement.signed_digest,
            hashlib.sha256(agreement.signed_attachment_id.raw).hexdigest(),
        )
        mail = self._mails(agreement)[-1]
        self.assertEqual(mail.attachment_ids, agreement.signed_attachment_id)
        self.assertIn("claire@lanterne-avocats.example", mail.email_cc)
        told = agreement.message_ids.filtered(
            lambda m: (
                self.lawyers["partner"].user_id.partner_id in m.notified_partner_ids
            )
        )
        self.assertTrue(told, "the responsible is notified")

    def test_signed_at_night_is_signed_on_the_firm_s_day(self):
        self.company.resource_calendar_id.tz = "Europe/Paris"
        agreement = self._send()
        with freeze_time("2026-11-23 23:30:00"):
            self._sign(agreement)
        self.assertEqual(agreement.signed_on, date(2026, 11, 24), "00:30 in Paris")

    def test_instalments_at_signature_fall_due(self):
        agreement = self._create_draft(
            [
                {
                    "kind": "fixed",
                    "amount": 100,
                    "instalment_ids": [
                        Command.create(
                            {"name": "Tout", "amount": 100, "trigger": "signature"}
                        )
                    ],
                }
            ]
        )
        self._send(agreement)
        self._sign(agreement)
        due = agreement.term_ids.instalment_ids.due_on
        self.assertEqual(due, agreement.signed_on)

    def test_twice_signs_once(self):
        agreement = self._send()
        self.assertEqual(self._sign(agreement), "done")
        self.assertEqual(self._sign(agreement), "again")
        self.assertEqual(len(agreement.evidence_ids), 1)
        self.assertEqual(len(self._mails(agreement)), 2, "the link, the signed copy")

    def test_what_is_missing_is_said_and_signs_nothing(self):
        agreement = self._send()
        blank = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk"
            "YAAAAAYAAjCB0C8AAAAASUVORK5CYII="
        )
        self.assertEqual(self._sign(agreement, name="  "), "name")
        for nothing in ("", "pas du base64", "YWJj", blank):
            self.assertEqual(self._sign(agreement, signature=nothing), "signature")
        self.assertEqual(self._sign(agreement, seen="autre"), "changed")
        self.assertEqual(agreement.state, "sent")
        self.assertFalse(agreement.evidence_ids)

    def test_a_document_altered_since_is_not_signed(self):
        agreement = self._send()
        agreement.sent_attachment_id.sudo().raw = b"%PDF-1.4 faux"
        with mute_logger(CLIENT):
            self.assertEqual(self._sign(agreement), "failed")
        self.assertEqual(agreement.state, "sent")
        self.assertTrue(agreement.activity_ids, "the firm is told")

    def test_terms_changed_past_the_guards_are_not_signed(self):
        agreement = self._send()
        self.env.cr.execute(
            "UPDATE legal_fee_term SET cap_amount = 5 WHERE agreement_id = %s",
            [agreement.id],
        )
        self.env.invalidate_all()
        with mute_logger(CLIENT):
            self.assertEqual(self._sign(agreement), "failed")
        self.assertEqual(agreement.state, "sent")

    def test_a_second_agreement_of_the_same_days_undoes_nothing_by_half(self):
        agreement = self._send()
        self._create_agreement(agreement.matter_id, [{"kind": "hourly"}])
        with mute_logger(CLIENT, "odoo.sql_db"):
            self.assertEqual(self._sign(agreement), "failed")
        self.assertEqual(agreement.state, "sent")
        self.assertFalse(agreement.evidence_ids)
        self.assertFalse(agreement.signed_attachment_id)

    def test_refusing_keeps_the_word_and_asks_the_responsible(self):
        agreement = self._send()
        refuse = agreement.sudo()._client_refuse
        self.assertEqual(refuse("Trop cher.", PROOF), "done")
        self.assertEqual(refuse("Trop cher.", PROOF), "again")
        self.assertEqual(self._sign(agreement), "over")
        self.assertEqual(
            (agreement.state, agreement.refused_word), ("refused", "Trop cher.")
        )
        self.assertEqual(
            (agreement.evidence_ids.act, agreement.evidence_ids.statement),
            ("refused", "Trop cher."),
        )
        self.assertEqual(
            agreement.activity_ids.user_id, self.lawyers["partner"].user_id
        )
        agreement.action_take_back()
        self._send(agreement)
        self.assertFalse(agreement.refused_word)
        self.assertEqual(self._sign(agreement), "done")

    def test_a_question_lands_with_the_responsible_once(self):
        agreement = self._send()
        ask = agreement.sudo()._client_ask
        self.assertEqual(ask("  "), "empty")
        self.assertEqual(ask("Et la TVA ?"), "done")
        self.assertEqual(ask("Et la TVA ?"), "again")
        self.assertEqual(len(agreement.activity_ids), 1)
        self.assertEqual(
            agreement.activity_ids.user_id, self.lawyers["partner"].user_id
        )
        said = agreement.message_ids.filtered(lambda m: "Et la TVA" in m.body)
        self.assertEqual(said.author_id, self.signatory)
        self.assertEqual(agreement.state, "sent")
        self._sign(agreement)
        self.assertFalse(agreement.activity_ids)

    def test_signed_on_paper_keeps_the_scan_and_its_hash(self):
        agreement = self._send()
        token = agreement.sudo().client_token
        raw = b"%PDF-1.4 sign\xc3\xa9 \xc3\xa0 la main"
        wizard = (
            self.env["legal.fee.agreement.paper"]
            .with_context(default_agreement_id=agreement.id)
            .create({"scan": drawing(), "signed_on": "2026-03-01"})
        )
        self.assertEqual(wizard.signer, "Ateliers Vauban SAS")
        with self.assertRaisesRegex(UserError, "not a PDF"):
            wizard.action_record()
        self.assertEqual(agreement.state, "sent")
        agreement._sign_on_paper(raw, "scan.pdf", date(2026, 3, 1), "Paul Vauban")
        self.assertEqual(
            (agreement.state, agreement.signed_on), ("signed", date(2026, 3, 1))
        )
        evidence = agreement.evidence_ids
        self.assertEqual(evidence.channel, "paper")
        self.assertEqual(evidence.sha256, hashlib.sha256(raw).hexdigest())
        self.assertEqual(agreement.signed_attachment_id.raw, raw)
        find = self.env["legal.fee.agreement"]._find_by_link
        self.assertEqual(find(agreement.id, token)[1], "revoked")

    def test_nobody_signs_on_paper_tomorrow(self):
        agreement = self._create_draft()
        with self.assertRaisesRegex(UserError, "in the future"):
            agreement._sign_on_paper(b"%PDF-", "x.pdf", date(2999, 1, 1), "Paul")


@tagged("post_install", "-at_install")
class TestSignatureReminder(LegalSignatureCommon):
    """A client who does not sign is reminded twice, on working days."""

    def _run(self, day):
        with freeze_time(f"{day} 08:00:00"):
            self.env["legal.fee.agreement"]._cron_remind_signature()

    def _send_on(self, day):
        with freeze_time(f"{day} 09:00:00"):
            return self._send()

    def test_reminders_come_after_the_days_and_stop_at_two(self):
        agreement = self._send_on("2026-11-02")
        token = agreement.sudo().client_token
        counts = []
        for day in ("08", "09", "10", "16", "17", "24", "30"):
            self._run(f"2026-11-{day}")
            counts.append(agreement.reminder_count)
        self.assertEqual(counts, [0, 1, 1, 2, 2, 2, 2])
        mails = self._mails(agreement)
        self.assertEqual(len(mails), 3)
        self.assertIn(token, mails[-1].body_html, "the same link goes on")

    def test_not_at_a_weekend(self):
        agreement = self._send_on("2026-11-07")
        for day, count in (("14", 0), ("15", 0), ("16", 1)):
            self._run(f"2026-11-{day}")
            self.assertEqual(agreement.reminder_count, count, day)

    def test_none_once_signed_refused_or_switched_off(self):
        signed, refused = self._send_on("2026-11-02"), self._send_on("2026-11-02")
        with freeze_time("2026-11-03"):
            self._sign(signed)
            refused.sudo()._client_refuse("", PROOF)
        self._run("2026-11-12")
        self.assertEqual((signed | refused).mapped("reminder_count"), [0, 0])
        self.company.legal_signature_reminder_days = 0
        third = self._send_on("2026-11-02")
        self._run("2026-11-12")
        self.assertEqual(third.reminder_count, 0)

    def test_a_link_that_is_over_is_told_once_and_not_reminded(self):
        agreement = self._send_on("2026-11-02")
        for day in ("03", "04"):
            self._run(f"2026-12-{day}")
        self.assertEqual(agreement.reminder_count, 0)
        self.assertEqual(len(agreement.activity_ids), 1)
        with freeze_time("2026-12-04 10:00:00"):
            self.assertEqual(self._sign(agreement), "over")
            self.assertEqual(agreement.sudo()._client_renew(), "renewed")
            self.assertEqual(agreement.sudo()._client_renew(), "over")
            self.assertEqual(self._sign(agreement), "done")


@tagged("post_install", "-at_install")
class TestEvidence(LegalSignatureCommon):
    """Written once, read behind the wall, never changed."""

    def test_nobody_changes_or_deletes_it(self):
        agreement = self._send()
        self._sign(agreement)
        administrator = new_test_user(
            self.env,
            "evidence_admin",
            groups="base.group_system,legal_timesheet.group_legal_administrator",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        evidence = agreement.evidence_ids
        for record in (evidence.sudo(), evidence.with_user(administrator).sudo()):
            with self.assertRaisesRegex(UserError, "nobody changes"):
                record.write({"typed_name": "Autre"})
            with self.assertRaisesRegex(UserError, "nobody deletes"):
                record.unlink()
        for record in (evidence, evidence.with_user(administrator)):
            with self.assertRaises(UserError):
                record.write({"typed_name": "Autre"})
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(AccessError):
            self.env["legal.evidence"].with_user(administrator).create(
                {"res_model": "res.partner", "res_id": 1}
            )

    def test_an_altered_document_shows(self):
        agreement = self._send()
        self._sign(agreement)
        self.assertTrue(agreement.evidence_ids.is_intact)
        agreement.evidence_ids.attachment_id.sudo().raw = b"%PDF-1.4 faux"
        agreement.evidence_ids.invalidate_recordset()
        self.assertFalse(agreement.evidence_ids.is_intact)

    def test_any_record_may_have_some(self):
        matter = self._create_matter()
        evidence = self.env["legal.evidence"]._record(
            matter.project_id,
            statement="J'accepte.",
            channel="account",
            text="Texte lu",
        )
        self.assertEqual(evidence.sha256, hashlib.sha256(b"Texte lu").hexdigest())
        self.assertTrue(evidence.is_intact)


@tagged("post_install", "-at_install")
class TestUnsignedBilling(LegalSignatureCommon):
    """Billing under an agreement nobody signed warns, or is refused."""

    def test_refused_unless_the_firm_allows_it_and_then_never_unsaid(self):
        agreement = self._send()
        matter = agreement.matter_id
        self._create_entry(matter, "partner", 1.0, "2026-04-01")
        with self.assertRaises(UserError):
            self._bill(matter, "2026-04-30")
        self.company.legal_requires_signature = False
        run = self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": "2026-04-30",
                "invoice_date": "2026-04-30",
            }
        )
        run._run_prebills()
        line = run.line_ids.filtered(lambda li: li.matter_id == matter)
        self.assertEqual(line.outcome, "done")
        self.assertIn("is not signed", line.message)
        self.assertTrue(line.prebill_id.is_agreement_unsigned)
        self._sign(agreement)
        self.assertFalse(line.prebill_id.is_agreement_unsigned)
