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

    def test_case_3_subscription_with_overage_then_first_month(self):
        """3a: 450 + 1,6 × 190 = 754; 3b: from 10 April, 450 × 21/30 = 315."""
        term = {
            "kind": "subscription",
            "amount": 450,
            "included_hours": 2.5,
            "overrun_rate": 190,
        }
        matter = self._create_matter()
        self._create_agreement(matter, [term], date_from="2026-03-01")
        self._create_entry(matter, "senior", 2.1, "2026-03-10")
        self._create_entry(matter, "senior", 2.0, "2026-03-20")
        prebill, move = self._bill(matter, "2026-03-31")
        self.assertTotals(move, 754.00, 150.80, 904.80)
        self.assertJournalItems(
            move, {"411100": 904.80, "706000": -754.00, "445740": -150.80}
        )
        time = prebill.line_ids.filtered("entry_id").sorted("date")
        self.assertEqual(time.mapped("amount"), [0.0, 304.0])
        self.assertEqual(sum(time.mapped("hours_package")), 2.5)
        self.assertEqual(time.mapped("amount_standard"), [462.0, 440.0])
        acts = move._legal_get_detail()[0]["acts"]
        self.assertEqual(len(acts), 2, "the invoice of a period lists its acts")

        other = self._create_matter()
        self._create_agreement(other, [term], date_from="2026-04-10")
        prebill, move = self._bill(other, "2026-04-30")
        self.assertTotals(move, 315.00, 63.00, 378.00)
        self.assertIn("21/30", prebill.line_ids.explanation)
        self.assertEqual(prebill.line_ids.period_id.included, 1.75)

    def test_case_4_success_fee_after_a_base_fee(self):
        """63 450: 50 000 × 8 % + 13 450 × 6 % = 4 807; the base fee 1 800 before."""
        matter = self._create_matter(partner_id=self.consumer.id)
        agreement = self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "amount": 1800,
                    "instalment_ids": [
                        Command.create(
                            {"name": "1", "trigger": "signature", "amount": 1800}
                        )
                    ],
                },
                {
                    "kind": "success",
                    "success_base": "gained",
                    "success_trigger": "irrevocable",
                    "tier_ids": [
                        Command.create({"above_amount": 0, "percent": 8}),
                        Command.create({"above_amount": 50000, "percent": 6}),
                    ],
                },
            ],
        )
        _prebill, first = self._bill(matter, "2026-01-31")
        self.assertEqual(first.amount_untaxed, 1800.00)
        outcome = self.env["legal.fee.outcome"].create(
            {
                "term_id": agreement.term_ids[1].id,
                "name": "Jugement du 4 mai",
                "decided_on": "2026-05-04",
                "amount_obtained": 63450,
            }
        )
        nothing, _w = self.env["legal.prebill"]._generate(
            matter, outcome.decided_on.replace(day=31)
        )
        self.assertFalse(nothing, "an appeal is still possible")
        outcome.irrevocable_on = "2026-06-05"
        prebill, move = self._bill(matter, "2026-06-30")
        self.assertTotals(move, 4807.00, 961.40, 5768.40)
        self.assertJournalItems(
            move, {"411100": 5768.40, "706000": -4807.00, "445740": -961.40}
        )
        self.assertIn("13", prebill.line_ids.explanation)

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
