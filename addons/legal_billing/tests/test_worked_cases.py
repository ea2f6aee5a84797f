from odoo import Command
from odoo.tests import tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestWorkedCases(LegalBillingCommon):
    """The worked figures, to the cent, with the ledger's journal items."""

    def assertTotals(self, move, untaxed, tax, total):
        self.assertEqual(
            (move.amount_untaxed, move.amount_tax, move.amount_total),
            (untaxed, tax, total),
        )

    def test_case_1_hourly_capped_with_file_charge(self):
        """6,5×280 + 9,2×220 + 8,4×180 = 5 356, capped at 5 000, + 150."""
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly", "cap_amount": 5000}])
        self._create_entry(matter, "partner", 6.5, "2026-04-01")
        self._create_entry(matter, "senior", 9.2, "2026-04-02")
        self._create_entry(matter, "associate", 8.4, "2026-04-03")
        self._create_cost(matter, "admin_fee", 150, "2026-04-01")
        prebill, move = self._bill(matter, "2026-04-15")
        self.assertTotals(move, 5150.00, 1030.00, 6180.00)
        self.assertEqual(prebill.amount_standard, 5356.00)
        self.assertEqual(prebill.amount_fees, 5000.00)
        self.assertEqual(prebill.amount_total, 6180.00)
        self.assertJournalItems(
            move,
            {
                "411100": 6180.00,
                "706000": -5000.00,
                "708800": -150.00,
                "445740": -1030.00,
            },
        )
        cap = move.invoice_line_ids.filtered(lambda line: line.quantity < 0)
        self.assertEqual((cap.price_unit, cap.price_subtotal), (356.00, -356.00))

    def test_case_2_fixed_fee_in_two_halves_with_overrun(self):
        """3 000 in two halves for 15 h, then 2,7 h at 200 beyond."""
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "amount": 3000,
                    "included_hours": 15,
                    "overrun_rate": 200,
                    "instalment_ids": [
                        Command.create(
                            {
                                "name": "À la signature",
                                "trigger": "signature",
                                "amount": 1500,
                            }
                        ),
                        Command.create(
                            {
                                "name": "Solde",
                                "trigger": "date",
                                "due_on": "2026-03-31",
                                "amount": 1500,
                            }
                        ),
                    ],
                }
            ],
        )
        _prebill, first = self._bill(matter, "2026-01-31")
        self.assertTotals(first, 1500.00, 300.00, 1800.00)
        self._create_entry(matter, "associate", 6.0, "2026-01-20")
        self._create_entry(matter, "associate", 7.5, "2026-02-10")
        self._create_entry(matter, "associate", 4.2, "2026-03-10")
        prebill, second = self._bill(matter, "2026-03-31")
        self.assertTotals(second, 2040.00, 408.00, 2448.00)
        self.assertEqual(first.amount_total + second.amount_total, 4248.00)
        self.assertJournalItems(
            second, {"411100": 2448.00, "706000": -2040.00, "445740": -408.00}
        )
        inside = prebill.line_ids.filtered(lambda li: li.kind == "time")
        self.assertEqual(inside.mapped("amount"), [0.0, 0.0, 540.0])
        self.assertEqual(sum(inside.mapped("hours_package")), 15.0)

    def test_case_5_mixed_fees_expenses_and_disbursements(self):
        """1 200 + 84,50 bear VAT; 89,76 + 13 + 225 are paid for the client."""
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "name": "Audience",
                    "amount": 1200,
                    "instalment_ids": [
                        Command.create(
                            {
                                "name": "Audience de plaidoirie",
                                "due_on": "2026-05-12",
                                "amount": 1200,
                            }
                        )
                    ],
                }
            ],
        )
        self._create_cost(matter, "expense", 84.50, "2026-05-12")
        self._create_disbursement(matter, 89.76, "2026-05-04")
        self._create_disbursement(matter, 225, "2026-05-05")
        self._create_disbursement(matter, 13, "2026-05-12", "pleading_duty")
        _prebill, move = self._bill(matter, "2026-05-31")
        self.assertTotals(move, 1612.26, 256.90, 1869.16)
        self.assertJournalItems(
            move,
            {
                "411100": 1869.16,
                "706000": -1200.00,
                "708500": -84.50,
                "445740": -256.90,
                "467100": -314.76,
                "467200": -13.00,
            },
        )
        untaxed = move.line_ids.filtered(
            lambda li: li.account_id.code in ("467100", "467200")
        )
        self.assertFalse(untaxed.tax_tag_ids, "disbursements reach no VAT-return box")

    def test_vat_falls_due_when_paid_and_status_follows_to_the_minute(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        entry = self._create_entry(matter, "partner", 2.0, "2026-04-01")
        self.assertEqual(entry.billing_status, "approved")
        prebill, _w = self.env["legal.prebill"]._generate(
            matter, entry.date.replace(day=30)
        )
        self.assertEqual(entry.billing_status, "on_prebill")
        prebill.action_approve()
        move = prebill._create_invoices(entry.date.replace(day=30))
        self.assertEqual(entry.billing_status, "on_prebill")
        move.action_post()
        self.assertEqual(entry.billing_status, "billed")
        self._register_payment(move, payment_date="2026-05-20")
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(entry.billing_status, "paid")
        caba = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id)]
        )
        vat = {
            line.account_id.code: line.balance
            for line in caba.line_ids
            if line.account_id.code in ("445740", "445710")
        }
        self.assertEqual(vat, {"445740": 112.00, "445710": -112.00})
        self.assertEqual(str(caba.date), "2026-05-20")

    def _register_payment(self, move, payment_date):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": payment_date})
            ._create_payments()
        )
