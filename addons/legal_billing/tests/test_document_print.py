import base64
import io
import zlib
from unittest.mock import patch

import qrcode
from PIL import Image
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import account_move_print
from ..report import renderer
from ..report.qr import qr_data_uri
from . import facturx_checker
from .common_document import DocumentCommon, real_send


@tagged("post_install", "-at_install")
class TestPrint(DocumentCommon):
    """What is on paper."""

    def _print(self, report, record):
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = engine._render_qweb_pdf(f"legal_billing.{report}", record.ids)
        self.assertEqual(kind, "pdf")
        return pdf

    def _read(self, pdf):
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
        return [page.replace("\N{NO-BREAK SPACE}", " ") for page in pages]

    def test_hours_read_as_lawyers_write_them(self):
        for hours, expected in [
            (1.5, "1 h 30"),
            (0.1, "6 min"),
            (12, "12 h"),
            (24.1, "24 h 06"),
            (-0.5, "−30 min"),
            (0, ""),
        ]:
            with self.subTest(hours):
                text = account_move_print.format_hours(hours)
                self.assertEqual(text.replace("\N{NO-BREAK SPACE}", " "), expected)

    def test_detailed_invoice_shows_acts_amounts_and_how_to_pay(self):
        move = self._bill_hours()
        (page,) = self._read(self._print("action_report_invoice", move))
        for text in [
            move.name,
            "Ateliers Vauban SAS",
            "732 829 320",
            "Litige commercial",
            "Diligence confidentielle partner 6.5",
            "Claire Aubry",
            "6 h 30",
            "−356,00",
            "5 000,00 €",
            "1 030,00 €",
            "6 180,00 €",
            "FR76 3000 6000 0112 3456 7890 189",
            "majoré de 10 points",
            "1 / 1",
        ]:
            self.assertIn(text, page)

    def test_text_is_read_in_the_order_of_the_page(self):
        move = self._bill_case_5()
        (page,) = self._read(self._print("action_report_invoice", move))
        order = ["Ateliers Vauban", "Litige", "1 200,00", "84,50", "225,00", "IBAN"]
        places = [page.index(text) for text in order]
        self.assertEqual(places, sorted(places))

    def test_neutral_invoice_keeps_acts_for_the_annex(self):
        move = self._bill_hours(policy="neutral")
        (page,) = self._read(self._print("action_report_invoice", move))
        self.assertNotIn("Diligence confidentielle", page)
        self.assertNotIn("Litige commercial", page)
        self.assertIn(move.matter_ids.matter_number, page)
        annex = "".join(self._read(self._print("action_report_invoice_annex", move)))
        self.assertIn("Diligence confidentielle partner 6.5", annex)
        self.assertNotIn("IBAN", annex)

    def test_long_invoice_repeats_heads_and_keeps_totals_together(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        for day in range(1, 29):
            for lawyer in self.lawyers:
                self._create_entry(
                    matter, lawyer, 1.5, f"2026-03-{day:02d}", narrative="Étude " * 12
                )
        _prebill, move = self._bill(matter, "2026-03-31")
        pages = self._read(self._print("action_report_invoice", move))
        self.assertGreater(len(pages), 3)
        for rank, page in enumerate(pages, 1):
            self.assertIn(f"{rank} / {len(pages)}", page)
            self.assertIn(move.name, page)
        head = self.env._("Date")
        self.assertTrue(all(head in page for page in pages[:-1]))
        total = "34 272,00 €"
        self.assertTrue([page for page in pages if total in page and "IBAN" in page])

    def test_draft_says_so_and_carries_no_einvoice(self):
        move = self._bill_hours()
        draft = move.copy({"invoice_date": "2026-05-01"})
        pdf = self._print("action_report_invoice", draft)
        self.assertEqual(facturx_checker.check_pdfa(pdf), [])
        self.assertFalse(PdfReader(io.BytesIO(pdf)).attachments)

    def test_credit_note_asks_for_no_payment(self):
        credit = self._bill_hours()._reverse_moves(
            [{"invoice_date": "2026-05-02", "date": "2026-05-02"}]
        )
        credit.action_post()
        (page,) = self._read(self._print("action_report_invoice", credit))
        self.assertNotIn("IBAN", page)
        self.assertIn("Avoir sur facture", page)

    def test_prebill_prints(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        entry = self._create_entry(matter, "partner", 2, "2026-04-01")
        prebill, _warnings = self.env["legal.prebill"]._generate(matter, entry.date)
        pdf = self._print("action_report_prebill", prebill)
        self.assertEqual(facturx_checker.check_pdfa(pdf), [])
        text = "".join(self._read(pdf))
        self.assertIn(prebill.name, text)
        self.assertIn("560,00", text)

    def test_stock_report_of_a_legal_invoice_is_ours(self):
        move = self._bill_hours()
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, _kind = engine._render_qweb_pdf("account.account_invoices", move.ids)
        self.assertEqual(facturx_checker.check_pdf(pdf), [])

    def test_screen_version_has_its_style(self):
        move = self._bill_hours()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )
        self.assertIn(b".lb-rows", html)
        self.assertIn(move.name.encode(), html)

    def test_web_client_prints_without_wkhtmltopdf(self):
        base = "odoo.addons.base.models.ir_actions_report._wkhtml"
        with patch(base) as wkhtml:
            wkhtml.return_value.state = "install"
            report = self.env["ir.actions.report"]
            self.assertEqual(report.get_wkhtmltopdf_state(), "ok")
            with (
                patch.object(renderer, "weasyprint", None),
                patch.object(renderer, "MISSING", "libpango"),
            ):
                self.assertEqual(report.get_wkhtmltopdf_state(), "install")

    def test_stock_report_without_wkhtmltopdf_says_what_to_do(self):
        partner_report = self.env.ref("account.action_report_payment_receipt")
        with patch("odoo.addons.base.models.ir_actions_report._wkhtml") as wkhtml:
            wkhtml.return_value.state = "install"
            with self.assertRaisesRegex(UserError, "wkhtmltopdf"):
                self.env["ir.actions.report"].with_context(
                    force_report_rendering=True
                )._render_qweb_pdf(partner_report, [1])

    def test_missing_library_falls_back_and_is_said_in_the_chatter(self):
        move = self._bill_hours()
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        stock = type(engine)._run_wkhtmltopdf
        with (
            patch.object(renderer, "weasyprint", None),
            patch.object(renderer, "MISSING", "cannot load library libpango"),
            patch("odoo.addons.base.models.ir_actions_report._wkhtml") as wkhtml,
            patch.object(type(engine), stock.__name__, return_value=b"%PDF-stock"),
        ):
            wkhtml.return_value.state = "ok"
            pdf, _kind = engine._render_qweb_pdf(
                "legal_billing.action_report_invoice", move.ids
            )
        self.assertEqual(pdf, b"%PDF-stock")
        self.assertIn("libpango", move.message_ids[:1].body)

    def test_documents_fetch_nothing_from_elsewhere(self):
        fetcher = renderer.LocalFetcher()
        for url in [
            "http://example.com/a.png",
            "https://example.com/a.png",
            "file:///etc/passwd",
            "ftp://example.com/a",
            renderer.BASE_URL + "etc/passwd",
            renderer.BASE_URL + "web/static/../../../etc/passwd",
            renderer.BASE_URL + "web/static/%2e%2e/%2e%2e/__manifest__.py",
            renderer.BASE_URL + "web/image/res.partner/1/image_1920",
        ]:
            with self.subTest(url), self.assertRaises(ValueError):
                fetcher.fetch(url)
        font = "web/static/fonts/lato/Lato-Reg-webfont.ttf"
        self.assertTrue(fetcher.fetch(renderer.BASE_URL + font).read())

    def test_hostile_text_is_only_text(self):
        self.client.name = '<img src="file:///etc/passwd"/>Vauban & Fils'
        move = self._bill_hours()
        (page,) = self._read(self._print("action_report_invoice", move))
        self.assertIn("Vauban & Fils", page)
        self.assertIn("<img", page)

    def test_letter_layout(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "legal_billing.test_letter",
                "key": "legal_billing.test_letter",
                "type": "qweb",
                "arch": """
                    <t t-name="legal_billing.test_letter">
                        <t t-set="title" t-value="'Rappel'"/>
                        <t t-set="author" t-value="docs.company_id.name"/>
                        <t t-call="legal_billing.document_container">
                            <t t-call="legal_billing.letter_layout">
                                <t t-set="o" t-value="docs"/>
                                <t t-set="company" t-value="docs.company_id"/>
                                <t t-set="partner" t-value="docs.partner_id"/>
                                <t t-set="object" t-value="'Deuxième rappel'"/>
                                <t t-set="references" t-value="[('Réf.', docs.name)]"/>
                                <t t-set="signatory" t-value="'Claire Aubry'"/>
                                <p>Madame, Monsieur, nous vous remercions.</p>
                            </t>
                        </t>
                    </t>""",
            }
        )
        self.env["ir.actions.report"].create(
            {
                "name": "Letter",
                "model": "account.move",
                "report_type": "qweb-pdf",
                "report_name": view.key,
                "pdf_engine": "weasyprint",
            }
        )
        move = self._bill_hours()
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, _kind = engine._render_qweb_pdf(view.key, move.ids)
        self.assertEqual(facturx_checker.check_pdfa(pdf), [])
        (page,) = self._read(pdf)
        for text in ("Deuxième rappel", "nous vous remercions", "Claire Aubry", "Lyon"):
            self.assertIn(text, page)

    def test_sole_practitioner_and_accent_colour(self):
        self.company.write({"legal_form": "EI", "legal_accent_color": "#7a1f2b"})
        move = self._bill_hours()
        (page,) = self._read(self._print("action_report_invoice", move))
        self.assertIn("Lanterne Avocats, EI", page)

    def test_logo_with_alpha_stays_archive_proof(self):
        self.company.logo = (
            "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAYAAACp8Z5+AAAAEklEQVR4nGNgYGBoQMX/"
            "0QUABrQD/e4jNjwAAAAASUVORK5CYII="
        )
        pdf = self._print("action_report_invoice", self._bill_hours())
        self.assertEqual(facturx_checker.check_pdfa(pdf), [])

    def test_qr_survives_print_and_is_the_portal_link(self):
        """The page, drawn again, shows module by module the code of the link."""
        link = "https://example.com/my/invoices/1?access_token=abc"
        image = Image.open(
            io.BytesIO(base64.b64decode(qr_data_uri(link).split(",")[1]))
        )
        code = qrcode.QRCode(
            error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=4
        )
        code.add_data(link)
        code.make()
        matrix = code.get_matrix()
        step = image.width // len(matrix)
        middles = [rank + 0.5 for rank in range(len(matrix))]
        drawn = [
            [image.getpixel((int(x * step), int(y * step))) == 0 for x in middles]
            for y in middles
        ]
        self.assertEqual(drawn, matrix)
        move = self._bill_hours()
        payment = move._legal_get_payment()
        self.assertRegex(payment["link"], rf"/legal/client/\d+/\w+\?row=i{move.id}$")

    def test_stream_that_ends_with_a_carriage_return_stays_conform(self):
        """One compressed stream in 256 does; its length must not be in doubt."""
        xml = next(
            candidate
            for rank in range(5000)
            if zlib.compress(
                candidate := b"<a>%s</a>" % (bytes([97 + rank % 26]) * (rank // 26)), 9
            ).endswith(b"\r")
        )
        pdf = renderer.lay_out("<html lang='fr'><title>A</title><p>A</p>").write(xml)
        self.assertEqual(facturx_checker.check_pdfa(pdf), [])

    def test_mixed_selection_prints_each_its_way(self):
        """Legal invoices by us, others by stock if so set, in the order asked for."""
        self.company.legal_prints_all_invoices = False
        legal = self._bill_hours()
        other = self.init_invoice(
            "out_invoice", partner=self.client, amounts=[100], post=True
        )
        with real_send(self.env) as env:
            engine = env["ir.actions.report"]
            with (
                patch.object(
                    type(engine), "_run_wkhtmltopdf", return_value=b"%PDF-stock"
                ),
                patch("odoo.addons.base.models.ir_actions_report._wkhtml") as wkhtml,
            ):
                wkhtml.return_value.state = "ok"
                streams = engine._render_qweb_pdf_prepare_streams(
                    "account.account_invoices", {}, res_ids=[other.id, legal.id]
                )
        self.assertEqual(list(streams), [other.id, legal.id])
        self.assertEqual(streams[other.id]["stream"].getvalue(), b"%PDF-stock")
        self.assertEqual(
            facturx_checker.check_pdf(streams[legal.id]["stream"].getvalue()), []
        )

    def test_no_charge_and_package_are_words(self):
        move = self._bill_hours(
            hours=(2, 0, 0),
            terms=[
                {
                    "kind": "fixed",
                    "amount": 500,
                    "included_hours": 5,
                    "overrun_rate": 200,
                    "instalment_ids": [
                        Command.create(
                            {"name": "Forfait", "due_on": "2026-03-01", "amount": 500}
                        )
                    ],
                }
            ],
        )
        sections = move._legal_get_sections()
        acts = [act for section in sections for act in section["acts"]]
        self.assertTrue(acts)
        self.assertTrue(all(act["is_free"] for act in acts))
