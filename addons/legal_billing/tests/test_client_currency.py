from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestClientCurrency(LegalBillingCommon):
    """A client in Swiss francs, from the rate to the ledger, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chf = cls.env.ref("base.CHF")
        cls.chf.active = True
        # one euro is 0.95 franc, all year
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.chf.id,
                "company_id": cls.company.id,
                "name": "2026-01-01",
                "rate": 0.95,
            }
        )
        for grade, amount in (
            ("grade_partner", 300),
            ("grade_senior_associate", 235.50),
        ):
            cls.env["legal.rate"].create(
                {
                    "grade_id": cls.env.ref(f"legal_timesheet.{grade}").id,
                    "amount": amount,
                    "currency_id": cls.chf.id,
                    "date_from": "2025-01-01",
                }
            )
        cls.client.legal_fee_currency_id = cls.chf
        cls.matter = cls._create_matter()

    def test_time_in_francs_makes_a_pre_bill_and_an_invoice_in_francs(self):
        agreement = self._create_agreement(self.matter, [{"kind": "hourly"}])
        self.assertEqual(agreement.currency_id, self.chf)
        # 1.1 h × 300.00 = 330.00 and 0.3 h × 235.50 = 70.65, in all 400.65 CHF
        first = self._create_entry(self.matter, "partner", 1.1, "2026-03-03")
        second = self._create_entry(self.matter, "senior", 0.3, "2026-03-04")
        self.assertEqual(first.legal_currency_id, self.chf)
        self.assertEqual(
            (first.amount_billable, second.amount_billable), (330.00, 70.65)
        )
        self.assertEqual(self.matter.currency_id, self.chf)
        self.assertEqual(self.matter.amount_wip, 400.65)
        prebill, move = self._bill(self.matter, "2026-03-31")
        self.assertEqual(prebill.currency_id, self.chf)
        self.assertEqual(move.currency_id, self.chf)
        self.assertEqual(move.amount_untaxed, 400.65)
        # the ledger is in euros: 330 / 0.95 = 347.37 and 70.65 / 0.95 = 74.37
        fees = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        self.assertEqual(sorted(-line.balance for line in fees), [74.37, 347.37])
        self.matter.invalidate_recordset()
        self.assertEqual(self.matter.amount_wip, 0)
        self.assertEqual(self.matter.amount_billed, 400.65)
        self.assertEqual(self.matter.amount_unpaid, move.amount_residual)

    def test_an_hour_without_a_rate_in_francs_is_not_approved(self):
        with self.assertRaisesRegex(UserError, "CHF"):
            self._create_entry(self.matter, "associate", 1, "2026-03-03")

    def test_a_signed_agreement_keeps_the_currency_of_its_matter(self):
        self._create_agreement(self.matter, [{"kind": "hourly"}])
        self.client.legal_fee_currency_id = False
        self.assertEqual(self.matter.currency_id, self.chf)

    def test_a_matter_in_euros_is_left_alone(self):
        matter = self._create_matter(partner_id=self.consumer.id)
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(matter, "partner", 1, "2026-03-03")
        _prebill, move = self._bill(matter, "2026-03-31")
        self.assertEqual(move.currency_id, self.company.currency_id)
        self.assertEqual(matter.amount_billed, 280)
