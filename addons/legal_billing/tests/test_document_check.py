from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report import glyphs
from .common_document import DocumentCommon

# Documents refused by a test of their own; more are in the table of the last one.
# With the 26 broken files of test_document_checker.py, which stand for what others
# made, each kind of wrong document is met.
REFUSED = {
    "client without an address": (
        "test_client_without_address_is_named_with_what_is_missing"
    ),
    "business without SIREN": "test_business_without_siren_is_named",
    "consumer without a city": "test_consumer_needs_an_address",
    "closed period": "test_closed_period_is_refused",
    "number with a space": "test_number_that_the_standard_refuses",
    "number with an accent": "test_number_that_the_standard_refuses",
    "number of 39 characters": "test_number_that_the_standard_refuses",
    "number drawn wrong": "test_number_is_checked_when_it_is_drawn_at_posting",
    "firm without identity": (
        "test_firm_without_its_identity_is_named_with_what_is_missing"
    ),
    "no bank account": "test_invoice_without_bank_account_is_refused",
    "due before issue": "test_due_date_before_the_invoice_is_refused",
    "line without a tax": "test_line_without_tax_is_refused",
    "missing notice": "test_missing_notice_is_named",
    "doubled notice": "test_doubled_notice_is_named",
    "one of two wrong": "test_several_invoices_are_refused_together_and_none_is_posted",
}
IN_TABLE = 14


@tagged("post_install", "-at_install")
class TestDocumentCheck(DocumentCommon):
    """What would be refused later is refused before a number is drawn."""

    def _create_draft(self, **kw):
        matter = self._create_matter(**kw)
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(matter, "partner", 2, "2026-04-01")
        return self._bill(matter, "2026-04-15", post=False)[1]

    def assertRefused(self, move, *words):
        """One sentence holds all the words, and nothing is posted."""
        sentences = move._legal_check_document()
        found = [s for s in sentences if all(word in s for word in words)]
        self.assertEqual(len(found), 1, sentences)
        self.assertJumps(move, found[0])
        number = move.name
        with self.assertRaisesRegex(UserError, words[0]), self.env.cr.savepoint():
            move.action_post()
        move.invalidate_recordset()
        self.assertEqual((move.state, move.name), ("draft", number))

    def assertJumps(self, move, finding):
        """The button of a finding opens a form on which its field is."""
        mending = move._legal_get_mending(finding)
        action = mending["action"]
        field, model = action["context"]["legal_focus"], action["res_model"]
        self.assertTrue(mending["action_text"])
        if "res_id" not in action:  # a list of the very records
            ((name, _operator, value),) = action["domain"]
            self.assertIn(name, self.env[model]._fields)
            self.assertTrue(value)
            return
        self.assertTrue(action["res_id"])
        self.assertIn(field, self.env[model]._fields, finding)
        if field == "attachment_ids":
            return  # in the chatter
        arch = self.env[model].get_view(action["views"][0][0], "form")["arch"]
        self.assertIn(f'name="{field}"', arch, finding)

    def test_legal_values_and_clients_that_lack_are_opened_too(self):
        """What can be missing beside the cases of the table."""
        move = self._create_draft()
        value = self.env.ref("legal_billing.parameter_einvoice_vat_rates")
        value.date_from = "2027-01-01"
        (finding,) = move._legal_check_rates(move.invoice_line_ids)
        self.assertJumps(move, finding)
        nobody = self.env["account.move"].create({"move_type": "out_invoice"})
        (finding,) = nobody._legal_check_client()
        self.assertJumps(nobody, finding)

    def test_complete_invoice_has_nothing_to_say(self):
        move = self._create_draft()
        self.assertEqual(move._legal_check_document(), [])
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_client_without_address_is_named_with_what_is_missing(self):
        move = self._create_draft()
        self.client.write({"street": False, "zip": False})
        self.assertRefused(move, "Ateliers Vauban SAS", "street, postcode", "form")

    def test_business_without_siren_is_named(self):
        move = self._create_draft()
        self.client.write({"company_registry": False, "vat": False})
        self.assertRefused(move, "Ateliers Vauban SAS", "SIREN", "consumer")

    def test_siren_is_read_from_the_vat_number(self):
        move = self._create_draft()
        self.client.company_registry = False
        self.assertEqual(self.client._legal_get_siren(), "732829320")
        self.assertEqual(move._legal_check_document(), [])

    def test_consumer_needs_no_siren(self):
        move = self._create_draft(partner_id=self.consumer.id)
        self.assertEqual(move._legal_check_document(), [])

    def test_consumer_needs_an_address(self):
        move = self._create_draft(partner_id=self.consumer.id)
        self.consumer.city = False
        self.assertRefused(move, "Jeanne Morel", "city", "form")

    def test_closed_period_is_refused(self):
        move = self._create_draft()
        self.company.sudo().fiscalyear_lock_date = "2026-04-30"
        self.assertRefused(move, "closed", "later date")

    def test_number_that_the_standard_refuses(self):
        for number, words in [
            ("FAC 2026 00001", ("“ ”", "letters without accents")),
            ("FÀC/2026/00001", ("“À”", "journal")),
            ("FACTURE-DU-CABINET-LANTERNE-2026/00001", ("characters", "35")),
        ]:
            with self.subTest(number):
                move = self._create_draft()
                move.name = number
                self.assertRefused(move, *words)

    def test_number_is_checked_when_it_is_drawn_at_posting(self):
        move = self._create_draft()
        move.name = False
        journal = move.journal_id
        journal.code = "F É"
        with self.assertRaisesRegex(UserError, "refuses"), self.env.cr.savepoint():
            move.action_post()
        move.invalidate_recordset()
        self.assertEqual(move.state, "draft")

    def test_firm_without_its_identity_is_named_with_what_is_missing(self):
        move = self._create_draft()
        self.company.write({"company_registry": False, "vat": False, "phone": False})
        self.assertRefused(move, "Lanterne Avocats", "SIREN", "VAT number", "telephone")

    def test_invoice_without_bank_account_is_refused(self):
        move = self._create_draft()
        move.partner_bank_id = False
        self.assertRefused(move, "bank account", "IBAN")

    def test_due_date_before_the_invoice_is_refused(self):
        move = self._create_draft()
        move.write({"invoice_payment_term_id": False, "invoice_date_due": "2026-04-01"})
        self.assertRefused(move, "falls due before")

    def test_line_without_tax_is_refused(self):
        move = self._create_draft()
        line = move.invoice_line_ids.filtered(lambda li: li.display_type == "product")
        line.tax_ids = [Command.clear()]
        self.assertRefused(move, "VAT", "exactly one")

    def test_missing_notice_is_named(self):
        move = self._create_draft()
        self.env.ref("legal_billing.legal_mention_m10").active = False
        self.assertRefused(move, "AAB", "Legal notices")

    def test_doubled_notice_is_named(self):
        move = self._create_draft()
        self.env.ref("legal_billing.legal_mention_m09").copy()
        self.assertRefused(move, "PMT", "Legal notices")

    def test_several_invoices_are_refused_together_and_none_is_posted(self):
        moves = self._create_draft() | self._create_draft(partner_id=self.consumer.id)
        self.client.zip = False
        with self.assertRaises(UserError), self.env.cr.savepoint():
            moves.action_post()
        moves.invalidate_recordset()
        self.assertEqual(moves.mapped("state"), ["draft", "draft"])

    def test_what_a_platform_or_a_bank_would_refuse(self):
        """One thing wrong each time, each named with how to mend it."""
        franc = self.env.ref("base.CHF")
        franc.active = True
        franc.rate_ids.unlink()
        odd = self.company._legal_get_regime_tax("on_payment").copy(
            {"name": "12,5 %", "amount": 12.5}
        )
        outside = self.company.legal_tax_disbursement_abroad_id
        belgium = self.env.ref("base.be").id
        fees = Command.update

        def first_line(move, **vals):
            line = move.invoice_line_ids.filtered(lambda li: li.price_subtotal)[:1]
            move.write({"invoice_line_ids": [fees(line.id, vals)]})

        def client(**vals):
            return lambda move: self.client.with_context(no_vat_validation=True).write(
                vals
            )

        cases = {
            "check digit of the client's SIREN": (
                client(company_registry="73282932100074"),
                ("732829321", "is not valid", "Company ID"),
            ),
            "check digit of the firm's SIREN": (
                lambda move: self.company.write({"company_registry": "901234568"}),
                ("901234568", "is not valid"),
            ),
            "IBAN": (
                lambda move: move.write(
                    {
                        "partner_bank_id": self.env["res.partner.bank"]
                        .with_context(tracking_disable=True)
                        .create(
                            {
                                "acc_number": "FR0030006000011234567890189",
                                "partner_id": self.company.partner_id.id,
                                "allow_out_payment": True,
                            }
                        )
                        .id
                    }
                ),
                ("FR00", "no valid IBAN"),
            ),
            "VAT number of another country": (
                client(country_id=belgium, company_registry=False),
                ("FR44732829320", "is not one of its country"),
            ),
            "unknown VAT rate": (
                lambda move: first_line(move, tax_ids=[Command.set(odd.ids)]),
                ("12.5 %", "choose another tax"),
            ),
            "mixed categories": (
                lambda move: move.write(
                    {
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "name": "Greffe de Genève",
                                    "price_unit": 10,
                                    "tax_ids": [Command.set(outside.ids)],
                                }
                            )
                        ]
                    }
                ),
                ("BR-O-11",),
            ),
            "line without words": (
                lambda move: first_line(move, name=" "),
                ("says nothing",),
            ),
            "control character": (
                lambda move: first_line(move, name="Honoraires\x0b2026"),
                ("control character",),
            ),
            "file too large": (
                lambda move: self.env["ir.attachment"].create(
                    {
                        "name": "dossier.zip",
                        "raw": b"0" * 2100000,
                        "res_model": "account.move",
                        "res_id": move.id,
                    }
                ),
                ("dossier.zip", "2.00 Mb", "2 MB", "make it smaller"),
            ),
            "line in a script without a font": (
                lambda move: first_line(move, name="Audience \ue001\ue002 北京"),
                ("\ue001\ue002 北京", "Line 1", "no font of this server"),
            ),
            "client in a script without a font": (
                client(name="東京 SAS"),
                ("東京", "no font of this server"),
            ),
            "negative total": (
                lambda move: first_line(move, price_unit=-100),
                ("cannot be negative", "credit note"),
            ),
            "currency without a rate": (
                lambda move: move.write({"currency_id": franc.id}),
                ("CHF", "has no rate"),
            ),
            "reverse charge without a number": (
                lambda move: (
                    self.client.write({"vat": False}),
                    first_line(
                        move,
                        tax_ids=[
                            Command.set(
                                self.env["account.chart.template"]
                                .with_company(self.company)
                                .ref("tva_sale_service_intra_0")
                                .ids
                            )
                        ],
                    ),
                    self.client.write(
                        {
                            "country_id": belgium,
                            "peppol_eas": False,
                            "peppol_endpoint": False,
                        }
                    ),
                ),
                ("leaves the VAT", "has no VAT number"),
            ),
        }
        self.env.ref("legal_billing.parameter_einvoice_attachment_max_mb").value = "2"
        ask = glyphs._ask_system
        self.patch(glyphs, "_ask_system", lambda char: "\u3000" > char and ask(char))
        glyphs.is_drawn.cache_clear()
        self.addCleanup(glyphs.is_drawn.cache_clear)
        self.assertEqual(len(cases), IN_TABLE)
        self.assertGreaterEqual(len(REFUSED) + IN_TABLE, 25)
        self.assertTrue(all(hasattr(self, test) for test in REFUSED.values()))
        move = self._create_draft()
        for name, (spoil, words) in cases.items():
            with self.subTest(name):
                savepoint = self.env.cr.savepoint(flush=True)
                spoil(move)
                self.assertRefused(move, *words)
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertEqual(move._legal_check_document(), [])

    def test_large_file_is_refused_before_anything_is_sent(self):
        move = self._create_draft()
        move.action_post()
        self.env.ref("legal_billing.parameter_einvoice_attachment_max_mb").value = "0.1"
        file = self.env["ir.attachment"].create({"name": "a.zip", "raw": b"0" * 200000})
        with self.assertRaisesRegex(UserError, "a.zip.*0.1 MB"):
            self.env["account.move.send"]._generate_and_send_invoices(
                move, mail_attachments_widget=[{"id": file.id, "manual": True}]
            )
        self.assertFalse(move.is_move_sent or move.invoice_pdf_report_id)

    def test_fonts_of_the_machine_are_asked(self):
        self.assertEqual(glyphs.find_missing("Maître Œuvre – 1 200 €, l’été №1"), [])
        self.assertEqual(glyphs.find_missing("a \U0010fffd b"), ["\U0010fffd"])
        with patch("odoo.addons.legal_billing.report.renderer.weasyprint", None):
            self.assertEqual(glyphs.find_missing("\U0010fffd"), [])
