from odoo.tests import BaseCase, tagged

from ..report import renderer

TEXT = """
<h1>Une</h1><h2>Deux</h2><h3>Trois</h3><h4>Quatre</h4><h5>Cinq</h5><h6>Six</h6>
<p>Un <b>b</b> <strong>c</strong> <i>d</i> <em>e</em> <u>f</u> <s>g</s> <del>h</del>
<ins>i</ins> <small>j</small> <sub>k</sub> <sup>l</sup> <code>m</code> <mark>n</mark>
<a href="http://documents.invalid/">o</a><br/>p &amp; q, 40&nbsp;€</p>
<ul><li>un<ul><li>deux<ul><li>trois</li></ul></li></ul></li></ul>
<ol><li>un</li><li>deux<ul><li>trois</li></ul></li></ol>
<blockquote>r</blockquote><pre>s  t
u</pre><hr/><dl><dt>v</dt><dd>w</dd></dl><center>x</center>
<table><caption>y</caption><thead><tr><th>z</th><th>a</th></tr></thead>
<tbody><tr><td>b</td><td rowspan="2">c</td></tr><tr><td>d</td></tr></tbody>
<tfoot><tr><td colspan="2">e</td></tr></tfoot></table>
<div hidden="hidden">f</div>
"""
PAGE = f"<html lang='fr'><head><title>A</title></head><body>{TEXT}</body></html>"


@tagged("post_install", "-at_install")
class TestDocumentElements(BaseCase):
    """Our short sheet shows the elements of a text as the library's own does."""

    def setUp(self):
        super().setUp()
        if not renderer.is_available():
            self.fail(renderer.MISSING)

    def _boxes(self, html, reader=None):
        """Return what is where on the pages: element, place, size, look."""
        fetcher, fonts = renderer.LocalFetcher(), renderer.FontConfiguration()
        sheet = renderer.weasyprint.CSS(
            string="@page { margin: 20mm } html { font: 10pt Lato, sans-serif }"
        )
        pages = renderer._render(html, [sheet], fonts, fetcher, reader=reader).pages
        return [
            (
                box.element_tag,
                type(box).__name__,
                round(box.position_x, 2),
                round(box.position_y, 2),
                round(box.width, 2),
                round(box.height, 2),
                box.style["font_weight"],
                box.style["font_style"],
                str(box.style["color"]),
                box.style["text_decoration_line"],
                box.bookmark_label,
            )
            for page in pages
            for box in page._page_box.descendants()
            if isinstance(box.width, (int, float))
        ]

    def test_each_element_shows_as_in_the_library(self):
        ours = self._boxes(PAGE, renderer.OwnDocument)
        self.assertEqual(ours, self._boxes(PAGE))
        self.assertGreater(len(ours), 100)

    def test_what_only_a_browser_reads_is_read_all_the_same(self):
        odd = "<html><title>A</title><body><p o:p='1'>Reste<b>ouvert</p></body></html>"
        self.assertIsNone(renderer._parse(odd))
        self.assertIn(
            "ouvert",
            [
                text
                for box in renderer.lay_out(odd)
                ._document.pages[0]
                ._page_box.descendants()
                if (text := getattr(box, "text", None))
            ],
        )

    def test_no_total_stands_alone_on_a_page(self):
        row = "<tr><td>Acte</td><td class='num'>10,00</td></tr>"
        end = (
            "<tr class='subtotal'><td>Sous-total</td><td class='num'>10,00</td></tr>"
            "</tbody></table><p class='lb-method'>Le temps est compté.</p>"
            "<table class='lb-totals'><tr><td class='left'></td><td class='right'>"
            "Total TTC</td></tr></table></main></body></html>"
        )
        begin = (
            "<html lang='fr'><head><title>A</title></head><body><main class='lb'>"
            "<table class='lb-rows'><tbody>"
        )
        page_counts = set()
        for rows in range(28, 48, 2):
            layout = renderer.lay_out(begin + row * rows + end)
            page_counts.add(layout.page_count)
            last = layout._document.pages[-1]._page_box.descendants()
            texts = [box.text for box in last if getattr(box, "text", None)]
            with self.subTest(rows=rows):
                self.assertIn("Acte", texts)
                self.assertIn("Total TTC", texts)
        self.assertEqual(page_counts, {1, 2})
