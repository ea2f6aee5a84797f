from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .portal_common import LegalPortalCommon

TO = "compta@ateliers-vauban.example"


@tagged("post_install", "-at_install")
class TestReading(LegalPortalCommon):
    """What is known of the way of a document to its reader, honestly and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._create_invoice()
        cls.move._legal_mark_sent("email", TO)
        cls.matter = cls.move.matter_ids
        cls.Event = cls.env["legal.reading.event"]

    def _kinds(self, record=None):
        record = record or self.move
        self.env.invalidate_all()
        return (
            self.Event.sudo()
            .search(
                [("res_model", "=", record._name), ("res_id", "=", record.id)],
                order="id",
            )
            .mapped("kind")
        )

    def test_page_and_pdf_opened_by_the_client_are_proof_once(self):
        self._open(self.move)
        self._open(self.move)
        self.url_open(self.move.get_portal_url(report_type="pdf"))
        self.assertEqual(self._kinds(), ["sent", "opened", "pdf"])
        opened = self.move.legal_reading_ids.filtered(lambda e: e.kind == "opened")
        self.assertTrue(opened.is_proof)
        self.assertIn(TO, opened.sentence)
        self.assertEqual(opened.ip, "127.0.0.0/24")
        self.assertEqual(opened.matter_ids, self.matter)
        opened.sudo().date = fields.Datetime.now() - timedelta(minutes=31)
        self._open(self.move)
        self.assertEqual(self._kinds().count("opened"), 2)
        self._open(self.move, token="x" * 36)
        self.assertEqual(self._kinds().count("opened"), 2)

    def test_annex_that_is_downloaded_is_recorded(self):
        Link = self.env["legal.client.link"]
        link = Link._get_for(self.move.partner_id, self.company)
        model = type(self.move)
        url = f"/my/invoices/{self.move.id}/annex?access_token={link._sign(self.move)}"
        with (
            patch.object(model, "_legal_offers_annex", return_value=True),
            patch.object(
                model, "_legal_render_annex", return_value=("annexe.pdf", b"%PDF-")
            ),
        ):
            self.assertEqual(self.url_open(url).content, b"%PDF-")
        self.assertIn("annex", self._kinds())

    def test_people_of_the_firm_are_never_recorded_a_client_is_by_name(self):
        new_test_user(
            self.env,
            login="interne.lecture",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.authenticate("interne.lecture", "interne.lecture")
        self._open(self.move)
        self.assertEqual(self._kinds(), ["sent"])
        self.authenticate("vauban.portail", "vauban.portail")
        self._open(self.move)
        [_sent, opened] = self.move.legal_reading_ids.sorted("id")
        self.assertIn(self.portal_user.name, opened.sentence)

    def test_switched_off_records_nothing_and_greys_what_was(self):
        self._open(self.move)
        self.company.legal_logs_reading = False
        self.move.legal_reading_ids.sudo().date = "2026-01-01"
        self._open(self.move)
        self.assertEqual(self._kinds(), ["sent", "opened"])
        self.assertEqual(set(self.move.legal_reading_ids.mapped("is_off")), {True})
        self.company.write({"legal_logs_reading": True, "legal_reading_days": 30})
        self.Event._gc_events()
        self.assertEqual(self._kinds(), [])

    def test_mail_server_and_bounces_are_told_for_what_they_are(self):
        message = self.move.message_post(
            body="Votre facture",
            partner_ids=(self.client | self.env.user.partner_id).ids,
            subtype_xmlid="mail.mt_comment",
        )
        mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "mail_message_id": message.id,
                    "recipient_ids": [
                        Command.set((self.client | self.env.user.partner_id).ids)
                    ],
                }
            )
        )
        mail._postprocess_sent_message(mail.recipient_ids.ids, [])
        self.assertEqual(self._kinds()[-1], "accepted")
        event = self.move.legal_reading_ids.sorted("id")[-1]
        self.assertEqual((event.address, event.is_proof), (TO, False))
        again = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "mail_message_id": message.id,
                    "recipient_ids": [(6, 0, self.client.ids)],
                }
            )
        )
        again._postprocess_sent_message([], [], "boîte pleine", "unknown")
        self.assertEqual(self._kinds()[-1], "refused")
        self.env["mail.thread"]._routing_handle_bounce(
            None,
            {
                "bounced_email": TO,
                "bounced_partner": self.client,
                "bounced_msg_ids": [message.message_id],
                "bounced_message": message,
                "body": "<p>No such user</p>",
                "email_from": "MAILER-DAEMON",
                "to": "bounce@x.example",
                "message_id": "<x>",
            },
        )
        self.assertEqual(self._kinds()[-1], "bounced")
        evidence = self.Event._get_reading_evidence(self.move)
        self.assertEqual(
            [row["kind"] for row in evidence],
            ["sent", "accepted", "refused", "bounced"],
        )
        self.assertIn("No such user", evidence[-1]["sentence"])
        self.assertEqual(evidence[0]["number"], self.move.name)

    def test_filters_find_what_was_opened_and_not_paid(self):
        other = self._create_invoice()
        other._legal_mark_sent("email", TO)
        self._open(self.move)
        view = self.env.ref(
            "legal_billing.view_account_invoice_filter_inherit_legal_reading"
        )
        self.assertIn("legal_never_opened", view.arch)
        Move = self.env["account.move"]
        both = [("id", "in", (self.move | other).ids)]
        seen = (
            "legal_reading_ids",
            "any",
            [("kind", "in", ("opened", "pdf", "annex"))],
        )
        never = ("legal_reading_ids", "not any", seen[2])
        self.assertEqual(Move.search([*both, seen]), self.move)
        self.assertEqual(Move.search([*both, never]), other)

    def test_provisions_and_the_page_of_the_account(self):
        provision = self.env["legal.provision"].create(
            {"matter_id": self.matter.id, "amount_untaxed": 100, "work": "Audience"}
        )
        provision._portal_ensure_token()
        provision.action_mark_requested()
        self.url_open(provision.get_portal_url())
        self.assertEqual(self._kinds(provision), ["opened"])
        link = self.env["legal.client.link"]._get_for(self.client, self.company)
        self.url_open(link._get_path())
        listed = self.move.legal_reading_ids.filtered(lambda e: e.kind == "listed")
        self.assertEqual((len(listed), listed.is_proof), (1, False))

    # -- the wall --------------------------------------------------------------

    def test_wall_keeps_readings_from_outsiders_by_every_way(self):
        provision = self.env["legal.provision"].create(
            {"matter_id": self.matter.id, "amount_untaxed": 100, "work": "Audience"}
        )
        self.Event._log("opened", provision, address=TO)
        groups = {
            "lawyer": "legal_timesheet.group_legal_user",
            "office kept out": "legal_timesheet.group_legal_office,"
            "account.group_account_invoice",
            "manager": "legal_timesheet.group_legal_user,project.group_project_manager",
            "administrator": "legal_timesheet.group_legal_administrator",
        }
        users = {
            name: new_test_user(
                self.env,
                login=f"lecture.{number}",
                groups=f"{codes},base.group_allow_export",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for number, (name, codes) in enumerate(groups.items())
        }
        self.matter.write(
            {
                "is_walled": True,
                "excluded_user_ids": [Command.set(users["office kept out"].ids)],
                "exclusion_reason": "Conflit",
            }
        )
        self.env.flush_all()
        everything = self.Event.sudo().search([("company_id", "=", self.company.id)])
        for name, user in users.items():
            own = self.Event.with_user(user)
            with self.subTest(name):
                self.env.invalidate_all()
                self.assertFalse(own.search([]))
                self.assertEqual(own.search_count([]), 0)
                self.assertEqual(own._read_group([], [], ["__count"]), [(0,)])
                self.assertFalse(own.name_search(TO))
                self.assertFalse(own._get_reading_evidence(self.move))
                with self.assertRaises(AccessError):
                    own.browse(everything.ids).read(["address"])
                with self.assertRaises(AccessError):
                    own.browse(everything.ids).export_data(["address"])
        lead = self.Event.with_user(self.matter.responsible_id)
        self.assertEqual(lead.search([]), everything)
        accountant = new_test_user(
            self.env,
            login="lecture.compta",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        seen = self.Event.with_user(accountant).search([])
        self.assertEqual(seen.mapped("res_model"), ["account.move"] * len(seen))
        self.assertTrue(seen)
        for values in ({"address": "x"},):
            with self.assertRaises(AccessError):
                lead.browse(everything.ids).write(values)
        with self.assertRaises(AccessError):
            lead.browse(everything.ids).unlink()
