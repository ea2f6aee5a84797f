"""A stand-in for the stock builder of later Odoo 19.0, for tests.

It takes more arguments and returns the tree that the rewritten builder and
``l10n_fr_pdp`` make, as far as that differs: framework and coded notes are there
already, parties carry 9-digit SIREN and Peppol addresses, lines are named by their
label, a discount for early payment has an element, deposits are referenced with a
type, and other fields are missed.
"""

from lxml import etree

from odoo.addons.account_edi_ubl_cii.models import account_edi_xml_cii_facturx as stock

from ..report import cii_tree as cii

_export = stock.AccountEdiXmlCii._export_invoice
NOTES = {"PMT": "40 €", "PMD": "Pénalités", "AAB": "Pas d'escompte"}


def export_invoice(self, invoice, convert_fixed_taxes=True, **options):
    """Return (bytes, errors) as the newer builder does."""
    content, errors = _export(self, invoice)
    tree = etree.fromstring(content)
    _write_header(tree)
    for role, partner in (
        ("SellerTradeParty", invoice.company_id.partner_id),
        ("BuyerTradeParty", invoice.commercial_partner_id),
    ):
        _write_party(cii.find(tree, f".//ram:{role}"), partner)
    _write_lines(tree, invoice)
    _write_settlement(tree, invoice)
    for partner in (invoice.company_id.partner_id, invoice.commercial_partner_id):
        for field in ("peppol_eas", "peppol_endpoint"):
            errors.add(self._check_required_fields(partner, field))
    errors.add(self._check_required_fields(invoice, "narration"))
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), errors - {None}


def _write_header(tree):
    context = cii.find(tree, "rsm:ExchangedDocumentContext")
    process = cii.put(context, "BusinessProcessSpecifiedDocumentContextParameter")
    cii.put(process, "ID", "B1")
    document = cii.find(tree, "rsm:ExchangedDocument")
    for code, text in NOTES.items():
        note = cii.add(document, "IncludedNote")
        cii.put(note, "Content", text)
        cii.put(note, "SubjectCode", code)


def _write_party(party, partner):
    registry = partner.company_registry or ""
    cii.drop(party, "ram:SpecifiedLegalOrganization")
    if registry:
        organization = cii.put(party, "SpecifiedLegalOrganization")
        scheme = {"schemeID": "0002"} if len(registry) == 14 else {}
        cii.put(organization, "ID", registry[:9], **scheme)
    if partner.peppol_eas and partner.peppol_endpoint:
        address = cii.put(party, "URIUniversalCommunication")
        cii.put(address, "URIID", partner.peppol_endpoint, schemeID=partner.peppol_eas)


def _write_lines(tree, invoice):
    lines = invoice.invoice_line_ids.filtered(lambda li: li.display_type == "product")
    products = cii.find_all(tree, ".//ram:SpecifiedTradeProduct")
    for product, line in zip(products, lines, strict=True):
        cii.drop(product, "ram:Description")
        cii.put(product, "Name", line.name)
    for rate in cii.find_all(tree, ".//ram:RateApplicablePercent"):
        rate.text = str(float(rate.text))


def _write_settlement(tree, invoice):
    settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
    terms = cii.put(settlement, "SpecifiedTradePaymentTerms")
    discount = etree.SubElement(terms, cii.tag("ApplicableTradePaymentDiscountTerms"))
    etree.SubElement(discount, cii.tag("BasisPeriodMeasure"), unitCode="DAY").text = "7"
    etree.SubElement(discount, cii.tag("CalculationPercent")).text = "2.0"
    for origin in invoice._legal_get_preceding_invoices():
        reference = cii.add(settlement, "InvoiceReferencedDocument")
        cii.put(reference, "IssuerAssignedID", origin.name)
        cii.put(reference, "TypeCode", "386")
        cii.put_date(
            reference, "FormattedIssueDateTime", origin.invoice_date, prefix="qdt"
        )
    ship_to = cii.find(tree, ".//ram:ShipToTradeParty")
    if ship_to is not None:
        place = etree.Element(cii.tag("ID"), schemeID="0088")
        place.text = "3012345678900"
        ship_to.insert(0, place)
