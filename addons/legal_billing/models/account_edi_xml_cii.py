from decimal import Decimal

from lxml import etree

from odoo import models
from odoo.tools import float_repr

from ..report import cii_tree as cii

# Inside a PDF the extended level is Factur-X's own, of which EXTENDED-CTC-FR is a
# part; its French name (urn.cpro.gouv.fr:1p0:extended-ctc-fr) is that of bare XML.
GUIDELINES = {
    "en16931": "urn:cen.eu:en16931:2017",
    "extended": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
}
# What is billed, the first letter of the framework (BT-23).
SERVICES, GOODS, MIXED = "S", "B", "M"
# ISO 6523 codes of the identifiers that French invoices carry.
SIREN, SIRET, FRENCH_ADDRESS = "0002", "0009", "0225"
# What EN 16931 does not know of the place where goods are delivered.
SHIP_TO_REFUSED = (
    "SpecifiedLegalOrganization",
    "DefinedTradeContact",
    "URIUniversalCommunication",
    "SpecifiedTaxRegistration",
)
NAME_MAX_LENGTH = 255  # BT-153, as the French flux takes it
DUE_ON_PAYMENT, DUE_ON_INVOICE = "72", "5"
DISBURSEMENT_CODE = "VATEX-EU-79-C"
FRANCHISE_CODE = "VATEX-FR-FRANCHISE"
REVERSE_CHARGE_CODE = "VATEX-EU-AE"
REVERSE_CHARGE_REASON = "Autoliquidation"
OUTSIDE_CODE = "VATEX-EU-O"


class AccountEdiXmlCii(models.AbstractModel):
    """Make the e-invoice of a law firm pass EN 16931 and the French BR-FR rules.

    The stock export is kept as it is and its tree corrected afterwards; each
    correction states a value, so that it holds whatever the export wrote there.
    """

    _inherit = "account.edi.xml.cii"

    def _export_invoice_constraints(self, invoice, vals):
        constraints = super()._export_invoice_constraints(invoice, vals)
        if (
            invoice._legal_is_cured()
            and invoice.company_id.partner_id._legal_get_siren()
        ):
            # BR-CO-26 asks for one identifier of the seller: the SIREN is there,
            # and a firm under the VAT franchise may have no VAT number.
            constraints["seller_identifier"] = None
        return constraints

    def _export_invoice(self, invoice, *args, **kwargs):
        """Cure what any generation of the stock builder returns.

        Later ones take more arguments, build the tree another way and check other
        fields: only the result is relied upon.
        """
        content, errors = super()._export_invoice(invoice, *args, **kwargs)
        if not invoice._legal_is_cured():
            return content, errors
        errors = set(errors) - self._legal_get_answered_errors(invoice)
        tree = etree.fromstring(content)
        self._legal_cure(tree, invoice)
        etree.indent(tree)
        return etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), errors

    def _get_tax_category_code(self, customer, supplier, tax):
        # A stated code is what stock returns too, after a look at all of Europe.
        return (
            tax and tax.ubl_cii_tax_category_code
        ) or super()._get_tax_category_code(customer, supplier, tax)

    def _legal_get_answered_errors(self, invoice):
        """Return what stock builders miss and the cure fills in by itself."""
        firm, client = invoice.company_id.partner_id, invoice.commercial_partner_id
        answered = [
            (invoice, "narration"),  # the notices come from legal.mention
            *(
                (partner, field)
                for partner in (firm, client)
                for field in ("peppol_eas", "peppol_endpoint")
            ),
        ]
        if firm._legal_get_siren():
            answered += [(invoice.company_id, "vat"), (firm, "vat")]
        return {
            message
            for record, field in answered
            for names in (field, [field])
            if (message := self._check_required_fields(record, names))
        }

    def _legal_cure(self, tree, invoice):
        self._legal_cure_context(tree, invoice)
        self._legal_cure_notes(tree, invoice)
        self._legal_cure_lines(tree, invoice)
        self._legal_cure_parties(tree, invoice)
        self._legal_cure_references(tree, invoice)
        self._legal_cure_delivery(tree, invoice)
        self._legal_cure_taxes(tree, invoice)
        self._legal_cure_totals(tree, invoice)
        self._legal_cure_period(tree, invoice)
        self._legal_cure_payment(tree, invoice)
        self._legal_cure_currency(tree, invoice)

    # -- header ----------------------------------------------------------------

    def _legal_cure_context(self, tree, invoice):
        context = cii.find(tree, "rsm:ExchangedDocumentContext")
        process = cii.put(context, "BusinessProcessSpecifiedDocumentContextParameter")
        cii.put(process, "ID", invoice._legal_get_billing_framework())
        guideline = cii.put(context, "GuidelineSpecifiedDocumentContextParameter")
        cii.put(guideline, "ID", GUIDELINES[invoice._legal_get_profile()])
        document = cii.find(tree, "rsm:ExchangedDocument")
        cii.put(document, "TypeCode", invoice._legal_get_document_type_code())

    def _legal_cure_notes(self, tree, invoice):
        """Carry the coded notices, each once, and of matters no free text.

        Terms and messages to the client are for the client's eyes: they are on
        the PDF and stay out of what platforms and the tax office read.
        """
        document = cii.find(tree, "rsm:ExchangedDocument")
        coded = "[ram:SubjectCode]" if not invoice.is_legal else ""
        cii.drop(document, f"ram:IncludedNote{coded}")
        notes = invoice._legal_get_coded_notes()
        notes["BAR"] = invoice._legal_get_processing_code()
        for code, text in notes.items():
            note = cii.add(document, "IncludedNote")
            cii.put(note, "Content", text)
            cii.put(note, "SubjectCode", code)

    # -- lines -----------------------------------------------------------------

    def _legal_cure_lines(self, tree, invoice):
        for product in cii.find_all(tree, ".//ram:SpecifiedTradeProduct"):
            description = cii.find(product, "ram:Description")
            if cii.find(product, "ram:Name") is None and description is not None:
                cii.put(product, "Name", description.text)
                product.remove(description)
            name = cii.find(product, "ram:Name")
            if name is not None and name.text:
                name.text = name.text[:NAME_MAX_LENGTH]
        for quantity in cii.find_all(tree, ".//ram:BilledQuantity"):
            quantity.text = _trim(float(quantity.text), 4)

    # -- parties ---------------------------------------------------------------

    def _legal_cure_parties(self, tree, invoice):
        seller = cii.find(tree, ".//ram:SellerTradeParty")
        firm = invoice.company_id.partner_id
        self._legal_cure_identity(seller, firm, firm)
        cii.put(seller, "Name", firm.commercial_partner_id.name)
        if (
            not invoice.company_id.vat
            and cii.find(seller, "ram:SpecifiedTaxRegistration") is None
        ):
            # BR-E-02: a seller without a VAT number states a tax number.
            registration = cii.put(seller, "SpecifiedTaxRegistration")
            cii.put(registration, "ID", firm._legal_get_siren() or "", schemeID="FC")
        buyer = cii.find(tree, ".//ram:BuyerTradeParty")
        client = invoice.commercial_partner_id
        self._legal_cure_identity(buyer, client, firm)
        cii.put(buyer, "Name", client.name)
        if invoice._legal_get_client_kind() == "consumer":
            # A person's telephone and e-mail are no business of the tax office.
            cii.drop(buyer, "ram:DefinedTradeContact")

    def _legal_cure_identity(self, party, partner, firm):
        siren, siret = partner._legal_get_siren(), partner._legal_get_siret()
        cii.drop(party, "ram:GlobalID[@schemeID='0009' or @schemeID='0002']")
        cii.drop(party, "ram:SpecifiedLegalOrganization")
        if siret:
            cii.add(party, "GlobalID", siret, schemeID=SIRET)
        if siren:
            organization = cii.put(party, "SpecifiedLegalOrganization")
            cii.put(organization, "ID", siren, schemeID=SIREN)
        scheme, address = partner._legal_get_electronic_address()
        if not address:
            # BT-49 is mandatory even where nothing can be delivered, as to a
            # consumer without e-mail: the firm's own platform keeps the file.
            scheme, address = firm._legal_get_electronic_address()
        communication = cii.put(party, "URIUniversalCommunication")
        cii.put(communication, "URIID", address, schemeID=scheme)

    # -- references and delivery -----------------------------------------------

    def _legal_cure_references(self, tree, invoice):
        order = cii.find(tree, ".//ram:BuyerOrderReferencedDocument")
        if order is not None and not invoice.ref:
            # Without a reference of the client the export repeats the number.
            number = cii.find(order, "ram:IssuerAssignedID")
            if number is None or number.text == invoice.name:
                order.getparent().remove(order)
        settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
        cii.drop(settlement, "ram:InvoiceReferencedDocument")
        for origin in invoice._legal_get_preceding_invoices():
            reference = cii.add(settlement, "InvoiceReferencedDocument")
            cii.put(reference, "IssuerAssignedID", origin.name)
            cii.put_date(
                reference, "FormattedIssueDateTime", origin.invoice_date, prefix="qdt"
            )

    def _legal_cure_delivery(self, tree, invoice):
        delivery = cii.find(tree, ".//ram:ApplicableHeaderTradeDelivery")
        if invoice.is_legal or invoice._legal_get_operation() == SERVICES:
            cii.drop(delivery, "ram:ShipToTradeParty")
        for name in SHIP_TO_REFUSED:
            cii.drop(delivery, f"ram:ShipToTradeParty/ram:{name}")
        if invoice.legal_period_to:
            event = cii.put(delivery, "ActualDeliverySupplyChainEvent")
            cii.put_date(event, "OccurrenceDateTime", invoice.legal_period_to)

    # -- settlement ------------------------------------------------------------

    def _legal_cure_taxes(self, tree, invoice):
        due = DUE_ON_PAYMENT if invoice._legal_is_vat_on_payment() else DUE_ON_INVOICE
        settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
        for tax in cii.find_all(settlement, "ram:ApplicableTradeTax"):
            cii.put(tax, "DueDateTypeCode", due)
            code = cii.find(tax, "ram:ExemptionReasonCode")
            if code is not None and code.text == DISBURSEMENT_CODE:
                self._legal_put_reason(tax, invoice, "disbursement")
            if code is not None and code.text == FRANCHISE_CODE:
                self._legal_put_reason(tax, invoice, "franchise")
            if self._legal_is_reverse_charge(tax, invoice):
                cii.put(tax, "ExemptionReason", REVERSE_CHARGE_REASON)
                cii.put(tax, "ExemptionReasonCode", REVERSE_CHARGE_CODE)
        for tax in cii.find_all(tree, ".//ram:ApplicableTradeTax"):
            if self._legal_is_reverse_charge(tax, invoice):
                cii.put(tax, "CategoryCode", "AE")
        for rate in cii.find_all(tree, ".//ram:RateApplicablePercent"):
            rate.text = _trim(float(rate.text), 2)
        self._legal_cure_outside(tree, invoice)
        self._legal_merge_breakdowns(settlement)

    def _legal_put_reason(self, tax, invoice, vat_case):
        """Say why no VAT is due in the words in force that day; the code stands alone
        while no notice says it."""
        if reason := invoice._legal_get_exemption_text(vat_case):
            cii.put(tax, "ExemptionReason", reason)
        else:
            cii.drop(tax, "ram:ExemptionReason")

    def _legal_cure_outside(self, tree, invoice):
        """Outside French VAT: no rate, no VAT number on either side (BR-O-02, 05).

        At the extended level taxed lines may stand beside, which need the numbers.
        """
        outside = cii.find_all(tree, ".//ram:ApplicableTradeTax[ram:CategoryCode='O']")
        for tax in outside:
            cii.drop(tax, "ram:RateApplicablePercent")
            if cii.find(tax, "ram:BasisAmount") is not None:
                self._legal_put_reason(tax, invoice, "outside_eu")
                cii.put(tax, "ExemptionReasonCode", OUTSIDE_CODE)
        taxed = cii.find(tree, ".//ram:ApplicableTradeTax[ram:CategoryCode!='O']")
        if outside and taxed is None:
            cii.drop(tree, ".//ram:SpecifiedTaxRegistration[ram:ID/@schemeID='VA']")

    def _legal_merge_breakdowns(self, settlement):
        """Leave one breakdown a category and rate (BR-E-01), with every reason."""
        kept = {}
        for tax in cii.find_all(settlement, "ram:ApplicableTradeTax"):
            rate = cii.find(tax, "ram:RateApplicablePercent")
            key = (
                cii.find(tax, "ram:CategoryCode").text,
                None if rate is None else rate.text,
            )
            first = kept.setdefault(key, tax)
            if first is tax:
                continue
            for name in ("BasisAmount", "CalculatedAmount"):
                one, other = (cii.find(part, f"ram:{name}") for part in (first, tax))
                one.text = str(Decimal(one.text) + Decimal(other.text))
            reasons = [
                reason.text
                for part in (first, tax)
                for reason in cii.find_all(part, "ram:ExemptionReason")
            ]
            if reasons:
                cii.put(first, "ExemptionReason", " ; ".join(dict.fromkeys(reasons)))
            codes = [cii.find(part, "ram:ExemptionReasonCode") for part in (first, tax)]
            if any(code is None for code in codes) or codes[0].text != codes[1].text:
                cii.drop(first, "ram:ExemptionReasonCode")
            settlement.remove(tax)

    def _legal_is_reverse_charge(self, tax, invoice):
        """Recognise services to a business in the EU: K is for goods sent there."""
        category = cii.find(tax, "ram:CategoryCode").text
        services = invoice._legal_get_operation() == SERVICES
        return category == "AE" or (category == "K" and services)

    def _legal_cure_period(self, tree, invoice):
        """State when the work was done, not from the invoice to its due date."""
        settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
        cii.drop(settlement, "ram:BillingSpecifiedPeriod")
        if invoice.legal_period_from and invoice.legal_period_to:
            period = cii.put(settlement, "BillingSpecifiedPeriod")
            cii.put_date(period, "StartDateTime", invoice.legal_period_from)
            cii.put_date(period, "EndDateTime", invoice.legal_period_to)

    def _legal_cure_payment(self, tree, invoice):
        terms = cii.find(tree, ".//ram:SpecifiedTradePaymentTerms")
        paid_on = invoice._legal_get_paid_on()
        if terms is None:
            return
        if paid_on:
            cii.put_date(terms, "DueDateDateTime", paid_on)
        if invoice._legal_get_profile() == "en16931":
            # A discount is told by the notice AAB; EN 16931 has no element for it.
            cii.drop(terms, "ram:ApplicableTradePaymentDiscountTerms")

    def _legal_cure_currency(self, tree, invoice):
        """Give the VAT in euros too when the invoice is in another currency."""
        own = invoice.company_currency_id
        if invoice.currency_id == own:
            return
        settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
        cii.put(settlement, "TaxCurrencyCode", own.name)
        totals = cii.find(
            settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
        )
        cii.drop(totals, f"ram:TaxTotalAmount[@currencyID='{own.name}']")
        cii.add(
            totals,
            "TaxTotalAmount",
            float_repr(abs(invoice.amount_tax_signed), 2),
            currencyID=own.name,
        )


def _trim(number, digits):
    """Return a decimal number without trailing zeros: 6.5, 20, -0.1.

    >>> _trim(6.50, 4), _trim(20.0, 2), _trim(-0.1, 4), _trim(100.0, 2)
    ('6.5', '20', '-0.1', '100')
    """
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
