"""PDF/A-3 renderer: HTML in, archive-proof file out, within this process.

WeasyPrint lays the HTML out; nothing is fetched from a network and no other
program is started. The style sheet and its fonts are parsed once per process.
A laid-out document can be written again, e.g. with the XML of an e-invoice.
"""

import gc
import logging
import re
import threading
from contextlib import contextmanager
from datetime import datetime, timezone
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import lxml.etree
import lxml.html

from . import shortcuts, xmp
from .places import locate

_logger = logging.getLogger(__name__)
# One line per style sheet and page at INFO level is no news for a server log.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

try:
    import cssselect2
    import pydyf
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcherResponse

    MISSING = None
except (ImportError, OSError) as error:  # OSError: Pango is not on the system
    weasyprint = None
    MISSING = str(error).splitlines()[0]
    _logger.warning("WeasyPrint is not usable, PDFs fall back to stock: %s", MISSING)

BASE_URL = "http://documents.invalid/"
CREATOR = "Odoo, legal_billing"
STYLESHEET = "legal_billing/static/src/css/document.css"
ELEMENTS_STYLESHEET = "legal_billing/static/src/css/document_elements.css"
# A design adds one small sheet to the common one.
DESIGN_STYLESHEETS = {
    "contemporary": "legal_billing/static/src/css/document_contemporary.css",
}
DESIGN_OF = re.compile(r'data-design="(\w+)"')
VARIANT = "pdf/a-3b"

# Pango and its font maps are not made for several threads at once, and layout
# holds the interpreter anyway: one document at a time in a process.
_lock = threading.RLock()
_sheets = {}


def is_available():
    return weasyprint is not None


@contextmanager
def _without_collector():
    """Let nothing look for garbage while a document is made: none of it dies before
    the end, and each look goes through all that a server holds."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


if weasyprint:
    _stream_data = pydyf.Stream.data.fget

    def _unambiguous_data(stream):
        """End a stream so that its length can be told.

        A stream whose last byte is a carriage return, as one compressed stream
        in 256, would seem a byte too short: the line feed before ``endstream``
        makes one end of line of both, and PDF/A refuses the file (6.1.7.1).
        """
        data = _stream_data(stream)
        if data.endswith(b"\r\nendstream"):
            return data.removesuffix(b"\nendstream") + b"\r\nendstream"
        return data

    pydyf.Stream.data = property(_unambiguous_data)
    shortcuts.take(weasyprint.__version__)

    class LocalFetcher(weasyprint.URLFetcher):
        """Serve what the documents may show, and refuse all else.

        Allowed: ``data:`` URLs, files under a module's ``static`` folder, and what
        ``serve`` returns for other paths of this server, as its caller may see it.
        """

        def __init__(self, serve=None):
            super().__init__(allowed_protocols={"data"}, allow_redirects=False)
            self._serve = serve

        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if not url.startswith(BASE_URL):
                raise ValueError(f"Documents fetch nothing from elsewhere: {url}")
            target = urlsplit(url)
            parts = unquote(target.path).strip("/").split("/")
            content = self._serve(parts, target.query) if self._serve else None
            if content:
                return URLFetcherResponse(url, content)
            if len(parts) < 3 or parts[1] != "static" or ".." in parts:
                raise ValueError(f"Documents show static files only: {url}")
            return URLFetcherResponse(url, locate("/".join(parts)).read_bytes())

    class OwnDocument(weasyprint.HTML):
        """A document of ours, read by libxml2 and shown by a short sheet of elements.

        Parsing HTML in Python and asking the library's sheet, with its forms and
        ruby, about each element take a good part of a short document's time.
        """

        # pylint: disable-next=super-init-not-called
        def __init__(self, string, url_fetcher, base_url):
            root = _parse(string)
            if root is None:
                super().__init__(
                    string=string, url_fetcher=url_fetcher, base_url=base_url
                )
                return
            self.base_url, self.url_fetcher = base_url, url_fetcher
            self.media_type = "print"
            self.wrapper_element = cssselect2.ElementWrapper.from_html_root(
                root, content_language=None
            )
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms=False):
            return [_get_elements_sheet()]


def _parse(html):
    """Return the root of a document, or None when only a browser's parser reads it."""
    try:
        tree = lxml.html.document_fromstring(html)
        text = lxml.etree.tostring(tree, method="xml", encoding="unicode")
        return ElementTree.fromstring(text)
    except (lxml.etree.LxmlError, ElementTree.ParseError, ValueError):
        return None


def _get_elements_sheet():
    if "elements" not in _sheets:
        text = locate(ELEMENTS_STYLESHEET).read_text()
        _sheets["elements"] = weasyprint.CSS(string=text)
    return _sheets["elements"]


def get_stylesheet_names(design=None):
    """Return the style sheets of a design, the common one first."""
    extra = DESIGN_STYLESHEETS.get(design)
    return [STYLESHEET, extra] if extra else [STYLESHEET]


def _get_stylesheets(design=None):
    """Return the parsed style sheets of a design and their fonts, parsed once."""
    paths = [locate(name) for name in get_stylesheet_names(design)]
    stamp = [path.stat().st_mtime_ns for path in paths]
    known = _sheets.get(design)
    if not known or known["stamp"] != stamp:
        fonts = FontConfiguration()
        sheets = [
            weasyprint.CSS(
                string=path.read_text(),
                font_config=fonts,
                url_fetcher=LocalFetcher(),
                base_url=BASE_URL,
            )
            for path in paths
        ]
        known = _sheets[design] = {"stamp": stamp, "fonts": fonts, "sheets": sheets}
    return known["sheets"], known["fonts"]


def _get_design(html):
    """Return the design that a document names on its root, ``None`` for none."""
    found = DESIGN_OF.search(html[:400])
    return found[1] if found and found[1] in DESIGN_STYLESHEETS else None


class Layout:
    """One document, laid out and ready to be written."""

    def __init__(self, document, zoom=1):
        self._document = document
        self._zoom = zoom

    @property
    def page_count(self):
        return len(self._document.pages)

    # pylint: disable-next=method-required-super
    def write(self, xml=None):
        """Return the file as bytes; its XMP claims the level that the XML states.

        :param bytes xml: e-invoice to embed as factur-x.xml, or None
        """
        metadata = self._document.metadata
        moment = datetime.now(timezone.utc).isoformat(timespec="seconds")
        metadata.created = metadata.modified = moment
        metadata.generator = CREATOR
        title = metadata.title or ""
        rdf = xmp.build_rdf(
            title=title,
            author=", ".join(metadata.authors),
            subject=metadata.description or title,
            producer=f"WeasyPrint {weasyprint.__version__}",
            creator=CREATOR,
            moment=moment,
            part=3,
            conformance="B",
            level=xmp.get_level(xml) if xml else None,
        )
        metadata.generate_rdf_metadata = lambda *args: rdf
        # Readers and validators find the claims in plain text.
        include = type(metadata).include_in_pdf.__get__(metadata)
        metadata.include_in_pdf = lambda pdf, variant, version, level, compress: (
            include(pdf, variant, version, level, False)
        )
        attachments = []
        if xml:
            attachments.append(
                weasyprint.Attachment(
                    string=xml,
                    name=xmp.FACTUR_X_FILE,
                    description="Factur-X",
                    relationship="Data",
                    url_fetcher=LocalFetcher(),
                )
            )
        with _lock, _without_collector():
            return self._document.write_pdf(
                zoom=self._zoom,
                pdf_variant=VARIANT,
                pdf_tags=True,
                attachments=attachments,
            )


def lay_out(html, cache=None):
    """Lay one HTML document of ours out.

    :param str html: whole document; only its ``<style>`` and ours apply
    :param dict cache: images shared by the documents of a batch
    """
    with _lock, _without_collector():
        sheets, fonts = _get_stylesheets(_get_design(html))
        return Layout(
            _render(html, sheets, fonts, LocalFetcher(), cache, reader=OwnDocument)
        )


def _render(html, sheets, fonts, fetcher, cache=None, reader=None):
    read = reader or weasyprint.HTML
    return read(string=html, url_fetcher=fetcher, base_url=BASE_URL).render(
        stylesheets=sheets,
        font_config=fonts,
        pdf_variant=VARIANT,
        pdf_tags=True,
        cache=cache,
    )
