import io
from datetime import date

from lxml import etree
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report import cii_tree as cii
from . import facturx_checker
from .test_provision import ProvisionCommon

DAY = date(2026, 6, 15)


@tagged("post_install", "-at_install")
class TestCorrectiveInvoice(ProvisionCommon):
    """An issued invoice replaced: once in the ledger, once for the client."""

    def _replace(self, move, day=DAY):
        wizard = self.env["legal.invoice.replace"].create(
            {"move_id": move.id, "date": day, "reason": "SIREN erroné"}
        )
        return self.env["account.move"].browse(wizard.action_replace()["res_id"])

    def _items(self, *moves):
        """Return {account code: balance} of these documents together."""
        found = {}
        lines = self.env["account.move"].union(*moves).line_ids
        for line in lines.filtered("account_id"):
            code = line.account_id.code[:6]
            found[code] = round(found.get(code, 0) + line.balance, 2)
        return {code: balance for code, balance in found.items() if balance}

    def _owed(self):
        self.env.flush_all()
        return sum(
            self.env["account.move.line"]
            .search(
                [
                    ("partner_id", "=", self.client.id),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                ]
            )
            .mapped("amount_residual")
        )

    def test_replaced_invoice_leaves_books_portal_and_platform(self):
        """Case 5, part of it paid: journal items, acts, payment, XML and print."""
        move = self._bill_case_5()
        prebill = move.prebill_ids
        self._register_payment(move, payment_date="2026-06-02", amount=500)
        items = self._items(move)
        self.assertEqual(self._owed(), 1369.16)
        draft = self._replace(move)
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.amount_total, 1869.16)
        self.assertEqual((move.amount_residual, self._owed()), (1369.16, 1369.16))
        self.assertEqual(prebill.move_ids, move, "nothing moved before it is issued")
        with self.assertRaisesRegex(UserError, "corrective invoice"):
            move.action_legal_replace()
        draft.action_post()
        refund = move.reversal_move_ids
        self.assertEqual(
            (refund.state, refund.amount_total, refund.amount_residual),
            ("posted", 1869.16, 0.0),
        )
        self.assertEqual((move.payment_state, move.amount_residual), ("reversed", 0.0))
        self.assertEqual(draft.amount_residual, 1369.16)
        self.assertEqual(self._owed(), 1369.16)
        # Once in the ledger: the first and its reversal make nothing together.
        self.assertEqual(self._items(move, refund), {})
        self.assertEqual(self._items(draft), items)
        # The acts and costs are billed by the new invoice, and by it alone.
        self.assertEqual(prebill.move_ids, draft)
        self.assertFalse(move.invoice_line_ids.prebill_line_ids)
        costs = prebill.line_ids.cost_id
        self.assertEqual(set(costs.mapped("billing_status")), {"billed"})
        # VAT on payment follows the money: what is due is that of 500 paid.
        due = self.env["account.move.line"]._read_group(
            [
                ("account_id.code", "=like", "44571%"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            [],
            ["balance:sum"],
        )[0][0]
        self.assertEqual(round(-due, 2), round(256.9 * 500 / 1869.16, 2))
        # The platform gets one document, which names the one it replaces.
        self._send(draft)
        self.assertEqual(facturx_checker.check_pdf(*self._get_files(draft)), [])
        tree = etree.fromstring(self._get_files(draft)[1])
        for path, expected in (
            ("rsm:ExchangedDocument/ram:TypeCode", ["384"]),
            (".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID", [move.name]),
            (".//ram:InvoiceReferencedDocument//qdt:DateTimeString", ["20260531"]),
            (".//ram:GrandTotalAmount", ["1869.16"]),
            (".//ram:DuePayableAmount", ["1369.16"]),
        ):
            found = [element.text for element in cii.find_all(tree, path)]
            self.assertEqual(found, expected, path)
        self.assertTrue(draft._legal_is_exchanged())
        self.assertFalse(refund._legal_is_exchanged())
        with self.assertRaisesRegex(UserError, "only balances"):
            refund._generate_and_send()
        pdf = self._get_files(draft)[0]
        text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
        self.assertIn(draft._legal_get_replacing_sentence(), text)
        self.assertIn(move.name, draft._legal_get_replacing_sentence())
        self.assertIn("Audience de plaidoirie", text)

    def test_deduction_goes_over_to_the_corrective_invoice(self):
        """Case 6: the deposit is used once, the final bill stays 1 634,40."""
        provision = self._ask()
        self._receive(provision)
        move = self._bill_case_6()[1]
        self.assertEqual(provision.balance, 0)
        draft = self._replace(move)
        draft.action_post()
        self.assertEqual((draft.amount_total, provision.balance), (1634.4, 0))
        self.assertLedgerTies()
        xml, errors = self.env["account.edi.xml.cii"]._export_invoice(draft)
        self.assertFalse(errors)
        self.assertEqual(facturx_checker.check_xml(xml), [])
        with self.assertRaisesRegex(UserError, "deposit invoice"):
            provision.move_id.action_legal_replace()

    def test_what_cannot_be_replaced_says_why(self):
        move = self._bill_case_5()
        with self.assertRaisesRegex(UserError, "dated before"):
            self._replace(move, date(2026, 5, 1))
        lawyer = self.lawyers["senior"].user_id
        with self.assertRaisesRegex(UserError, "billing manager"):
            move.with_user(lawyer).action_legal_replace()
        lacking, late = self._replace(move), None
        lacking.invoice_line_ids.filtered("matter_id")[:1].unlink()
        with self.assertRaisesRegex(UserError, "lacks its line"):
            with self.env.cr.savepoint():
                lacking.action_post()
        lacking.unlink()
        self.assertEqual((move.state, move.payment_state), ("posted", "not_paid"))
        self.assertTrue(move.invoice_line_ids.prebill_line_ids)
        late = self._replace(move)
        move._reverse_moves([{"date": DAY, "invoice_date": DAY}], cancel=True)
        with self.assertRaisesRegex(UserError, "meanwhile"):
            with self.env.cr.savepoint():
                late.action_post()
        late.unlink()
        with self.assertRaisesRegex(UserError, "credit note"):
            move.action_legal_replace()

    def test_ordinary_invoice_is_replaced_too(self):
        tax = self.env["account.chart.template"].with_company(self.company)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-05-31",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Sous-location d'un bureau",
                            "price_unit": 100,
                            "tax_ids": [Command.set(tax.ref("tva_normale").ids)],
                        }
                    )
                ],
            }
        )
        move.action_post()
        draft = self._replace(move)
        draft.action_post()
        self.assertEqual((move.payment_state, draft.amount_total), ("reversed", 120.0))
        xml, _errors = self.env["account.edi.xml.cii"]._export_invoice(draft)
        self.assertEqual(facturx_checker.check_xml(xml), [])
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", draft.ids
        )
        text = b" ".join(html.split())
        self.assertIn(draft._legal_get_replacing_sentence().encode(), text)
