from lxml import etree

from odoo.tests import tagged

from ..report import cii_tree as cii
from . import facturx_checker
from .common_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestFacturX(DocumentCommon):
    """Invoices sent for good, read again by every validator."""

    def _get_tree(self, move):
        return etree.fromstring(move.ubl_cii_xml_id.raw)

    def _read(self, move, path):
        return [element.text for element in cii.find_all(self._get_tree(move), path)]

    def _read_notes(self, move):
        return {
            cii.find(note, "ram:SubjectCode").text: cii.find(note, "ram:Content").text
            for note in cii.find_all(self._get_tree(move), ".//ram:IncludedNote")
        }

    def assertConform(self, moves):
        files = [self._get_files(move) for move in moves]
        for move, findings in zip(
            moves, facturx_checker.check_pdfs(files), strict=True
        ):
            self.assertEqual(findings, [], move.name)

    def test_invoices_of_one_batch_pass_every_validator(self):
        """Worked case 5, a capped one, a consumer's, a neutral one: one send."""
        moves = (
            self._bill_case_5()
            | self._bill_hours()
            | self._bill_hours(partner_id=self.consumer.id)
            | self._bill_hours(policy="neutral")
        )
        self._send(moves)
        self.assertEqual(moves.mapped("is_move_sent"), [True] * 4)
        self.assertConform(moves)
        loose = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "in", moves.ids),
                ("name", "=", "factur-x.xml"),
            ]
        )
        self.assertFalse(loose, "the e-invoice is embedded and stored once")

    def test_plain_invoice_states_what_the_french_rules_ask(self):
        move = self._send(self._bill_case_5())
        for path, expected in [
            ("rsm:ExchangedDocumentContext//ram:ID", ["S1", "urn:cen.eu:en16931:2017"]),
            ("rsm:ExchangedDocument/ram:ID", [move.name]),
            ("rsm:ExchangedDocument/ram:TypeCode", ["380"]),
            (
                ".//ram:SellerTradeParty/ram:GlobalID[@schemeID='0009']",
                ["90123456700016"],
            ),
            (".//ram:SellerTradeParty//ram:ID[@schemeID='0002']", ["901234567"]),
            (".//ram:SellerTradeParty//ram:URIID[@schemeID='0225']", ["901234567"]),
            (
                ".//ram:BuyerTradeParty/ram:GlobalID[@schemeID='0009']",
                ["73282932000074"],
            ),
            (".//ram:BuyerTradeParty//ram:ID[@schemeID='0002']", ["732829320"]),
            (".//ram:BuyerTradeParty//ram:URIID[@schemeID='0225']", ["732829320"]),
            (".//ram:BuyerOrderReferencedDocument", []),
            (".//ram:ShipToTradeParty", []),
            (".//ram:AdditionalReferencedDocument", []),
            (".//ram:DueDateTypeCode", ["72", "72"]),
            (
                ".//ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod"
                "//udt:DateTimeString",
                [
                    move.legal_period_from.strftime("%Y%m%d"),
                    move.legal_period_to.strftime("%Y%m%d"),
                ],
            ),
            (".//ram:ExemptionReasonCode", ["VATEX-EU-79-C"]),
            (
                ".//ram:ExemptionReason",
                [self.env.ref("legal_billing.legal_mention_m16").text],
            ),
            (".//ram:GrandTotalAmount", ["1869.16"]),
            (".//ram:TotalPrepaidAmount", ["0.00"]),
            (".//ram:DuePayableAmount", ["1869.16"]),
        ]:
            with self.subTest(path):
                self.assertEqual(self._read(move, path), expected)
        notes = self._read_notes(move)
        self.assertEqual(sorted(notes), ["AAB", "BAR", "PMD", "PMT"])
        self.assertEqual(notes["BAR"], "B2B")
        self.assertIn("40 €", notes["PMT"])

    def test_consumer_is_reached_by_email_and_owes_no_indemnity(self):
        move = self._send(self._bill_hours(partner_id=self.consumer.id))
        self.assertEqual(
            self._read(move, ".//ram:BuyerTradeParty//ram:URIID[@schemeID='EM']"),
            ["jeanne.morel@courriel.example"],
        )
        self.assertFalse(
            self._read(move, ".//ram:BuyerTradeParty/ram:SpecifiedLegalOrganization")
        )
        notes = self._read_notes(move)
        self.assertEqual(notes["BAR"], "B2C")
        self.assertNotIn("40 €", notes["PMT"])

    def test_consumer_without_email_still_passes(self):
        self.consumer.email = False
        move = self._bill_hours(partner_id=self.consumer.id)
        xml, errors = self.env["account.edi.xml.cii"]._export_invoice(move)
        self.assertFalse(errors)
        self.assertEqual(facturx_checker.check_xml(xml), [])

    def test_cap_is_a_line_of_negative_quantity(self):
        move = self._send(self._bill_hours())
        self.assertEqual(
            self._read(move, ".//ram:BilledQuantity"), ["6.5", "9.2", "8.4", "-1", "1"]
        )
        prices = self._read(move, ".//ram:NetPriceProductTradePrice/ram:ChargeAmount")
        self.assertTrue(all(float(price) > 0 for price in prices))

    def test_credit_note_names_the_invoice_it_corrects(self):
        move = self._bill_hours()
        credit = move._reverse_moves(
            [{"invoice_date": "2026-05-02", "date": "2026-05-02"}]
        )
        credit.action_post()
        self._send(credit)
        self.assertConform(credit)
        self.assertEqual(
            self._read(credit, "rsm:ExchangedDocument/ram:TypeCode"), ["381"]
        )
        reference = ".//ram:InvoiceReferencedDocument"
        self.assertEqual(
            self._read(credit, f"{reference}/ram:IssuerAssignedID"), [move.name]
        )
        self.assertEqual(
            self._read(credit, f"{reference}//qdt:DateTimeString"), ["20260415"]
        )

    def test_business_in_the_eu_owes_the_vat_itself(self):
        """Category AE with both VAT numbers, and the notice on paper."""
        self.client.write(
            {
                "country_id": self.env.ref("base.be").id,
                "vat": "BE0477472701",
                "company_registry": False,
                "peppol_eas": False,
                "peppol_endpoint": False,
            }
        )
        move = self._bill_hours(terms=[{"kind": "hourly"}])
        self.assertEqual(move.amount_tax, 0)
        mentions = self.env["legal.mention"]._for_move(move)
        self.assertIn("M13", mentions.mapped("code"))
        self._send(move)
        self.assertConform(move)
        self.assertEqual(set(self._read(move, ".//ram:CategoryCode")), {"AE"})
        self.assertEqual(self._read_notes(move)["BAR"], "B2BINT")

    def test_payment_before_sending_shows(self):
        half, full = self._bill_hours(), self._bill_hours()
        self._register_payment(half, payment_date="2026-05-04", amount=1000)
        self._register_payment(full, payment_date="2026-05-04")
        self._send(half | full)
        self.assertConform(half | full)
        framework = "rsm:ExchangedDocumentContext/ram:Business*/ram:ID".replace(
            "Business*", "BusinessProcessSpecifiedDocumentContextParameter"
        )
        self.assertEqual(self._read(half, framework), ["S1"])
        self.assertEqual(self._read(half, ".//ram:DuePayableAmount"), ["5180.00"])
        self.assertEqual(self._read(full, framework), ["S2"])
        self.assertEqual(
            self._read(full, ".//ram:DueDateDateTime/udt:DateTimeString"), ["20260504"]
        )

    def test_exporting_twice_gives_the_same_bytes(self):
        move = self._bill_case_5()
        builder = self.env["account.edi.xml.cii"]
        first, _errors = builder._export_invoice(move)
        tree = etree.fromstring(first)
        builder._legal_cure(tree, move)
        etree.indent(tree)
        again = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
        self.assertEqual(again, first)

    def test_other_invoices_stay_stock_if_so_set(self):
        self.company.legal_prints_all_invoices = False
        move = self.init_invoice(
            "out_invoice", partner=self.client, amounts=[100], post=True
        )
        self.assertFalse(move.is_legal)
        self.assertEqual(
            move._get_name_invoice_report(), "account.report_invoice_document"
        )
        xml, _errors = self.env["account.edi.xml.cii"]._export_invoice(move)
        self.assertIn(b"1p0:extended", xml)

    def test_narratives_reach_neither_the_xml_nor_the_ledger(self):
        move = self._send(self._bill_hours())
        secret = "Diligence confidentielle"
        self.assertNotIn(secret, move.ubl_cii_xml_id.raw.decode())
        self.assertNotIn("Litige commercial", move.ubl_cii_xml_id.raw.decode())
        labels = [*move.line_ids.mapped("name"), move.ref, move.payment_reference]
        self.assertFalse([name for name in labels if name and secret in name])

    def test_email_links_to_the_portal_and_keeps_the_matter_quiet(self):
        move = self._bill_hours()
        template = self.env["account.move.send"]._get_default_mail_template_id(move)
        self._send(move)
        message = move.message_ids.filtered("attachment_ids")[:1]
        self.assertEqual(template, self.env.ref("legal_billing.mail_template_invoice"))
        # Kept without the key, which is put in as it leaves.
        self.assertIn("/legal/client/sent/", message.body)
        self.assertIn(f"row=i{move.id}", message.body)
        self.assertIn(move.name, message.subject)
        self.assertIn(self.company.name, message.subject)
        for text in (message.body, message.subject):
            self.assertNotIn("Litige commercial", text)
        self.assertIn(
            move.invoice_pdf_report_id.name, message.attachment_ids.mapped("name")
        )

    def test_printing_again_gives_the_file_that_was_sent(self):
        move = self._send(self._bill_hours())
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = report._render_qweb_pdf("account.account_invoices", move.ids)
        self.assertEqual(kind, "pdf")
        self.assertEqual(pdf, move.invoice_pdf_report_id.raw)
