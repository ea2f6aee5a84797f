import io
import smtplib
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_document import real_send
from .test_billing_run_steps import RunCommon

REFUSED = "refuse@plein.example"
WORD = "Bonnes fêtes de fin d'année."
PERSONAL = "Merci de votre patience."


@tagged("post_install", "-at_install")
class TestSending(RunCommon):
    """Clients who wish e-mail, a notice or letters; two cannot be reached."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        Partner = cls.env["res.partner"]
        address = {
            "is_company": True,
            "street": "1 rue Neuve",
            "city": "Lille",
            "country_id": cls.env.ref("base.fr").id,
            "lang": "fr_FR",
        }
        registries = iter(
            ["55210055400013", "54205118000066", "38012986646850", "55208131766522"]
        )
        cls.people = {
            name: Partner.create(
                {
                    **address,
                    "name": name,
                    "zip": zip_code,
                    "email": email,
                    "company_registry": next(registries),
                    "legal_send_channel": channel,
                    **kw,
                }
            )
            for name, zip_code, email, channel, kw in [
                (
                    "Online Ltd",
                    "59000",
                    "online@client.example",
                    "portal",
                    {"lang": "en_US"},
                ),
                ("Poste Nord", "59200", False, "post", {}),
                ("Boîte Pleine", "59300", REFUSED, "email", {}),
                ("Sans Adresse", "59400", False, "email", {}),
            ]
        }
        cls.consumer.write({"legal_send_channel": "post", "email": False})
        cls.copayer = Partner.create(
            {
                **address,
                "name": "Assurance Phare",
                "zip": "75001",
                "company_registry": "44306184100047",
                "email": "sinistres@phare.example",
            }
        )
        cls.colleague = Partner.create(
            {
                "name": "Paul Durand",
                "parent_id": cls.client.id,
                "email": "paul@ateliers-vauban.example",
            }
        )
        cls.books = Partner.create(
            {"name": "Expertise Seine", "is_company": True, "email": "ec@seine.example"}
        )
        cls.client.legal_recipient_ids = [
            Command.create({"partner_id": cls.books.id, "role": "accountant"}),
            # recorded before it paid for the client on one matter
            Command.create({"partner_id": cls.copayer.id, "role": "contact"}),
        ]
        cls.matter = cls._create_matter()
        cls._create_agreement(
            cls.matter, [{"kind": "hourly"}], invoice_text_policy="neutral"
        )
        cls.matter.payer_ids = [
            Command.create(
                {"partner_id": cls.copayer.id, "kind": "percent", "percent": 50}
            ),
            Command.create(
                {"partner_id": cls.client.id, "kind": "remainder", "sequence": 20}
            ),
        ]
        cls.matter.legal_recipient_ids = [
            Command.create({"partner_id": cls.colleague.id, "role": "contact"})
        ]
        cls._create_entry(cls.matter, "partner", 2.0, "2026-04-10")
        cls.matters = {"Ateliers": cls.matter}
        for name, partner in [*cls.people.items(), ("Morel", cls.consumer)]:
            cls.matters[name] = cls._create_good_matter(partner_id=partner.id)
        cls.run_ = cls._create_run(client_message=WORD)
        cls.run_._run_prebills()
        line = cls._line(cls, cls.run_, cls.matter)
        line.prebill_id.client_message = PERSONAL
        cls.run_._run_approve()
        cls.run_._run_invoice()

    @contextmanager
    def _mails(self):
        """Send for good; yield the e-mails that left."""
        sent = []

        def accept(server, message, *args, **kw):
            if REFUSED in message["To"]:
                raise smtplib.SMTPRecipientsRefused({REFUSED: (550, b"full")})
            sent.append(message)
            return message["Message-Id"]

        server = type(self.env["ir.mail_server"])
        with (
            real_send(self.env) as env,
            patch.object(server, "_disable_send", lambda *a: False),
            patch.object(server, "_connect__", lambda *args, **kw: None),
            patch.object(server, "send_email", accept),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            yield env, sent

    def _describe(self, message):
        files = [part.get_filename() for part in message.iter_attachments()]
        body = message.get_body(("html",)).get_content()
        return message["To"], message["Subject"], files, body

    def _move(self, name):
        return self._line(self.run_, self.matters[name]).move_id

    def test_a_run_reaches_each_as_he_wishes_once(self):
        with self._mails() as (env, sent):
            self.run_.with_env(env)._run_send()
        outcomes = {
            name: self._line(self.run_, matter).outcome
            for name, matter in self.matters.items()
        }
        self.assertEqual(
            outcomes,
            {
                "Ateliers": "done",
                "Online Ltd": "done",
                "Poste Nord": "done",
                "Boîte Pleine": "failed",
                "Sans Adresse": "failed",
                "Morel": "done",
            },
        )
        self.assertEqual((self.run_.sent_count, self.run_.to_post_count), (2, 2))
        mails = {}
        for message in sent:
            to, subject, files, body = self._describe(message)
            for email in (
                self.client.email,
                self.colleague.email,
                self.books.email,
                self.copayer.email,
                "online@client.example",
            ):
                if email in to:
                    mails.setdefault(email, []).append((subject, files, body))
        self.assertEqual(len(sent), 5)
        self.assertEqual([len(one) for one in mails.values()], [1] * 5)
        moves = self._line(self.run_, self.matter).move_ids
        own = moves.filtered(lambda m: m.partner_id == self.client)
        shared = moves - own
        for email in (self.client.email, self.colleague.email):
            ((subject, files, body),) = mails[email]
            self.assertIn(f"votre facture {own.name}", subject)
            self.assertEqual(len([n for n in files if "annexe" in n]), 1, files)
            self.assertIn(own.invoice_pdf_report_id.name, files)
            self.assertIn(PERSONAL, body)
            self.assertIn(WORD, body)
        ((subject, files, body),) = mails[self.books.email]
        self.assertIn(own.name, subject)
        self.assertFalse([name for name in files if "annexe" in name], files)
        self.assertIn(own.invoice_pdf_report_id.name, files)
        self.assertNotIn(PERSONAL, body)
        # The co-payer has his own invoice alone, and nothing of the client's.
        ((subject, files, body),) = mails[self.copayer.email]
        self.assertIn(shared.name, subject)
        self.assertFalse([name for name in files if "annexe" in name], files)
        self.assertNotIn(PERSONAL, body)
        ((subject, files, body),) = mails["online@client.example"]
        self.assertIn("your invoice", subject)
        self.assertIn("is online", subject)
        self.assertEqual(files, [])
        self.assertIn("/legal/client/", body)
        self.assertTrue(self._move("Online Ltd").invoice_pdf_report_id)
        # What the invoice says of it.
        self.assertEqual(own.legal_sent_by, "email")
        self.assertIn(self.client.email, own.legal_sent_to)
        self.assertNotIn(self.copayer.email, own.legal_sent_to)
        self.assertEqual(self._move("Online Ltd").legal_sent_by, "portal")
        self.assertFalse(self._move("Poste Nord").legal_sent_on)
        # Nothing of the annex is kept with the messages that accounting reads.
        kept = own.message_ids.attachment_ids.mapped("name")
        self.assertFalse([name for name in kept if "annexe" in name])
        full = self._line(self.run_, self.matters["Boîte Pleine"])
        self.assertIn(full.move_id.name, full.message)
        nobody = self._line(self.run_, self.matters["Sans Adresse"])
        self.assertIn("no valid e-mail", nobody.message)
        # Again: nothing twice; what is mended leaves.
        with self._mails() as (env, sent):
            self.run_.with_env(env)._run_send()
        self.assertFalse(sent)
        self.people["Boîte Pleine"].email = "vide@plein.example"
        self.people["Sans Adresse"].email = "trouve@client.example"
        with self._mails() as (env, sent):
            self.run_.with_env(env).action_retry()
            self.run_.with_env(env)._run_send()
        self.assertEqual(len(sent), 2)
        self.assertEqual((self.run_.failed_count, self.run_.to_send_count), (0, 0))
        self._check_letters()

    def _check_letters(self):
        """One file, sorted, with its list; marked once, however often printed."""
        letters = self._move("Poste Nord") | self._move("Morel")
        batch = letters.legal_post_batch_id
        self.assertEqual((len(batch), batch.letter_count), (1, 2))
        self.assertEqual(
            batch._get_readable().mapped("partner_id.zip"), ["35000", "59200"]
        )
        with real_send(self.env) as env:
            content = batch.with_env(env)._make_print_file()
            batch.with_env(env)._make_print_file()
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        self.assertEqual(len(pages) % 2, 0)
        for move in letters:
            self.assertIn(move.name, pages[0])
        self.assertLess(pages[0].index("Jeanne Morel"), pages[0].index("Poste Nord"))
        self.assertIn(self._move("Morel").name, pages[2])
        self.assertFalse(any(letters.mapped("legal_sent_on")))
        batch.action_mark_posted()
        stamps = letters.mapped("legal_sent_on")
        self.assertTrue(all(stamps))
        self.assertEqual((batch.state, letters[0].legal_sent_by), ("posted", "post"))
        self.assertIn("59200", letters[0].legal_sent_to)
        batch.action_print()
        batch.action_mark_posted()
        self.assertEqual(letters.mapped("legal_sent_on"), stamps)
        self.assertEqual(self.run_.sent_count, 6)
        with self.assertRaises(UserError):
            batch.unlink()

    def test_the_list_of_invoices_sends_as_each_wishes_and_leaves_out_the_sent(self):
        moves = self.env["account.move"].union(
            *map(self._move, ("Online Ltd", "Poste Nord", "Sans Adresse"))
        )
        wizard = self.env["account.move.send.batch.wizard"].create(
            {"move_ids": [Command.set(moves.ids)]}
        )
        self.assertEqual(
            {key: one["count"] for key, one in wizard.summary_data.items()},
            {"legal_portal": 1, "legal_post": 1, "facturx": 3}
            if "facturx" in wizard.summary_data
            else {"legal_portal": 1, "legal_post": 1},
        )
        self.assertIn("legal_unreachable", wizard.alerts)
        wizard.action_send_and_print()
        cron = type(self.env["ir.cron"])
        with self._mails() as (env, sent), patch.object(cron, "_commit_progress"):
            self.env["account.move"].with_env(env)._cron_account_move_send()
        self.assertEqual(len(sent), 1)
        online, letter, nobody = moves
        self.assertEqual(online.legal_sent_by, "portal")
        self.assertTrue(letter.legal_post_batch_id)
        self.assertIn("no valid e-mail", nobody.legal_send_error)
        self.assertFalse(any(moves.mapped("sending_data")))
        again = self.env["account.move.send.batch.wizard"].create(
            {"move_ids": [Command.set((online | letter).ids)]}
        )
        with self.assertRaisesRegex(UserError, "open one of"):
            again.action_send_and_print()

    def test_recipients_are_on_the_clients_side_and_walled(self):
        with self.assertRaisesRegex(ValidationError, "another party"):
            self.matter.legal_recipient_ids = [
                Command.create({"partner_id": self.copayer.id})
            ]
        other = self.matters["Morel"]
        with self.assertRaisesRegex(ValidationError, "not one of"):
            other.legal_recipient_ids = [
                Command.create(
                    {
                        "partner_id": self.books.id,
                        "agreement_id": self.matter.agreement_ids.id,
                    }
                )
            ]
        agreed = self.env["legal.invoice.recipient"].create(
            {
                "matter_id": self.matter.id,
                "agreement_id": self.matter.agreement_ids.id,
                "partner_id": self.colleague.id,
            }
        )
        move = self._line(self.run_, self.matter).move_ids.filtered(
            lambda m: m.partner_id == self.client
        )
        to, copies = move._legal_get_recipients()
        self.assertEqual((to, copies), (self.colleague, self.books))
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint"
            " WHERE conname = 'legal_invoice_recipient_one_owner'"
            " UNION ALL SELECT 1 FROM pg_indexes"
            " WHERE indexname = 'legal_invoice_recipient_partner_once'"
        )
        self.assertEqual(len(self.env.cr.fetchall()), 2)
        self.matter.is_walled = True
        rows = self.matter.legal_recipient_ids
        self.assertIn(agreed, rows)
        for groups in (
            "legal_timesheet.group_legal_user,legal_timesheet.group_legal_office",
            "legal_billing.group_legal_billing_manager",
            "legal_timesheet.group_legal_administrator,base.group_system",
        ):
            user = new_test_user(
                self.env,
                f"outside_{groups[-8:]}",
                groups=f"base.group_user,base.group_allow_export,{groups}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            self.env.invalidate_all()
            own = self.env["legal.invoice.recipient"].with_user(user)
            domain = [("id", "in", rows.ids)]
            with self.subTest(groups=groups):
                self.assertFalse(own.search(domain))
                self.assertEqual(own._read_group(domain, [], ["__count"]), [(0,)])
                self.assertFalse(own.name_search("Paul Durand", domain))
                with self.assertRaises(AccessError):
                    rows.with_user(user).export_data(["partner_id/name"])
        # Letters about a walled matter are printed by its team alone.
        self.matter.partner_id.legal_send_channel = "post"
        batch = self.env["legal.post.batch"].create({"company_id": self.company.id})
        move._legal_mark_to_post(batch)
        manager = self.env["res.users"].search([("login", "like", "outside_%manager%")])
        self.assertEqual(batch.with_user(manager).hidden_count, 1)
        with self.assertRaisesRegex(UserError, "nothing to"):
            batch.with_user(manager).action_print()
        with self.assertRaisesRegex(UserError, "no invoice"):
            batch.with_user(manager).action_mark_posted()
        self.assertEqual(batch._get_readable(), move)
        self.assertEqual(batch.date, date.today())
