from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_cap import LegalCapCommon


@tagged("post_install", "-at_install")
class TestCapNotice(LegalCapCommon):
    """Nothing leaves without the responsible's click; then the client answers."""

    def _crossed(self, **kw):
        """Return the event of 12 of 15 h (80 %), 0,5 h a day for 24 days."""
        term = {"kind": "hourly", "cap_hours": 15, **kw.pop("term", {})}
        matter, _agreement = self._limited(term, **kw)
        self._work(matter, "partner", 12.0, 23)
        return self._events(matter).filtered(lambda e: e.state == "new")

    def _mails(self):
        return self.env["mail.mail"].search([], order="id desc")

    def test_the_letter_is_ready_and_nothing_has_left(self):
        event = self._crossed()
        mails = len(self._mails())
        user = event.matter_id.responsible_id
        with Form(
            self.env["legal.cap.notice"]
            .with_user(user)
            .with_context(default_event_id=event.id)
        ) as form:
            self.assertEqual(form.contact_id, self.client)
            form.until = self._day(-28)
            self.assertEqual(form.pace_limit, 26.0, "12 h + 4 × 3,5 h")
            self.assertEqual(form.revised_limit, 26.0)
            form.revised_limit = 24.0
            self.assertIn("24", form.text)
            self.assertIn(self.client.email, form.preview)
            self.assertNotIn("token", form.preview)
            notice = form.save()
        notice.action_keep()
        self.assertEqual((event.state, event.revised_limit), ("prepared", 24.0))
        self.assertEqual(len(self._mails()), mails)
        self.assertFalse(event.sudo().access_token)

    def test_what_leaves_is_neutral_and_kept_as_it_left(self):
        event = self._crossed()
        self._notify(event, revised_limit=24.0)
        mail = self._mails()[:1]
        self.assertEqual(event.state, "sent")
        self.assertEqual(mail.recipient_ids, self.client)
        matter = event.matter_id
        for secret in (matter.name, matter.matter_number, "24"):
            self.assertNotIn(secret, mail.subject)
        self.assertNotIn(matter.name, mail.body_html)
        self.assertIn(event.sudo().access_token, mail.body_html)
        self.assertFalse(mail.model)
        self.assertEqual(event.notice_digest, event._digest(event.notice_text))
        logged = "".join(event.message_ids.mapped("body"))
        self.assertNotIn(event.sudo().access_token, logged)
        self.assertFalse(event.activity_ids)
        pdf, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("legal_billing.action_report_cap_notice", event.ids)
        )
        self.assertEqual((pdf[:5], kind), (b"%PDF-", "pdf"))

    def test_a_consumer_reads_the_price_with_vat(self):
        event = self._crossed(
            term={"cap_hours": 0, "cap_amount": 4000},
            matter_values={"partner_id": self.consumer.id, "client_kind": "consumer"},
        )
        text = event._compose_notice(self.consumer, 6000)
        self.assertIn("4\N{NO-BREAK SPACE}800", text.replace(",", "\N{NO-BREAK SPACE}"))
        self.assertIn("7\N{NO-BREAK SPACE}200", text.replace(",", "\N{NO-BREAK SPACE}"))

    def test_refusals(self):
        event = self._crossed()
        matter = event.matter_id
        stranger = self.consumer
        contact = self.env["res.partner"].create(
            {"name": "Paul Vauban", "parent_id": self.client.id}
        )
        with self.assertRaises(UserError):
            self._notify(event, contact_id=stranger.id)
        matter.opposing_party_ids = [Command.set(self.consumer.ids)]
        with self.assertRaises(UserError):
            self._notify(event, contact_id=self.consumer.id)
        with self.assertRaises(UserError):
            self._notify(event, contact_id=contact.id)
        self._notify(event, contact_id=contact.id, channel="post")
        self.assertEqual(event.state, "sent")
        with self.assertRaises(AccessError):
            self.env["legal.cap.notice"].with_user(
                self.lawyers["senior"].user_id
            ).create({"event_id": event.id})
        with self.assertRaises(UserError):
            event.unlink()

    # -- the client's answer ---------------------------------------------------

    def _answer(self, event, accept, name="Paul Vauban", seen=None):
        return event.sudo()._client_acknowledge(
            name,
            event.notice_digest if seen is None else seen,
            {"ip": "192.0.2.7", "agent": "Navigateur"},
            accept=accept,
        )

    def test_acceptance_signs_the_amendment(self):
        event = self._crossed()
        agreement = event.agreement_id
        self._notify(event, revised_limit=24.0)
        self.assertEqual(self._answer(event, True, name="  "), "name")
        self.assertEqual(self._answer(event, True, seen="0" * 64), "changed")
        self.assertEqual(event.state, "sent")
        self.assertEqual(self._answer(event, True), "done")
        self.assertEqual(self._answer(event, True), "again")
        self.assertEqual(self._answer(event, False), "again")
        self.assertEqual(
            (event.state, event.is_accepted, event.signed_name, event.signed_ip),
            ("acknowledged", True, "Paul Vauban", "192.0.2.7"),
        )
        if not hasattr(type(agreement), "action_amend"):
            self.assertTrue(event.activity_ids, "the responsible draws it up")
            return
        amendment = event.amendment_id
        self.assertEqual(amendment.state, "signed")
        self.assertEqual(amendment.term_ids.cap_hours, 24.0)
        self.assertEqual(amendment.term_ids.continues_id, event.term_id)
        self.assertTrue(amendment.message_ids.attachment_ids)
        self.assertFalse(event.activity_ids)
        self._settle()
        meter = self.env["legal.cap.meter"].search(
            [("matter_id", "=", event.matter_id.id)]
        )
        self.assertEqual((meter.limit, meter.percent), (24.0, 50.0))

    def test_taking_note_prepares_a_draft(self):
        event = self._crossed(estimate_amount=50000)
        self._notify(event, revised_limit=24.0)
        self.assertEqual(self._answer(event, False), "done")
        self.assertFalse(event.is_accepted)
        self.assertTrue(event.activity_ids, "the responsible has it signed")
        if hasattr(type(event.agreement_id), "action_amend"):
            self.assertEqual(event.amendment_id.state, "draft")
            self.assertEqual(event.amendment_id.term_ids.cap_hours, 24.0)
        self.assertEqual(event.agreement_id.state, "signed")

    def test_without_a_proposal_nothing_is_amended(self):
        event = self._crossed()
        self._notify(event, proposes=False)
        self.assertEqual(self._answer(event, True), "over")
        self.assertEqual(self._answer(event, False), "done")
        self.assertFalse(event.amendment_id)
        self.assertFalse(event.activity_ids)

    def test_an_estimate_is_raised(self):
        """20 × 280 = 5 600 of 6 000; raised to 9 000."""
        matter, agreement = self._limited({"kind": "hourly"}, estimate_amount=6000)
        self._work(matter, "partner", 20.0, 9)
        event = self._events(matter).filtered(lambda e: e.state == "new")
        self._notify(event, revised_limit=9000.0)
        self.assertEqual(self._answer(event, True), "done")
        if hasattr(type(agreement), "action_amend"):
            self.assertEqual(event.amendment_id.estimate_amount, 9000.0)

    def test_a_question_reaches_the_responsible(self):
        event = self._crossed()
        self._notify(event, revised_limit=24.0)
        ask = event.sudo()._client_discuss
        self.assertEqual(ask("  ", {}), "empty")
        self.assertEqual(ask("Pourquoi ?", {"ip": "192.0.2.7"}), "done")
        self.assertEqual(ask("Pourquoi ?", {}), "again")
        self.assertEqual(event.state, "discussed")
        self.assertEqual(len(event.activity_ids), 1)
        self.assertEqual(event.activity_ids.user_id, event.matter_id.responsible_id)
        user = event.matter_id.responsible_id
        waiting = self.env["legal.day"].with_user(user).get_waiting()
        self.assertIn("caps_discussed", [item["key"] for item in waiting])
        self.assertEqual(self._answer(event, True), "done")
        self.assertEqual(ask("Encore", {}), "over")

    def test_a_paper_agreement_makes_a_draft(self):
        event = self._crossed()
        self._notify(event, revised_limit=24.0, channel="post")
        mails = len(self._mails())
        event.with_user(event.matter_id.responsible_id).action_record_acceptance()
        self.assertEqual(event.state, "acknowledged")
        self.assertEqual(len(self._mails()), mails)
        if hasattr(type(event.agreement_id), "action_amend"):
            self.assertEqual(event.amendment_id.state, "draft")
