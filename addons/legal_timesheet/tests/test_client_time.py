import hashlib
from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from .common import LegalCommon

EVIDENCE = {"ip": "203.0.113.9", "agent": "Phone", "user_id": False}


class ClientTimeBuilders(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate(amount=200)
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Camille Contact",
                "email": "camille@client.example.com",
                "parent_id": cls.client.id,
            }
        )
        cls.matter = cls._create_matter(
            client_approves_time=True, client_time_tacit_days=15
        )
        cls.entries = cls._create_time_entry(
            matter=cls.matter, unit_amount=1.5, narrative="Drafting of the claim"
        ) | cls._create_time_entry(
            matter=cls.matter, date=date(2026, 3, 4), narrative="Call with the expert"
        )
        cls.entries.with_user(cls.partner_user).action_approve()

    @classmethod
    def _ask(cls, **kw):
        asked = cls.env["legal.time.client.approval"].with_user(cls.partner_user)
        approval = asked._ask(
            cls.matter.with_user(cls.partner_user),
            kw.pop("partner", cls.contact),
            kw.pop("entries", cls.entries),
            **{
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 31),
                "show_amounts": True,
                **kw,
            },
        )
        # whoever comes by the link is not the person who asked
        return cls.env["legal.time.client.approval"].browse(approval.id)


@tagged("post_install", "-at_install")
class TestClientTime(ClientTimeBuilders):
    def _settled(self):
        Line = self.env["account.analytic.line"]
        mine = Domain("id", "in", self.entries.ids)
        return Line.search(mine & Line._domain_client_settled())

    def test_approved_time_waits_for_the_client(self):
        self.assertEqual(set(self.entries.mapped("client_state")), {"to_ask"})
        self.assertFalse(self._settled())

    def test_time_of_other_matters_waits_for_nobody(self):
        other = self._create_time_entry(matter=self._create_matter())
        other.action_approve()
        self.assertFalse(other.client_state)

    def test_time_that_is_not_billed_is_not_asked(self):
        internal = self._create_time_entry(
            matter=self.matter, activity_code_id=self.activity_internal.id
        )
        internal.action_approve()
        self.assertFalse(internal.client_state)

    def test_the_choice_of_the_matter_holds_back_and_lets_go(self):
        self.matter.client_approves_time = False
        self.assertEqual(self._settled(), self.entries)
        self.matter.client_approves_time = True
        self.assertFalse(self._settled())

    def test_asking_writes_one_neutral_mail_and_keeps_the_link_from_the_log(self):
        approval = self._ask(message="Thank you")
        mail = self.env["mail.mail"].search([], limit=1, order="id desc")
        self.assertEqual(mail.recipient_ids, self.contact)
        for secret in ("Secret", "Drafting", self.matter.matter_number):
            self.assertNotIn(secret, mail.subject)
            self.assertNotIn(secret, mail.body_html)
        self.assertIn(approval._get_client_url(), mail.body_html)
        self.assertFalse(mail.model)
        for body in approval.message_ids.mapped("body"):
            self.assertNotIn(approval.access_token, body)
        self.assertEqual(set(self.entries.mapped("client_state")), {"asked"})
        with self.assertRaises(AccessError):
            approval.with_user(self.partner_user).read(["access_token"])

    def test_only_who_approves_the_time_asks(self):
        with self.assertRaisesRegex(AccessError, "Anne Partner"):
            self.matter.with_user(self.associate_user).action_ask_client_time()
        with self.assertRaises(AccessError):
            self.env["legal.time.client.approval"].with_user(self.associate_user)._ask(
                self.matter.with_user(self.associate_user), self.contact, self.entries
            )

    def test_an_address_and_some_time_are_needed(self):
        self.contact.email = False
        with self.assertRaisesRegex(UserError, "no e-mail"), self.env.cr.savepoint():
            self._ask()
        with self.assertRaisesRegex(UserError, "no approved time"):
            self._ask(entries=self.entries.browse())

    def test_the_dialog_shows_what_the_client_will_read(self):
        wizard = (
            self.env["legal.time.client.ask"]
            .with_user(self.partner_user)
            .create(
                {
                    "matter_id": self.matter.id,
                    "partner_id": self.contact.id,
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 3),
                }
            )
        )
        self.assertEqual(wizard.tacit_days, 15)
        self.assertEqual(wizard.entry_count, 1)
        self.assertIn("Drafting of the claim", wizard.preview)
        self.assertNotIn("expert", wizard.preview)
        self.assertNotIn("300", wizard.preview)
        wizard.write({"date_to": date(2026, 3, 31), "show_amounts": True})
        self.assertIn("300", wizard.preview)
        approval = self.env["legal.time.client.approval"].browse(
            wizard.action_send()["res_id"]
        )
        self.assertEqual(approval.entry_ids, self.entries)
        again = wizard.create(
            {"matter_id": self.matter.id, "partner_id": self.contact.id}
        )
        self.assertFalse(again.entry_ids)

    def test_approval_keeps_the_evidence(self):
        approval = self._ask()
        text, shown = approval._get_live()
        self.assertEqual(
            approval._client_approve("  Camille   Contact ", shown, EVIDENCE), "done"
        )
        self.assertEqual(approval.state, "approved")
        self.assertEqual(approval.signed_name, "Camille Contact")
        self.assertEqual(approval.signed_ip, "203.0.113.9")
        self.assertEqual(approval.signed_agent, "Phone")
        self.assertTrue(approval.answered_on)
        self.assertEqual(
            hashlib.sha256(approval.shown_text.encode()).hexdigest(),
            approval.shown_digest,
        )
        self.assertEqual(approval.shown_text, text)
        for word in ("Drafting of the claim", "1 h 30", "300.00", "Bob Associate"):
            self.assertIn(word, text)
        self.assertEqual(self._settled(), self.entries)
        self.assertEqual(set(self.entries.mapped("client_state")), {"approved"})

    def test_hidden_amounts_are_in_no_text(self):
        approval = self._ask(show_amounts=False)
        self.assertNotIn("300", approval.shown_text)
        self.assertFalse(approval._get_page()["total_amount"])

    def test_approving_twice_changes_nothing(self):
        approval = self._ask()
        shown = approval._get_live()[1]
        approval._client_approve("Camille", shown, EVIDENCE)
        when, messages = approval.answered_on, approval.message_ids
        self.assertEqual(approval._client_approve("Eve", shown, {}), "again")
        self.assertEqual(approval.signed_name, "Camille")
        self.assertEqual(approval.answered_on, when)
        self.assertEqual(approval.message_ids, messages)

    def test_a_name_is_needed(self):
        approval = self._ask()
        shown = approval._get_live()[1]
        self.assertEqual(approval._client_approve("  ", shown, EVIDENCE), "name")
        self.assertEqual(approval.state, "asked")

    def test_what_changed_meanwhile_is_not_approved(self):
        approval = self._ask()
        seen = approval._get_live()[1]
        entry = self.entries[0]
        entry._legal_return("Too long")
        self.assertTrue(approval.is_changed)
        self.assertEqual(approval._client_approve("Camille", seen, EVIDENCE), "changed")
        entry.unit_amount = 0.5
        entry.action_approve()
        self.assertEqual(entry.client_state, "asked")
        self.assertEqual(approval._client_approve("Camille", seen, EVIDENCE), "changed")
        self.assertEqual(approval.state, "asked")
        shown = approval._get_live()[1]
        self.assertEqual(approval._client_approve("Camille", shown, EVIDENCE), "done")
        self.assertEqual(approval.shown_digest, shown)
        self.assertEqual(entry.client_state, "approved")

    def test_a_question_on_an_act_lands_with_the_responsible(self):
        approval = self._ask()
        first, second = self.entries.sorted("date")
        asked = {first.id: "Why so long?"}
        self.assertEqual(approval._client_ask("", asked, EVIDENCE), "done")
        self.assertEqual(approval.state, "questioned")
        self.assertEqual(first.client_state, "questioned")
        self.assertEqual(first.client_question, "Why so long?")
        self.assertEqual(second.client_state, "asked")
        activity = approval.activity_ids
        self.assertEqual(activity.user_id, self.partner_user)
        told = approval.message_ids.filtered(lambda m: "Why so long?" in m.body)
        self.assertIn(self.partner_user.partner_id, told.notified_partner_ids)
        self.assertEqual(told.author_id, self.contact)
        self.assertEqual(approval._client_ask("", asked, EVIDENCE), "again")
        self.assertEqual(approval.activity_ids, activity)
        self.assertFalse(self._settled())

    def test_a_question_on_the_whole_questions_all(self):
        approval = self._ask()
        self.assertEqual(approval._client_ask(" ", {}, EVIDENCE), "empty")
        approval._client_ask("Which hearing?", {}, EVIDENCE)
        self.assertEqual(set(self.entries.mapped("client_state")), {"questioned"})
        self.assertEqual(approval.question, "Which hearing?")

    def test_words_of_a_client_are_no_markup(self):
        approval = self._ask()
        approval._client_ask("<script>alert(1)</script>", {}, EVIDENCE)
        self.assertNotIn("<script>", "".join(approval.message_ids.mapped("body")))

    def test_an_entry_of_another_request_is_not_touched(self):
        other = self._create_time_entry(matter=self.matter, date=date(2026, 3, 9))
        other.action_approve()
        approval = self._ask()
        outcome = approval._client_ask("", {other.id: "Mine?"}, EVIDENCE)
        self.assertEqual(outcome, "empty")
        self.assertFalse(other.client_question)

    def test_the_answer_goes_with_a_new_link(self):
        approval = self._ask()
        old = approval.access_token
        approval._client_ask("Which hearing?", {}, EVIDENCE)
        action = approval.with_user(self.partner_user).action_ask_again()
        wizard = (
            self.env["legal.time.client.ask"]
            .with_user(self.partner_user)
            .with_context(**action["context"])
            .create({"answer": "The one of 4 March."})
        )
        wizard.action_send()
        self.assertEqual(approval.state, "asked")
        self.assertNotEqual(approval.access_token, old)
        self.assertFalse(approval.activity_ids)
        self.assertEqual(approval._get_page()["answer"], "The one of 4 March.")
        self.assertFalse(approval._find_by_link(approval.id, old))

    def test_withdrawn_time_is_to_be_asked_again(self):
        approval = self._ask()
        with self.assertRaises(AccessError):
            approval.with_user(self.associate_user).action_withdraw()
        approval.with_user(self.partner_user).action_withdraw()
        self.assertEqual(set(self.entries.mapped("client_state")), {"to_ask"})
        shown = approval._get_live()[1]
        self.assertEqual(approval._client_approve("Camille", shown, EVIDENCE), "over")
        with self.assertRaisesRegex(UserError, "nothing to withdraw"):
            approval.with_user(self.partner_user).action_withdraw()

    def test_silence_accepts_on_its_day_and_not_before(self):
        with freeze_time("2026-04-01 10:00:00"):
            approval = self._ask(tacit_days=15)
        self.assertEqual(approval.tacit_on, date(2026, 4, 16))
        Approval = self.env["legal.time.client.approval"]
        Approval._cron_close(date(2026, 4, 15))
        self.assertEqual(approval.state, "asked")
        Approval._cron_close(date(2026, 4, 16))
        self.assertEqual(approval.state, "approved")
        self.assertTrue(approval.is_tacit)
        self.assertFalse(approval.signed_name)
        self.assertEqual(set(self.entries.mapped("client_state")), {"tacit"})
        self.assertEqual(self._settled(), self.entries)

    def test_silence_accepts_nothing_that_changed_or_was_questioned(self):
        with freeze_time("2026-04-01 10:00:00"):
            approval = self._ask(tacit_days=15)
            self.entries[0]._legal_return("Shorter")
        Approval = self.env["legal.time.client.approval"]
        Approval._cron_close(date(2026, 4, 16))
        self.assertEqual(approval.state, "asked")
        self.assertEqual(approval.activity_ids.user_id, self.partner_user)
        with freeze_time("2026-04-01 10:00:00"):
            approval._client_ask("Why?", {}, EVIDENCE)
        Approval._cron_close(date(2026, 4, 17))
        self.assertEqual(approval.state, "questioned")

    def test_without_an_agreement_silence_accepts_nothing(self):
        with freeze_time("2026-04-01 10:00:00"):
            approval = self._ask()
        self.env["legal.time.client.approval"]._cron_close(date(2026, 4, 30))
        self.assertEqual(approval.state, "asked")
        self.env["legal.time.client.approval"]._cron_close(date(2026, 5, 2))
        self.assertEqual(approval.state, "expired")
        self.assertEqual(set(self.entries.mapped("client_state")), {"to_ask"})

    def test_an_expired_link_is_renewed_to_the_address_on_file(self):
        with freeze_time("2026-04-01 10:00:00"):
            approval = self._ask()
        old = approval.access_token
        with freeze_time(datetime(2026, 6, 1, 10)):
            self.assertEqual(approval._get_situation(), "expired")
            self.assertTrue(approval._renew())
            self.assertEqual(approval._get_situation(), "asked")
            self.assertFalse(approval._renew())
        self.assertNotEqual(approval.access_token, old)
        self.assertEqual(approval.asked_by_id, self.partner_user)

    def test_what_was_asked_is_never_deleted_or_typed(self):
        approval = self._ask()
        for user in (self.partner_user, self.associate_user):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(approval.with_user(user).has_access(operation))
        with self.assertRaises(AccessError):
            self.entries[0].with_user(self.partner_user).client_state = "approved"
        with self.assertRaisesRegex(UserError, "is kept"):
            approval.unlink()
