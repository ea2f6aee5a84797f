from collections import defaultdict
from decimal import Decimal

from odoo import models

from ..report import cii_tree as cii

CENT = Decimal("0.01")
# More than that between the export and the journal is no rounding: left as it is.
ROUNDING_MOVED = Decimal("0.05")


class AccountEdiXmlCii(models.AbstractModel):
    """Let the e-invoice add up to the cent, as the journal items do.

    VAT is worked out on sums, which moves a cent here and there: between a line and
    the product of its figures, between the bases by rate and the total. The export
    rounds each by itself, and validators refuse a total that is a cent away from its
    parts (BR-CO-10, 13, 14, 15).
    """

    _inherit = "account.edi.xml.cii"

    def _legal_cure_totals(self, tree, invoice):
        if cii.find(tree, ".//ram:SpecifiedTradeAllowanceCharge") is not None:
            return  # of the whole document or of a tax: not in the lines' sums
        self._legal_book_lines(tree, invoice)
        settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
        taxes = cii.find_all(settlement, "ram:ApplicableTradeTax")
        bases = self._legal_sum_lines(tree)
        for tax in taxes:
            self._legal_book(cii.find(tax, "ram:BasisAmount"), bases[_get_key(tax)])
        totals = cii.find(
            settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
        )
        untaxed, due = _to_cents(invoice.amount_untaxed), _to_cents(invoice.amount_tax)
        currency = invoice.currency_id.name
        self._legal_book(cii.find(totals, "ram:LineTotalAmount"), untaxed)
        self._legal_book(cii.find(totals, "ram:TaxBasisTotalAmount"), untaxed)
        self._legal_book(
            cii.find(totals, f"ram:TaxTotalAmount[@currencyID='{currency}']"), due
        )
        self._legal_book_vat(taxes, due)

    def _legal_book_lines(self, tree, invoice):
        """Write the amounts of the journal items on the lines."""
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        items = cii.find_all(tree, ".//ram:IncludedSupplyChainTradeLineItem")
        if len(items) != len(lines):
            return
        for item, line in zip(items, lines, strict=True):
            booked = _to_cents(line.amount_currency * invoice.direction_sign)
            self._legal_book(cii.find(item, ".//ram:LineTotalAmount"), booked)

    def _legal_sum_lines(self, tree):
        """Return {(category, rate): sum of the lines}."""
        sums = defaultdict(Decimal)
        for item in cii.find_all(tree, ".//ram:IncludedSupplyChainTradeLineItem"):
            tax = cii.find(item, ".//ram:ApplicableTradeTax")
            if tax is not None:
                total = cii.find(item, ".//ram:LineTotalAmount")
                sums[_get_key(tax)] += Decimal(total.text)
        return sums

    def _legal_book_vat(self, taxes, due):
        """Let the VAT by rate add up: a cent too many goes to the largest."""
        amounts = [cii.find(tax, "ram:CalculatedAmount") for tax in taxes]
        if not amounts:
            return
        largest = max(amounts, key=lambda amount: abs(Decimal(amount.text)))
        moved = due - sum(Decimal(amount.text) for amount in amounts)
        self._legal_book(largest, Decimal(largest.text) + moved)

    def _legal_book(self, element, amount):
        """Write an amount where the one that stands there differs by rounding."""
        if element is not None and abs(Decimal(element.text) - amount) < ROUNDING_MOVED:
            element.text = str(amount.quantize(CENT))


def _get_key(tax):
    """Return what a line and a breakdown of VAT have in common."""
    rate = cii.find(tax, "ram:RateApplicablePercent")
    return cii.find(tax, "ram:CategoryCode").text, None if rate is None else rate.text


def _to_cents(amount):
    return Decimal(str(amount + 0.0)).quantize(CENT)
