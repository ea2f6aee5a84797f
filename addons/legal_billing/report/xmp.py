"""XMP packet of a PDF/A-3 file, with the Factur-X claims when it carries one.

One ``rdf:RDF``; every value is a child element of an ``rdf:Description`` with
an empty ``rdf:about``: the form that all validators read.
"""

from lxml import etree
from lxml.builder import ElementMaker

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
PDF = "http://ns.adobe.com/pdf/1.3/"
XMP = "http://ns.adobe.com/xap/1.0/"
PDFA_ID = "http://www.aiim.org/pdfa/ns/id/"
PDFA_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
PDFA_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
PDFA_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

FACTUR_X_FILE = "factur-x.xml"
# What the guideline of the XML (BT-24) is called in the XMP of the file.
FACTUR_X_LEVELS = {
    "urn:cen.eu:en16931:2017": "EN 16931",
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": "EXTENDED",
}
FACTUR_X_PROPERTIES = (
    ("DocumentFileName", "Name of the embedded XML invoice file"),
    ("DocumentType", "Type of the embedded document"),
    ("Version", "Version of the Factur-X standard"),
    ("ConformanceLevel", "Level of the embedded XML data"),
)

rdf = ElementMaker(namespace=RDF, nsmap={"rdf": RDF})


def build_rdf(
    title, author, subject, producer, creator, moment, part, conformance, level=None
):
    """Return the ``rdf:RDF`` element of the packet, as bytes.

    :param str moment: date and time of the file in ISO 8601
    :param level: Factur-X level claimed, None when no XML is embedded
    """
    root = rdf.RDF(
        _about("pdfaid", PDFA_ID, part=str(part), conformance=conformance),
        _about(
            "dc",
            DC,
            title=rdf.Alt(_default(title)),
            creator=rdf.Seq(rdf.li(author)),
            description=rdf.Alt(_default(subject)),
        ),
        _about("pdf", PDF, Producer=producer),
        _about("xmp", XMP, CreatorTool=creator, CreateDate=moment, ModifyDate=moment),
    )
    if level:
        root.append(_extension_schema())
        root.append(
            _about(
                "fx",
                FACTUR_X,
                DocumentType="INVOICE",
                DocumentFileName=FACTUR_X_FILE,
                Version="1.0",
                ConformanceLevel=level,
            )
        )
    return etree.tostring(root, encoding="utf-8")


def get_level(xml):
    """Return the Factur-X level that an e-invoice states, None when it is none."""
    try:
        tree = etree.fromstring(xml)
    except etree.XMLSyntaxError:
        return None
    guideline = tree.xpath(
        "string(//*[local-name()='GuidelineSpecifiedDocumentContextParameter'])"
    ).strip()
    # XRechnung counts its versions in the guideline; the level is one.
    other = "XRECHNUNG" if "xrechnung" in guideline else None
    return FACTUR_X_LEVELS.get(guideline, other)


def _about(prefix, namespace, **values):
    """Return a description whose values are child elements."""
    nsmap = {"rdf": RDF, prefix: namespace}
    maker = ElementMaker(namespace=namespace, nsmap=nsmap)
    return ElementMaker(namespace=RDF, nsmap=nsmap).Description(
        *(maker(name, value) for name, value in values.items()), {f"{{{RDF}}}about": ""}
    )


def _default(text):
    return rdf.li(text, {XML_LANG: "x-default"})


def _extension_schema():
    """Describe the fx properties: PDF/A allows no undeclared one."""
    extension = ElementMaker(
        namespace=PDFA_EXTENSION,
        nsmap={
            "pdfaExtension": PDFA_EXTENSION,
            "pdfaSchema": PDFA_SCHEMA,
            "pdfaProperty": PDFA_PROPERTY,
        },
    )
    schema = ElementMaker(namespace=PDFA_SCHEMA)
    prop = ElementMaker(namespace=PDFA_PROPERTY)
    resource = {f"{{{RDF}}}parseType": "Resource"}
    return rdf.Description(
        extension.schemas(
            rdf.Bag(
                rdf.li(
                    schema.schema("Factur-X PDFA Extension Schema"),
                    schema.namespaceURI(FACTUR_X),
                    schema.prefix("fx"),
                    schema.property(
                        rdf.Seq(
                            *(
                                rdf.li(
                                    prop.name(name),
                                    prop.valueType("Text"),
                                    prop.category("external"),
                                    prop.description(description),
                                    resource,
                                )
                                for name, description in FACTUR_X_PROPERTIES
                            )
                        )
                    ),
                    resource,
                )
            )
        ),
        {f"{{{RDF}}}about": ""},
    )
