import re
from datetime import datetime, timezone
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..report import renderer, shortcuts
from .common_document import DocumentCommon
from .test_document_elements import PAGE

STYLED = """
<html lang="fr"><head><title>A</title></head><body><main class="lb">
<p style="margin: 5% auto; padding: 2%; border: 1pt dashed #123">pour cent</p>
<p style="border-radius: 4pt; border: 1pt solid; background: #eee">arrondi</p>
<p style="border-top: 2pt solid; border-radius: 9pt 0">un bord</p>
<p style="text-align: justify; letter-spacing: 1pt">TEXT</p>
<p style="text-decoration: underline; visibility: hidden">caché</p>
<p style="position: relative; left: 10%"><span style="float: right">a</span>x</p>
<div style="width: 50%; box-sizing: border-box; min-height: 3em; padding: 4pt">y</div>
<table style="border-collapse: collapse"><tr><td style="border: 1pt solid">z</td>
<td style="padding: 3pt">a</td></tr></table>
<ol style="list-style-position: inside"><li>b</li></ol><img src="data:,"/>
</main></body></html>""".replace("TEXT", "Texte " * 60)

# When an attached file was made, and the number that follows from all that is inside.
PASSING = re.compile(rb"\(D:\d{14}Z\)|/ID ?\[\([0-9a-f]+\) ?\([0-9a-f]+\)\]")


@tagged("post_install", "-at_install")
class TestDocumentShortcuts(DocumentCommon):
    """With and without its shortcuts the layout library writes the same bytes."""

    def setUp(self):
        super().setUp()
        clock = self.enterContext(patch.object(renderer, "datetime"))
        clock.now.return_value = datetime(2026, 5, 31, tzinfo=timezone.utc)
        self.addCleanup(shortcuts.take, renderer.weasyprint.__version__)

    def _compare(self, name, make):
        with self.subTest(name):
            shortcuts.leave()
            self.assertFalse(shortcuts._originals)
            plain = PASSING.sub(b"", make())
            self.assertTrue(shortcuts.take(renderer.weasyprint.__version__))
            # Twice: the second document finds the styles of the first.
            self.assertEqual(PASSING.sub(b"", make()), plain)
            self.assertEqual(PASSING.sub(b"", make()), plain)
            self.assertTrue(plain.startswith(b"%PDF"))

    def test_every_kind_of_document_is_the_same(self):
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)

        def printed(report, record):
            return lambda: engine._render_qweb_pdf(report, record.ids)[0]

        move = self._bill_hours()
        self._compare("invoice", printed("legal_billing.action_report_invoice", move))
        self.client.legal_invoice_design = "contemporary"
        self._compare("design", printed("legal_billing.action_report_invoice", move))
        ordinary = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-05-31",
                "invoice_line_ids": [
                    Command.create({"name": "Livre", "price_unit": 12, "tax_ids": []})
                ],
            }
        )
        ordinary.action_post()
        for layout in ("standard", "bubble"):
            self.company.external_report_layout_id = self.env.ref(
                f"web.external_layout_{layout}"
            )
            self._compare(layout, printed("account.account_invoices", ordinary))

    def test_pages_of_every_element_and_odd_styles_are_the_same(self):
        for name, html in (("elements", PAGE), ("styles", STYLED)):
            self._compare(name, lambda html=html: renderer.lay_out(html).write())

    def test_an_unknown_version_is_left_alone(self):
        shortcuts.leave()
        self.assertFalse(shortcuts.take("71.3"))
        self.assertFalse(shortcuts._originals)
        from weasyprint.layout import percent

        shortcuts.take(renderer.weasyprint.__version__)
        self.assertEqual(percent.resolve_percentages.__module__, shortcuts.__name__)
        shortcuts.leave()
        self.assertNotEqual(percent.resolve_percentages.__module__, shortcuts.__name__)

    def test_styles_that_are_kept_are_bounded(self):
        with patch.object(shortcuts, "MAX_STYLES", 20):
            for rank in range(4):
                html = f"<html lang='fr'><p style='padding: {rank}pt'>A</p></html>"
                renderer.lay_out(html)
            _sheets, fonts = renderer._get_stylesheets()
            self.assertLessEqual(len(fonts._own_styles), 20)
