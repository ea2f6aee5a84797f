import io
from unittest.mock import patch

from lxml import etree
from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from ..report import cii_tree as cii
from ..report import renderer, stock_page
from . import facturx_checker
from .common_document import DocumentCommon, real_send

LAYOUTS = ("standard", "boxed", "bold", "striped", "folder", "wave", "bubble")


@tagged("post_install", "-at_install")
class TestStockInvoices(DocumentCommon):
    """Invoices that bill no matter: their own layout, our file and e-invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "report_footer": "<p>Pied du cabinet</p>",
                "company_details": "<p>Lanterne Avocats<br/>12 rue des Lanternes</p>",
            }
        )
        cls.service = cls.env["product.product"].create(
            {"name": "Consultation", "type": "service"}
        )
        cls.goods = cls.env["product.product"].create(
            {"name": "Code civil annoté", "type": "consu"}
        )
        chart = cls.env["account.chart.template"].with_company(cls.company)
        cls.tax = chart.ref("tva_normale")

    def _make(self, products, move_type="out_invoice", lines=1, post=True, **kw):
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.client.id,
                "invoice_date": "2026-05-31",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": f"{product.name} {rank}",
                            "quantity": 1.5,
                            "price_unit": 110,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                    for rank in range(lines)
                    for product in products
                ],
                **kw,
            }
        )
        if post:
            move.action_post()
        return move

    def _print(self, move, report="account.account_invoices"):
        with real_send(self.env) as env:
            return env["ir.actions.report"]._render_qweb_pdf(report, move.ids)[0]

    def _read(self, pdf):
        return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]

    def _find(self, move, path):
        tree = etree.fromstring(self._get_files(move)[1])
        return [element.text for element in cii.find_all(tree, path)]

    def test_batch_of_ordinary_invoices_passes_every_validator(self):
        """Goods, services and both, long and short, a credit note: one send."""
        services = self._make(self.service)
        goods = self._make(self.goods, narration="<p>Conditions de vente</p>")
        mixed = self._make(self.service | self.goods, lines=18)
        consumer = self._make(self.service, partner_id=self.consumer.id)
        credit = goods._reverse_moves(
            [{"invoice_date": "2026-06-01", "date": "2026-06-01"}]
        )
        credit.action_post()
        paid = self._make(self.goods)
        self._register_payment(paid, payment_date="2026-06-02")
        moves = services | goods | mixed | consumer | credit | paid
        with patch.object(
            type(self.env["ir.actions.report"]), "_run_wkhtmltopdf"
        ) as stock_engine:
            self._send(moves)
        stock_engine.assert_not_called()
        files = [self._get_files(move) for move in moves]
        for move, found in zip(moves, facturx_checker.check_pdfs(files), strict=True):
            self.assertEqual(found, [], move.name)
        process = ".//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"
        frameworks = [self._find(move, process)[0] for move in moves]
        self.assertEqual(frameworks, ["S1", "B1", "M1", "S1", "B1", "B2"])
        self.assertEqual(self._find(services, ".//ram:DueDateTypeCode"), ["5"])
        notes = self._find(services, ".//ram:IncludedNote/ram:SubjectCode")
        self.assertEqual(sorted(notes), ["AAB", "BAR", "PMD", "PMT"])
        self.assertIn("Conditions de vente", self._find(goods, ".//ram:Content"))
        self._check_pages(mixed, "majoré de 10 points")
        self._check_pages(consumer, "Indemnité forfaitaire")

    def _check_pages(self, move, notice):
        """Letterhead, footer and rank on each page, the notices on one."""
        pages = self._read(self._get_files(move)[0])
        for rank, page in enumerate(pages, 1):
            for text in ("12 rue des Lanternes", "Pied du cabinet"):
                self.assertIn(text, page)
            self.assertIn(f"{rank} / {len(pages)}", page)
        self.assertIn(notice, " ".join(" ".join(pages).split()))
        self.assertIn(move.name, pages[0])

    def test_every_layout_is_an_archive_with_its_letterhead(self):
        short, long = self._make(self.service), self._make(self.service, lines=26)
        engine = type(self.env["ir.actions.report"])
        css = self.env["ir.actions.report"]._legal_get_stock_css(short)
        # The sheet differs by colours only: compiling each takes seconds.
        self.patch(engine, "_legal_get_stock_css", lambda *args: css)
        for layout in LAYOUTS:
            self.company.external_report_layout_id = self.env.ref(
                f"web.external_layout_{layout}"
            )
            for move in (short, long) if layout == "wave" else (short,):
                with self.subTest(layout):
                    pdf = self._print(move)
                    self.assertEqual(facturx_checker.check_pdfa(pdf), [])
                    pages = self._read(pdf)
                    self.assertEqual(len(pages) > 1, move == long)
                    for rank, page in enumerate(pages, 1):
                        self.assertIn("12 rue des Lanternes", page)
                        self.assertIn(f"{rank} / {len(pages)}", page)
        self.assertLessEqual(len(stock_page._sheets), stock_page.MAX_SHEETS)

    def test_tall_letterhead_moves_the_text_down(self):
        """No line of the invoice is printed over a letterhead of many lines."""
        move = self._make(self.service)
        names = "<br/>".join(f"Associé {rank}" for rank in range(12))
        self.company.company_details = f"<p>{names}</p>"
        (sheet,) = PdfReader(io.BytesIO(self._print(move))).pages
        page = sheet.extract_text(extraction_mode="layout")
        self.assertLess(page.index("Associé 11"), page.index("Ateliers Vauban"))

    def test_sheet_is_parsed_once(self):
        moves = self._make(self.service) | self._make(self.goods)
        self._print(moves[0])
        with patch.object(stock_page, "_parse") as parse:
            self._print(moves)
        parse.assert_not_called()

    def test_setting_off_leaves_all_to_stock(self):
        self.company.legal_prints_all_invoices = False
        move = self._make(self.service)
        engine = type(self.env["ir.actions.report"])
        with (
            patch.object(engine, "_run_wkhtmltopdf", return_value=b"%PDF-stock") as run,
            patch("odoo.addons.base.models.ir_actions_report._wkhtml") as wkhtml,
        ):
            wkhtml.return_value.state = "ok"
            self.assertEqual(self._print(move), b"%PDF-stock")
        run.assert_called_once()
        xml, _errors = self.env["account.edi.xml.cii"]._export_invoice(move)
        self.assertIn(b"1p0:extended", xml)

    def test_missing_library_falls_back_and_is_said_in_the_chatter(self):
        move = self._make(self.service)
        engine = type(self.env["ir.actions.report"])
        with (
            patch.object(renderer, "weasyprint", None),
            patch.object(renderer, "MISSING", "cannot load library libpango"),
            patch.object(engine, "_run_wkhtmltopdf", return_value=b"%PDF-stock"),
            patch("odoo.addons.base.models.ir_actions_report._wkhtml") as wkhtml,
        ):
            wkhtml.return_value.state = "ok"
            self.assertEqual(self._print(move), b"%PDF-stock")
        self.assertIn("libpango", move.message_ids[:1].body)

    def test_what_platforms_refuse_is_told_before_sending(self):
        self.client.write({"company_registry": False, "vat": False})
        credit = self._make(self.service, "out_refund")
        alerts = self.env["account.move.send"]._get_alerts(
            credit,
            {credit: {"invoice_edi_format": "facturx", "sending_methods": set()}},
        )
        message = alerts["legal_billing_ordinary"]["message"]
        self.assertIn("SIREN", message)
        self.assertIn("does not say which invoice it corrects", message)

    def test_images_are_those_the_reader_may_see_and_nothing_is_fetched(self):
        report = self.env["ir.actions.report"]
        image = self.env["ir.attachment"].create({"name": "a.png", "raw": b"png"})
        fetcher = renderer.LocalFetcher(report._legal_serve_image)
        base = renderer.BASE_URL
        found = fetcher.fetch(f"{base}web/image/{image.id}-abc/a.png")
        self.assertEqual(found.read(), b"png")
        self.assertTrue(fetcher.fetch(f"{base}report/barcode/QR/abc").read())
        outsider = self.lawyers["senior"].user_id
        fetcher = renderer.LocalFetcher(report.with_user(outsider)._legal_serve_image)
        for url in (
            f"{base}web/image/{image.id}",
            f"{base}web/image/{image.id + 9999}",
            f"{base}web/image/nothing",
            f"{base}web/content/1",
            "http://example.com/a.png",
            "file:///etc/passwd",
        ):
            with self.subTest(url), self.assertRaises(ValueError):
                fetcher.fetch(url)

    def test_default_is_on_for_french_companies(self):
        made = self.env["res.company"].create(
            [
                {"name": "Paris", "country_id": self.env.ref("base.fr").id},
                {"name": "Namur", "country_id": self.env.ref("base.be").id},
            ]
        )
        self.assertEqual(made.mapped("legal_prints_all_invoices"), [True, False])
