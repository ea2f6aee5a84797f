from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestMention(DocumentCommon):
    """Which notice is printed, for whom and when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._bill_case_5()

    def _get_codes(self, move=None):
        mentions = self.env["legal.mention"]._for_move(move or self.move)
        return set(mentions.mapped("code"))

    def test_notices_follow_the_kind_of_client(self):
        for kind, expected, unexpected in [
            ("professional", {"M08", "M09", "M10"}, {"M08c", "M09c", "M18"}),
            ("consumer", {"M08c", "M09c", "M10", "M18"}, {"M08", "M09"}),
            ("public", {"M08g", "M09g", "M10"}, {"M08", "M18"}),
            ("nonprofessional", {"M08c", "M09n", "M10"}, {"M09c", "M18", "M09"}),
        ]:
            with self.subTest(kind):
                self.move.legal_client_kind = kind
                codes = self._get_codes()
                self.assertLessEqual(expected, codes)
                self.assertFalse(unexpected & codes)

    def test_each_kind_of_client_has_each_coded_note_once(self):
        for kind in ("professional", "consumer", "public", "nonprofessional"):
            with self.subTest(kind):
                self.move.legal_client_kind = kind
                mentions = self.env["legal.mention"]._for_move(self.move)
                codes = sorted(code for code in mentions.mapped("note_code") if code)
                self.assertEqual(codes, ["AAB", "PMD", "PMT"])

    def test_disbursements_bring_their_notice(self):
        self.assertIn("M16", self._get_codes())
        self.assertNotIn("M16", self._get_codes(self._bill_hours()))

    def test_vat_on_invoices_is_an_option_to_print(self):
        self.assertNotIn("M11", self._get_codes())
        tax = self.move.invoice_line_ids.tax_ids.filtered("amount")
        tax.tax_exigibility = "on_invoice"
        self.assertIn("M11", self._get_codes())

    def test_vat_cases(self):
        tax = self.move.invoice_line_ids.tax_ids.filtered("amount")
        for category, reason, case in [
            ("E", "VATEX-EU-79-C", "disbursement"),
            ("E", "VATEX-FR-FRANCHISE", "franchise"),
        ]:
            with self.subTest(case):
                tax.ubl_cii_tax_category_code = category
                tax.ubl_cii_tax_exemption_reason_code = reason
                self.assertEqual(self.move._legal_get_vat_case(tax), case)

    def test_sole_practitioner_is_said_so(self):
        self.assertNotIn("M03", self._get_codes())
        self.company.legal_form = "EI"
        self.assertIn("M03", self._get_codes())
        self.assertTrue(self.company._legal_get_full_name().endswith("EI"))

    def test_ended_notice_is_not_printed_after_its_last_day(self):
        notice = self.env.ref("legal_billing.legal_mention_m16")
        for last_day, printed in [("2026-05-31", True), ("2026-05-30", False)]:
            with self.subTest(last_day):
                notice.date_to = last_day
                self.assertEqual("M16" in self._get_codes(), printed)

    def test_optional_notice_is_left_out_when_a_value_is_missing(self):
        self.move.legal_client_kind = "consumer"
        self.assertIn("M18", self._get_codes())
        self.env["legal.parameter"].search([("key", "=", "mediator_name")]).unlink()
        self.assertNotIn("M18", self._get_codes())

    def test_placeholders_are_filled_in(self):
        self.move.legal_client_kind = "consumer"
        notice = self.env.ref("legal_billing.legal_mention_m18")
        text = notice._get_text(self.move)
        self.assertIn("Sandra Werey", text)
        self.assertNotIn("{", text)

    def test_unknown_placeholder_is_refused(self):
        notice = self.env.ref("legal_billing.legal_mention_m10")
        with self.assertRaisesRegex(ValidationError, "{nobody}"):
            notice.text = "Escompte {nobody}"
        with self.assertRaisesRegex(ValidationError, "lone brace"):
            notice.text = "Escompte {"

    def test_dates_in_the_wrong_order_are_refused_by_the_database(self):
        notice = self.env.ref("legal_billing.legal_mention_m10")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            notice.write({"date_from": "2026-02-01", "date_to": "2026-01-01"})
            self.env.flush_all()

    def test_another_companys_notice_is_not_printed(self):
        other = self.env["res.company"].create({"name": "Autre cabinet"})
        notice = self.env.ref("legal_billing.legal_mention_m10")
        notice.company_id = other
        self.assertNotIn("M10", self._get_codes())
