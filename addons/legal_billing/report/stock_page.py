"""Lay the framework's own reports out, in any of its layouts.

The layouts are written for another engine, which prints header and footer apart
and fills in the page numbers. Here both run in the margins of the page, whose
height follows theirs. The style sheet of the reports takes seconds to parse: it
is parsed once per process and state of the sheet.
"""

import hashlib
import logging
from collections import OrderedDict, namedtuple
from contextlib import contextmanager

from lxml import etree, html

from . import renderer

_weasyprint_logger = logging.getLogger("weasyprint")

# Their CSS pixels are larger than ours: with this scale a page holds as much as
# it did, and text of 16 pixels prints at 9.6 points.
SCALE = 0.8
# Air between the header or the footer and the text.
AIR_MM = 4
MM_PER_PX = 25.4 / 96
# Databases and companies served by one process, each with a sheet of its own.
MAX_SHEETS = 4
MAX_HEIGHTS = 256

Paper = namedtuple("Paper", "width height top right bottom left")

_sheets = OrderedDict()
_heights = OrderedDict()

LAYOUT_CSS = """
html { image-rendering: crisp-edges }
html, body { height: auto !important; min-height: 0 !important; background: none }
body { margin: 0 !important; max-width: none !important; overflow: visible !important }
#wrapwrap, main { display: block; min-height: 0; height: auto; overflow: visible }
div.header { position: running(stock-header) }
div.footer { position: running(stock-footer) }
div.header, div.footer { padding-left: 11mm; padding-right: 11mm; width: auto }
span.page::after { content: counter(page) }
span.topage::after { content: counter(pages) }
tr { break-inside: avoid }
#total, .o_total { break-inside: avoid }
"""
# Twelfths rounded down: 33.33333333 and 66.66666667 per cent would not fit in one row.
LAYOUT_CSS += "".join(
    f".col-{part} {{ width: {part * 100000 // 12 / 1000}% }}\n" for part in range(1, 12)
)
PAGE_CSS = """
@page {{
  size: {width}mm {height}mm;
  margin: {top}mm {right}mm {bottom}mm {left}mm;
  @top-left {{
    content: element(stock-header); width: 100%; vertical-align: top;
    margin: 0 -{right}mm 0 -{left}mm
  }}
  @bottom-left {{ content: element(stock-footer); width: 100%; vertical-align: top }}
}}
"""
MEASURE_CSS = """
@page { size: %smm 2000mm; margin: 0 }
div.header, div.footer { position: static !important; overflow: hidden }
"""


def lay_out(markup, css, paper, fetcher, title, author, color, lang, cache=None):
    """Lay one document out.

    :param str markup: the report of one record, as the framework renders it
    :param str css: the style sheet of the reports
    :param Paper paper: millimetres; header and footer may make margins larger
    :param fetcher: serves the images
    :param str title: of the file, as readers show it
    :param str color: main colour of the company, such as #1f3a5f
    :param str lang: of the text, such as fr-FR, where the report does not say it
    """
    tree = _prepare(markup, title, author, lang)
    _fill_shapes(tree, color)
    with renderer._lock, renderer._without_collector(), _quiet():
        sheet, fonts = _get_sheet(css)
        margins = _fit(tree, sheet, fonts, paper, fetcher, cache)
        page = renderer.weasyprint.CSS(string=margins, font_config=fonts)
        document = renderer._render(
            _to_text(tree), [*sheet, page], fonts, fetcher, cache
        )
    return renderer.Layout(document, zoom=SCALE)


@contextmanager
def _quiet():
    """Made for browsers too: what only they know is no news for a server log."""
    level = _weasyprint_logger.level
    _weasyprint_logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        _weasyprint_logger.setLevel(level)


def _prepare(markup, title, author, lang):
    """Return the tree: no links nor scripts, footers where every page finds them."""
    tree = html.document_fromstring(markup)
    etree.strip_elements(tree, "script", "link", "base", with_tail=False)
    if not tree.get("lang"):
        # Screen readers ask for it, and so does a tagged file.
        tree.set("lang", lang)
    head = tree.find("head")
    for element in head.findall("title"):
        head.remove(element)
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "meta", name="author", content=author)
    for article in tree.find_class("article"):
        following = [
            sibling
            for sibling in article.itersiblings()
            if "footer" in sibling.get("class", "").split()
        ]
        if following:
            article.addprevious(following[0])
    return tree


def _fill_shapes(tree, color):
    """Colour the folder's shape: style sheets do not reach into drawings here."""
    for holder in tree.find_class("o_folder_header_container"):
        for shape in holder.iter("rect", "path"):
            shape.set("fill", color)
            shape.set("fill-opacity", "0.08")


def _to_text(tree):
    return html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")


def _get_sheet(css):
    key = hashlib.sha256(css.encode()).digest()
    if key not in _sheets:
        fonts = renderer.FontConfiguration()
        _sheets[key] = [_parse(text, fonts) for text in (css, LAYOUT_CSS)], fonts
        while len(_sheets) > MAX_SHEETS:
            _sheets.popitem(last=False)
    _sheets.move_to_end(key)
    return _sheets[key]


def _parse(css, fonts):
    return renderer.weasyprint.CSS(
        string=css,
        font_config=fonts,
        url_fetcher=renderer.LocalFetcher(),
        base_url=renderer.BASE_URL,
    )


def _fit(tree, sheet, fonts, paper, fetcher, cache):
    """Return the page's CSS: margins as the paper's, more where more is needed."""
    heights = _measure(tree, sheet, fonts, paper, fetcher, cache)
    margins = {
        "top": max(paper.top / SCALE, heights["header"] + AIR_MM),
        "bottom": max(paper.bottom / SCALE, heights["footer"] + AIR_MM),
        "right": paper.right / SCALE,
        "left": paper.left / SCALE,
    }
    return PAGE_CSS.format(
        width=paper.width / SCALE, height=paper.height / SCALE, **margins
    )


def _measure(tree, sheet, fonts, paper, fetcher, cache):
    """Return the heights of header and footer in millimetres of the layout.

    The letterhead of a firm is the same on all its invoices: measured once.
    """
    parts = {name: tree.find_class(name)[:1] for name in ("header", "footer")}
    texts = "".join(
        html.tostring(part, encoding="unicode", with_tail=False)
        for found in parts.values()
        for part in found
    )
    key = hashlib.sha256(f"{id(sheet)} {paper} {texts}".encode()).digest()
    if key not in _heights:
        page = renderer.weasyprint.CSS(
            string=MEASURE_CSS % (paper.width / SCALE), font_config=fonts
        )
        head = "<html lang='fr'><head><title>-</title></head>"
        body = f"<body class='o_body_html container'>{texts}</body>"
        document = renderer._render(
            f"<!DOCTYPE html>{head}{body}</html>",
            [*sheet, page],
            fonts,
            fetcher,
            cache,
        )
        _heights[key] = _read_heights(document)
        while len(_heights) > MAX_HEIGHTS:
            _heights.popitem(last=False)
    return _heights[key]


def _read_heights(document):
    heights = {"header": 0, "footer": 0}
    for box in document.pages[0]._page_box.descendants():
        words = box.element.get("class", "").split() if box.element is not None else ()
        for name in heights:
            if name in words:
                height = box.margin_height() * MM_PER_PX
                heights[name] = max(heights[name], height)
    return heights
