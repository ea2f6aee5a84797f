from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_document import DocumentCommon


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
        number = move.name
        with self.assertRaisesRegex(UserError, words[0]), self.env.cr.savepoint():
            move.action_post()
        move.invalidate_recordset()
        self.assertEqual((move.state, move.name), ("draft", number))

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
