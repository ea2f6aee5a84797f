from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from ..report import cii_tree as cii
from . import facturx_checker
from .test_provision import ProvisionCommon

EXAMPLES = 4
CENT = Decimal("0.01")


def cents(low, high):
    return st.integers(low, high).map(lambda value: value / 100)


LINE = st.fixed_dictionaries(
    {
        "quantity": cents(1, 4000),
        "price": cents(1, 250000),
        "discount": st.one_of(st.just(0.0), cents(1, 6000)),
        "tax": st.sampled_from(["full", "full", "overseas", "none"]),
    }
)
INVOICE = st.fixed_dictionaries(
    {
        "lines": st.lists(LINE, min_size=8, max_size=16),
        "deposit": cents(0, 20000),
        "in_francs": st.booleans(),
        "is_legal": st.booleans(),
    }
)


@tagged("post_install", "-at_install")
class TestDocumentTotals(ProvisionCommon):
    """The e-invoice, the printed page and the ledger say the same, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._legal_setup_vat()
        cls.taxes = {
            "full": cls.company._legal_get_regime_tax("on_payment"),
            "overseas": cls.company.legal_tax_dom_id,
            "none": cls.company._legal_get_disbursement_tax(),
        }
        cls.franc = cls.env.ref("base.CHF")
        cls.franc.active = True
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.franc.id,
                "company_id": cls.company.id,
                "name": "2026-01-01",
                "rate": 0.9437,
            }
        )
        cls.fees = cls.env["legal.money.category"].search(
            [("code", "=", "fee"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _make(self, drawn):
        """Make the invoice; its last line deducts a deposit, less than is billed."""
        rows = [
            (f"Ligne {rank}", line["quantity"], line["price"], line["discount"])
            + (self.taxes[line["tax"]],)
            for rank, line in enumerate(drawn["lines"])
        ]
        rows.append(("Diligences", 1, 500, 0, self.taxes["full"]))
        if drawn["deposit"]:
            rows.append(("Acompte", -1, drawn["deposit"], 0, self.taxes["full"]))
        matter = self.matter.id if drawn["is_legal"] else False
        currency = self.franc if drawn["in_francs"] else self.company.currency_id
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-05-31",
                "currency_id": currency.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "quantity": quantity,
                            "price_unit": price,
                            "discount": discount,
                            "tax_ids": [Command.set(tax.ids)],
                            "matter_id": matter,
                            "legal_category_id": matter and self.fees.id,
                        }
                    )
                    for name, quantity, price, discount, tax in rows
                ],
            }
        )
        move.action_post()
        return move

    def test_xml_page_and_ledger_agree_on_random_invoices(self):
        xmls = []

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(INVOICE)
        def check(drawn):
            move = self._make(drawn)
            self.assertEqual(move.is_legal, drawn["is_legal"])
            xml, errors = self.env["account.edi.xml.cii"]._export_invoice(move)
            self.assertFalse(errors)
            xmls.append(xml)
            taxes = self._check_xml(etree.fromstring(xml), move)
            self._check_ledger(move)
            self._check_page(move, taxes)

        check()
        self.assertGreaterEqual(len(xmls), EXAMPLES)
        findings = facturx_checker.check_xmls(xmls)
        self.assertEqual(findings, [[]] * len(xmls))

    def _check_xml(self, tree, move):
        def amounts(path):
            found = cii.find_all(tree, path)
            return [Decimal(element.text) for element in found]

        totals = ".//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
        for name, amount in (
            ("LineTotalAmount", move.amount_untaxed),
            ("TaxBasisTotalAmount", move.amount_untaxed),
            (f"TaxTotalAmount[@currencyID='{move.currency_id.name}']", move.amount_tax),
            ("GrandTotalAmount", move.amount_total),
            ("DuePayableAmount", move.amount_residual),
        ):
            self.assertEqual(amounts(totals + name), [self._cents(amount)], name)
        if move.currency_id != self.company.currency_id:
            own = amounts(f"{totals}TaxTotalAmount[@currencyID='EUR']")
            self.assertEqual(own, [self._cents(move.amount_tax_signed)])
        lines = amounts(
            ".//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
        )
        self.assertEqual(sum(lines), self._cents(move.amount_untaxed))
        breakdown = ".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:"
        self.assertEqual(
            sum(amounts(f"{breakdown}BasisAmount")), self._cents(move.amount_untaxed)
        )
        taxes = amounts(f"{breakdown}CalculatedAmount")
        self.assertEqual(sum(taxes), self._cents(move.amount_tax))
        return [float(tax) for tax in taxes if tax]

    def _cents(self, amount):
        return Decimal(str(amount)).quantize(CENT)

    def _check_ledger(self, move):
        """Receivable, sales and VAT of the journal items are the totals printed."""
        groups = {"receivable": 0, "tax": 0, "sales": 0}
        for line in move.line_ids.filtered("account_id"):
            kind = "sales" if line.display_type == "product" else "tax"
            if line.display_type == "payment_term":
                kind = "receivable"
            groups[kind] += self._cents(line.amount_currency)
        self.assertEqual(groups["receivable"], self._cents(move.amount_total))
        self.assertEqual(-groups["sales"], self._cents(move.amount_untaxed))
        self.assertEqual(-groups["tax"], self._cents(move.amount_tax))
        self.assertEqual(sum(self._cents(li.balance) for li in move.line_ids), 0)

    def _check_page(self, move, taxes):
        """The page tells the totals, and the VAT of each rate."""
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        streams = report._render_qweb_pdf_prepare_streams(
            "account.account_invoices", {}, res_ids=move.ids
        )
        pages = PdfReader(streams[move.id]["stream"]).pages
        text = _plain(" ".join(page.extract_text() for page in pages))
        shown = move._legal_in_client_language()
        for amount in (move.amount_untaxed, move.amount_total, *taxes):
            self.assertIn(_plain(shown._legal_format_amount(amount)), text)


def _plain(text):
    """Return text without any space, which layouts put where they like."""
    return "".join(text.split()).replace("\N{NARROW NO-BREAK SPACE}", "")
