"""Many documents as one PDF/A-3 file: numbered pages, stamped exhibits, bookmarks.

What comes in is of two kinds: files that claim to be PDF/A (all that this product
makes, and good scans), taken as they are; and others, whose pages are turned into
images when the machine can, since they could break the archive. What cannot be read
gets a slip in its place, and travels in the ZIP.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from datetime import timezone
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup
from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    NameObject,
    StreamObject,
)

from odoo.addons.legal_billing.report import renderer, xmp

UTC = timezone.utc
A4 = (595.2756, 841.8898)
#: what is left of a foreign page, so that stamp and page number cover nothing
SCALE = 0.92
#: larger files travel in the ZIP alone
LARGEST = 25 * 1024 * 1024
MOST_PAGES = 400
DPI = 150
SECONDS = 120
CREATOR = "Odoo, legal_dunning"
CLAIM = re.compile(rb"pdfaid:part(?:>|=[\"'])\s*[1-4]")
ERRORS = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, OSError)
PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">%s</x:xmpmeta><?xpacket end="r"?>'
)
PAGE_STYLE = Markup(
    "<style>"
    "@page bundle { size: A4; margin: 0; @top-left { content: none }"
    " @bottom-left { content: none } }"
    ".sheet { page: bundle; position: relative; height: 296mm; width: 210mm;"
    " break-after: page; overflow: hidden }"
    ".sheet:last-child { break-after: auto }"
    ".stamp { position: absolute; top: 5mm; right: 8mm; border: 1pt solid #a3241b;"
    " color: #a3241b; padding: .6mm 3mm; font-size: 10pt; font-weight: bold }"
    ".number { position: absolute; bottom: 4mm; left: 0; width: 210mm;"
    " text-align: center; font-size: 8pt; color: #444 }"
    ".picture { position: absolute; top: 14mm; left: 12mm; width: 186mm; height: 268mm;"
    " object-fit: contain }"
    "</style>"
)


class Part(NamedTuple):
    """One document of the bundle, made of pages that may be archived.

    :param stamp: what is stamped on each page, empty for none
    :param is_own: laid out by us: stamp and number find their place as it is
    """

    title: str
    content: bytes
    stamp: str = ""
    is_own: bool = True


def lay_out(body, title, author, lang="fr"):
    """Return the PDF of a document made of bare pages."""
    html = Markup(
        '<html lang="%s"><head><meta charset="utf-8"><title>%s</title>'
        '<meta name="author" content="%s">%s</head><body>%s</body></html>'
    ) % (lang, title, author, PAGE_STYLE, body)
    return renderer.lay_out(str(html)).write()


def count_pages(content):
    return len(PdfReader(io.BytesIO(content)).pages)


def is_readable(content):
    """Tell whether this is a PDF whose pages can be taken."""
    if not content.startswith(b"%PDF"):
        return False
    try:
        reader = PdfReader(io.BytesIO(content))
        return not reader.is_encrypted and 0 < len(reader.pages) <= MOST_PAGES
    except ERRORS:
        return False


def is_archival(content):
    """Tell whether a PDF claims to be fit for archiving."""
    try:
        root = PdfReader(io.BytesIO(content)).trailer["/Root"]
        packet = root["/Metadata"].get_object().get_data()
    except ERRORS:
        return False
    return bool(CLAIM.search(packet))


def to_archival(content, mimetype, title, author):
    """Return ``(content, is_own)`` fit for the bundle, or ``(None, False)``.

    :param bytes content: a PDF or an image, whoever made it
    """
    if len(content) > LARGEST:
        return None, False
    if (mimetype or "").startswith("image/"):
        return _from_images([content], title, author)
    if not is_readable(content):
        return None, False
    if is_archival(content):
        return content, False
    return _from_images(_rasterise(content), title, author)


def _from_images(images, title, author):
    pages = [_image_page(image, title) for image in images]
    if not pages or not all(pages):
        return None, False
    return lay_out(Markup("").join(pages), title, author), True


def _image_page(content, title):
    """Return a page with one image in plain RGB, upright, of a sensible size."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((2480, 3508))
        stream = io.BytesIO()
        upright.save(stream, "JPEG", quality=82)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    data = base64.b64encode(stream.getvalue()).decode()
    return Markup(
        '<div class="sheet"><img class="picture" alt="%s"'
        ' src="data:image/jpeg;base64,%s">'
        "</div>"
    ) % (title, data)


def _rasterise(content):
    """Return the pages of a PDF as images, none when this machine cannot."""
    program = shutil.which("pdftoppm")
    if not program:
        return []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(content)
        try:
            subprocess.run(
                [program, "-r", str(DPI), "-jpeg", str(source), f"{folder}/p"],
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
        except (subprocess.SubprocessError, OSError):
            return []
        return [path.read_bytes() for path in sorted(Path(folder).glob("p*.jpg"))]


def assemble(parts, title, author, moment, number_text):
    """Return the bundle as the bytes of one PDF/A-3b file.

    The same parts at the same moment give the same bytes.

    :param parts: :class:`Part` in order
    :param moment: aware datetime that the file bears
    :param number_text: how a page is numbered, with %(page)s and %(pages)s
    """
    readers = [PdfReader(io.BytesIO(part.content)) for part in parts]
    total = sum(len(reader.pages) for reader in readers)
    overlay = _make_overlay(parts, readers, total, number_text, title, author)
    marks = iter(PdfReader(io.BytesIO(overlay)).pages)
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    at = 0
    for part, reader in zip(parts, readers, strict=True):
        first = at
        for page in reader.pages:
            _add_page(writer, page, next(marks), part.is_own)
            at += 1
        writer.add_outline_item(f"{part.stamp} – {part.title}".lstrip(" –"), first)
    _claim(writer, readers[0], title, author, moment)
    _end_streams(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _end_streams(writer):
    """Let no stream end with a carriage return: with the line feed that follows it
    would seem a byte too short (ISO 19005, 6.1.7.1)."""
    for item in writer._objects:  # noqa: SLF001
        if isinstance(item, StreamObject) and item._data.endswith(b"\r"):  # noqa: SLF001
            item._data += b"\n"  # noqa: SLF001


def _make_overlay(parts, readers, total, number_text, title, author):
    sheets, page = [], 0
    for part, reader in zip(parts, readers, strict=True):
        stamp = Markup('<div class="stamp">%s</div>') % part.stamp if part.stamp else ""
        for _page in reader.pages:
            page += 1
            number = number_text % {"page": page, "pages": total}
            sheets.append(
                Markup('<div class="sheet">%s<div class="number">%s</div></div>')
                % (stamp, number)
            )
    return lay_out(Markup("").join(sheets), title, author)


def _add_page(writer, page, mark, is_own):
    """Add a page under its stamp and number, an A4 sheet whatever it was."""
    page.transfer_rotation_to_content()
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    is_a4 = abs(width - A4[0]) < 3 and abs(height - A4[1]) < 3
    if is_own and is_a4:
        added = writer.add_page(page)
    else:
        added = writer.add_blank_page(*A4)
        scale = min(A4[0] * SCALE / width, A4[1] * SCALE / height)
        left = (A4[0] - width * scale) / 2 - float(page.mediabox.left) * scale
        bottom = (A4[1] - height * scale) / 2 - float(page.mediabox.bottom) * scale
        added.merge_transformed_page(
            page, Transformation().scale(scale).translate(left, bottom)
        )
    added.merge_page(mark)
    # Links, forms and the reading order of the single files mean nothing here.
    for key in ("/Annots", "/StructParents", "/Tabs", "/AA"):
        if key in added:
            del added[key]
    added.compress_content_streams()


def _claim(writer, reader, title, author, moment):
    """Give the file what PDF/A-3b asks for: colours, packet, identity, dates."""
    root = writer._root_object  # noqa: SLF001  pypdf offers no other way
    root[NameObject("/OutputIntents")] = reader.trailer["/Root"][
        "/OutputIntents"
    ].clone(writer)
    stamp = moment.isoformat(timespec="seconds")
    producer = "pypdf"
    packet = PACKET % xmp.build_rdf(
        title=title,
        author=author,
        subject=title,
        producer=producer,
        creator=CREATOR,
        moment=stamp,
        part=3,
        conformance="B",
    )
    stream = DecodedStreamObject()
    stream.set_data(packet)
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    root[NameObject("/Metadata")] = writer._add_object(stream)  # noqa: SLF001
    day = moment.strftime("D:%Y%m%d%H%M%S+00'00'")
    writer.add_metadata(
        {
            "/Title": title,
            "/Author": author,
            "/Subject": title,
            "/Creator": CREATOR,
            "/Producer": producer,
            "/CreationDate": day,
            "/ModDate": day,
        }
    )
    digest = hashlib.md5(packet, usedforsecurity=False).digest()
    writer._ID = ArrayObject(  # noqa: SLF001
        (ByteStringObject(digest), ByteStringObject(digest))
    )


def make_zip(files, moment):
    """Return a ZIP of these (name, content), the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return stream.getvalue()
