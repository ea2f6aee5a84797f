import io
import re

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from odoo.tests import tagged

from . import facturx_checker as checker
from .common_document import DocumentCommon


def replace(old, new, count=1):
    """Return an edit of the raw file that keeps its length."""

    def edit(pdf):
        assert old in pdf, old
        return pdf.replace(old, new.ljust(len(old)), count)

    return edit


def rewrite(change):
    """Return an edit that opens the file, changes it and writes it again."""

    def edit(pdf):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return edit


def drop_catalog(key):
    return rewrite(lambda writer: writer._root_object.pop(NameObject(key)))


def set_relationship(writer):
    spec = writer._root_object["/AF"][0].get_object()
    spec[NameObject("/AFRelationship")] = NameObject("/Unspecified")


def set_mime(writer):
    spec = writer._root_object["/AF"][0].get_object()
    stream = spec["/EF"]["/F"].get_object()
    stream[NameObject("/Subtype")] = NameObject("/application#2Foctet-stream")


def empty_af(writer):
    writer._root_object[NameObject("/AF")] = ArrayObject()


def add_second(writer):
    writer.add_attachment("factur-x.xml", b"<other/>")


def add_script(writer):
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )


BROKEN_PDFS = [
    ("two factur-x.xml", rewrite(add_second), "FX-COUNT"),
    ("no embedded file", drop_catalog("/Names"), "FX-COUNT"),
    ("no /AF", drop_catalog("/AF"), "FX-AF"),
    ("empty /AF", rewrite(empty_af), "FX-AF"),
    ("relationship not Data", rewrite(set_relationship), "FX-RELATIONSHIP"),
    ("wrong MIME type", rewrite(set_mime), "FX-MIME"),
    ("no XMP packet", drop_catalog("/Metadata"), "FX-XMP"),
    (
        "XMP level not the XML's",
        replace(b"ConformanceLevel>EN 16931<", b"ConformanceLevel>EXTENDED<"),
        "FX-",
    ),
    ("XMP says another part", replace(b"part>3<", b"part>2<"), "FX-XMP"),
    ("XMP names another file", replace(b">factur-x.xml<", b">facture-.xml<"), "FX-XMP"),
    ("no output intent", drop_catalog("/OutputIntents"), "PDF/A"),
    ("JavaScript", rewrite(add_script), "PDF/A"),
    ("cut short", lambda pdf: pdf[: len(pdf) // 2], ""),
    ("not a PDF", lambda pdf: b"<html>no</html>", "PDF/A"),
]


def sub(pattern, new):
    def edit(xml):
        changed, count = re.subn(pattern, new, xml, count=1, flags=re.DOTALL)
        assert count, pattern
        return changed

    return edit


PERIOD = rb'(DueDateDateTime>\s*<udt:DateTimeString format="102">)\d{8}'
SELLER_VAT = (
    rb"(<ram:SellerTradeParty>.*?)<ram:SpecifiedTaxRegistration>"
    rb".*?</ram:SpecifiedTaxRegistration>"
)
BUYER_ADDRESS = (
    rb"(<ram:BuyerTradeParty>.*?)<ram:URIUniversalCommunication>"
    rb".*?</ram:URIUniversalCommunication>"
)
BROKEN_XMLS = [
    ("unknown element", sub(rb"<ram:Name>", rb"<ram:Nom/><ram:Name>"), "XSD"),
    ("not XML", lambda xml: xml[:-20], "XSD"),
    (
        "total that does not add up",
        sub(rb"GrandTotalAmount>[\d.]+", rb"GrandTotalAmount>1.00"),
        "EN 16931",
    ),
    ("seller without VAT number", sub(SELLER_VAT, rb"\1"), "EN 16931"),
    ("number with a space", sub(rb"<ram:ID>FAC/", rb"<ram:ID>FAC "), "BR-FR BR-FR-02"),
    ("no PMT note", sub(rb">PMT<", rb">TXD<"), "BR-FR BR-FR-05"),
    ("PMT twice", sub(rb">AAB<", rb">PMT<"), "BR-FR BR-FR-06"),
    ("framework unknown", sub(rb"<ram:ID>S1<", rb"<ram:ID>Z1<"), "BR-FR BR-FR-08"),
    (
        "SIREN of 14 digits",
        sub(rb'"0002">\d{9}', rb'"0002">90123456700016'),
        "BR-FR BR-FR-",
    ),
    ("buyer without address", sub(BUYER_ADDRESS, rb"\1"), "BR-FR BR-FR-12"),
    (
        "rate out of the list",
        sub(rb"ApplicablePercent>20<", rb"ApplicablePercent>17<"),
        "BR-FR BR-FR-16",
    ),
    ("due before issue", sub(PERIOD, rb"\g<1>20200101"), "BR-FR BR-FR-CO-07"),
]


@tagged("post_install", "-at_install")
class TestChecker(DocumentCommon):
    """The checker finds what is wrong: a green light of it means something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        move = cls._bill_case_5()
        cls._send(cls, move)
        cls.pdf, cls.xml = cls._get_files(cls, move)

    def test_sound_file_has_no_finding(self):
        self.assertEqual(checker.check_pdf(self.pdf, self.xml), [])

    def test_each_broken_pdf_is_found(self):
        for name, edit, expected in BROKEN_PDFS:
            with self.subTest(name):
                broken = edit(self.pdf)
                structure, _xml = checker.check_structure(broken)
                findings = checker.check_pdfa(broken) + structure
                self.assertTrue(
                    [finding for finding in findings if finding.startswith(expected)],
                    findings,
                )

    def test_each_broken_xml_is_found(self):
        broken = [edit(self.xml) for _name, edit, _expected in BROKEN_XMLS]
        results = checker.check_xmls(broken)
        for (name, _edit, expected), findings in zip(BROKEN_XMLS, results, strict=True):
            with self.subTest(name):
                self.assertTrue(
                    [finding for finding in findings if finding.startswith(expected)],
                    findings,
                )

    def test_stored_xml_that_differs_is_found(self):
        other = self.xml.replace(b"1869.16", b"1869.17")
        findings = checker.check_pdf(self.pdf, other)
        self.assertEqual(findings, ["STORED: the embedded XML is not the stored one"])
