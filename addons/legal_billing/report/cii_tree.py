"""Edit a Cross Industry Invoice in place, keeping the order its schema demands.

``put`` finds or makes one child; asking twice for the same changes nothing, so
whatever an export already wrote is corrected rather than doubled.
"""

from lxml import etree

NS = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": (
        "urn:un:unece:uncefact:data:standard"
        ":ReusableAggregateBusinessInformationEntity:100"
    ),
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}

_PARTY = (
    "ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact"
    " PostalTradeAddress URIUniversalCommunication SpecifiedTaxRegistration"
)
# The children that we write, each among the ones it must come after or before.
ORDER = {
    "ExchangedDocumentContext": (
        "BusinessProcessSpecifiedDocumentContextParameter"
        " GuidelineSpecifiedDocumentContextParameter"
    ),
    "ExchangedDocument": "ID TypeCode IssueDateTime IncludedNote",
    "IncludedNote": "Content SubjectCode",
    "SellerTradeParty": _PARTY,
    "BuyerTradeParty": _PARTY,
    "SpecifiedTradeProduct": (
        "GlobalID SellerAssignedID BuyerAssignedID Name Description"
    ),
    "ApplicableHeaderTradeDelivery": (
        "ShipToTradeParty ActualDeliverySupplyChainEvent"
        " DespatchAdviceReferencedDocument ReceivingAdviceReferencedDocument"
    ),
    "ApplicableTradeTax": (
        "CalculatedAmount TypeCode ExemptionReason BasisAmount"
        " LineTotalBasisAmount AllowanceChargeBasisAmount CategoryCode"
        " ExemptionReasonCode TaxPointDate DueDateTypeCode RateApplicablePercent"
    ),
    "BillingSpecifiedPeriod": "StartDateTime EndDateTime",
    "ApplicableHeaderTradeSettlement": (
        "CreditorReferenceID PaymentReference TaxCurrencyCode InvoiceCurrencyCode"
        " InvoiceeTradeParty PayeeTradeParty SpecifiedTradeSettlementPaymentMeans"
        " ApplicableTradeTax BillingSpecifiedPeriod SpecifiedTradeAllowanceCharge"
        " SpecifiedTradePaymentTerms SpecifiedTradeSettlementHeaderMonetarySummation"
        " InvoiceReferencedDocument ReceivableSpecifiedTradeAccountingAccount"
    ),
    "SpecifiedTradePaymentTerms": "Description DueDateDateTime",
    "SpecifiedTradeSettlementHeaderMonetarySummation": (
        "LineTotalAmount ChargeTotalAmount AllowanceTotalAmount TaxBasisTotalAmount"
        " TaxTotalAmount RoundingAmount GrandTotalAmount TotalPrepaidAmount"
        " DuePayableAmount"
    ),
    "InvoiceReferencedDocument": "IssuerAssignedID FormattedIssueDateTime",
}
ORDER = {parent: children.split() for parent, children in ORDER.items()}


def tag(name, prefix="ram"):
    return f"{{{NS[prefix]}}}{name}"


def find(node, path):
    """Return the first element of an xpath such as ``.//ram:Name``, or None."""
    return next(iter(find_all(node, path)), None)


def find_all(node, path):
    return node.xpath(path, namespaces=NS)


def drop(node, path):
    for element in find_all(node, path):
        element.getparent().remove(element)


def put(parent, name, text=None, **attributes):
    """Return the child ``name``, made at its place if need be, with this text."""
    child = parent.find(tag(name))
    if child is None:
        child = add(parent, name)
    if text is not None:
        child.text = text
        child.attrib.clear()
        child.attrib.update(attributes)
    return child


def add(parent, name, text=None, **attributes):
    """Make one more child ``name`` at its place, after those of its kind."""
    child = etree.Element(tag(name), attributes)
    child.text = text
    order = ORDER.get(etree.QName(parent).localname, ())
    after = set(order[order.index(name) + 1 :]) if name in order else set()
    for rank, other in enumerate(parent):
        if etree.QName(other).localname in after:
            parent.insert(rank, child)
            break
    else:
        parent.append(child)
    return child


def put_date(parent, name, date, prefix="udt"):
    """Set a date child: 20261122, format 102."""
    holder = put(parent, name)
    for child in list(holder):
        holder.remove(child)
    value = etree.SubElement(holder, tag("DateTimeString", prefix), format="102")
    value.text = date.strftime("%Y%m%d")
    return holder
