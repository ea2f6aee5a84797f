from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestCostPrice(LegalBillingCommon):
    """What a cost comes to, and the sentence that says why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()

    def _create(self, kind=None, **kw):
        if kind:
            kw["kind_id"] = self.env.ref(f"legal_billing.cost_kind_{kind}").id
        return self.env["legal.cost"].create({"matter_id": self.matter.id, **kw})

    def test_stamp_takes_the_legal_amount_of_its_day(self):
        cost = self._create("appeal_stamp", date="2026-05-05")
        self.assertEqual((cost.amount, cost.section), (225.0, "disbursements"))
        self.assertEqual(cost.category_id.code, "disbursement")
        self.assertIn("225", cost.explanation)
        duty = self._create("pleading_duty", date="2026-05-12", quantity=2)
        self.assertEqual((duty.amount, duty.category_id.code), (26.0, "pleading_duty"))

    def test_legal_amount_outside_its_dates_is_left_to_be_entered(self):
        with self.assertRaisesRegex(UserError, "appeal.*2027"):
            self._create("appeal_stamp", date="2027-01-04")
        cost = self._create("appeal_stamp", date="2027-01-04", unit_amount=240)
        self.assertEqual(cost.amount, 240.0)
        with self.assertRaises(UserError):
            self._create("legal_aid_contribution", date="2026-02-28")
        self.assertEqual(
            self._create("legal_aid_contribution", date="2026-03-01").amount, 50.0
        )

    def test_form_shows_the_sentence_and_leaves_the_amount_open(self):
        form = Form(self.env["legal.cost"])
        form.matter_id = self.matter
        form.kind_id = self.env.ref("legal_billing.cost_kind_appeal_stamp")
        form.date = "2026-05-05"
        self.assertEqual(form.unit_amount, 225.0)
        form.date = "2027-02-01"
        self.assertIn("2027", form.explanation)

    def test_mileage_is_kilometres_by_the_rate_of_the_day(self):
        """120 km × 0,603 = 72,36 €; from July 0,62: 120 × 0,62 = 74,40 €."""
        with self.assertRaisesRegex(UserError, "no price of a kilometre on 2026-05-05"):
            self._create("mileage", date="2026-05-05", distance_km=120, vehicle="cv5")
        Rate = self.env["legal.mileage.rate"]
        Rate.create(
            {
                "company_id": self.company.id,
                "vehicle": "cv5",
                "amount_per_km": 0.603,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
            }
        )
        Rate.create(
            {
                "company_id": self.company.id,
                "vehicle": "cv5",
                "amount_per_km": 0.62,
                "date_from": "2026-07-01",
            }
        )
        cost = self._create(
            "mileage", date="2026-05-05", distance_km=120, vehicle="cv5"
        )
        self.assertEqual((cost.amount, cost.price_rate), (72.36, 0.603))
        self.assertRegex(cost.explanation, r"^120 km × 0[.,]603 ")
        cost.date = "2026-07-01"
        self.assertEqual((cost.amount, cost.price_rate), (74.40, 0.62))
        cost.distance_km = 10
        self.assertEqual(cost.amount, 6.20)
        with self.assertRaisesRegex(UserError, "kilometres and its vehicle"):
            self._create("mileage", date="2026-05-05", distance_km=120)

    def _rate(self, currency, date, rate):
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": self.company.id,
                "name": date,
                "rate": rate,
            }
        )

    def test_foreign_currency_takes_and_keeps_the_rate_of_the_day(self):
        """250 USD at 1 € = 1,25 USD: 250 × 0,80 = 200,00 €."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids.unlink()
        vals = {
            "name": "Apostille, Delaware",
            "category_id": self.env["legal.money.category"]
            ._get_by_code("expense", self.company)
            .id,
            "date": "2026-05-05",
            "foreign_currency_id": dollar.id,
            "foreign_amount": 250,
        }
        with self.assertRaisesRegex(UserError, "USD.*05/05/2026"):
            self._create(**vals)
        self._rate(dollar, "2026-04-20", 1.5)  # too old: five days and more
        with self.assertRaises(UserError):
            self._create(**vals)
        self._rate(dollar, "2026-05-04", 1.25)
        cost = self._create(**vals)
        self.assertEqual((cost.amount, cost.price_rate), (200.0, 0.8))
        self.assertRegex(cost.explanation, r"× 0[.,]8 ")
        dollar.rate_ids.filtered(lambda r: r.rate == 1.25).rate = 1.0
        self.env.invalidate_all()
        self.assertEqual(cost.amount, 200.0, "the rate is frozen with the cost")

    def test_matter_billed_in_francs_bears_its_costs_in_francs(self):
        """225 € at 1 € = 0,90 CHF: 202,50 CHF; 80 CHF paid stay 80 CHF."""
        franc = self.env.ref("base.CHF")
        franc.active = True
        franc.rate_ids.unlink()
        self.matter.currency_id = franc
        with self.assertRaisesRegex(UserError, "CHF"):
            self._create("appeal_stamp", date="2026-05-05")
        self._rate(franc, "2026-05-05", 0.9)
        cost = self._create("appeal_stamp", date="2026-05-05")
        self.assertEqual((cost.amount, cost.currency_id), (202.5, franc))
        category = self.env["legal.money.category"]._get_by_code(
            "expense", self.company
        )
        paid = self._create(
            name="Hôtel",
            category_id=category.id,
            date="2026-05-05",
            foreign_currency_id=franc.id,
            foreign_amount=80,
        )
        self.assertEqual(paid.amount, 80.0)

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname IN %s",
            [
                (
                    "legal_mileage_rate_no_overlap",
                    "legal_mileage_rate_positive",
                    "legal_cost_kind_legal_has_key",
                    "legal_cost_foreign_complete",
                )
            ],
        )
        self.assertEqual(self.env.cr.rowcount, 4)
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = 'legal_cost_source_once'"
        )
        self.assertEqual(self.env.cr.rowcount, 1)


@tagged("post_install", "-at_install")
class TestCostFromBill(LegalBillingCommon):
    """A vendor bill is charged to the matters it was for, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.vat = cls.env["account.chart.template"].ref("tva_acq_normale")
        cls.supplier = cls.env["res.partner"].create(
            {"name": "Traductions Mercure", "is_company": True}
        )

    def _bill_from_vendor(self, lines, post=True, **kw):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.supplier.id,
                "invoice_date": "2026-04-10",
                "date": "2026-04-10",
                "ref": f"TM-{len(self.env['account.move'].search([]))}",
                "invoice_line_ids": [Command.create(line) for line in lines],
                **kw,
            }
        )
        if post:
            bill.action_post()
        return bill

    def _line(self, amount, matters=None, **kw):
        matters = matters or {self.matter: 100}
        return {
            "name": "Traduction assermentée",
            "quantity": 1,
            "price_unit": amount,
            "account_id": self.company_data["default_account_expense"].id,
            "tax_ids": [Command.set(self.vat.ids)],
            "analytic_distribution": {
                str(matter.account_id.id): share for matter, share in matters.items()
            },
            **kw,
        }

    def _costs(self, bill):
        return self.env["legal.cost"].search(
            [("source_move_id", "=", bill.id)], order="id"
        )

    def test_posted_bill_becomes_one_cost_without_the_vat_deducted(self):
        bill = self._bill_from_vendor([self._line(100)])
        self.assertEqual(bill.amount_total, 120.0)
        cost = self._costs(bill)
        self.assertEqual((cost.amount, cost.category_id.code), (100.0, "expense"))
        self.assertEqual((cost.matter_id, str(cost.date)), (self.matter, "2026-04-10"))
        self.assertEqual(cost.supplier_id, self.supplier)
        bill.action_legal_make_costs()
        bill.action_legal_make_costs()
        self.assertEqual(self._costs(bill), cost, "once, however often it is asked")
        self.assertEqual(bill.legal_cost_count, 1)

    def test_vat_that_is_not_deducted_is_part_of_the_cost(self):
        """100 + 20 of VAT that goes to no account: 120 is what it cost."""
        lost = self.vat.copy({"name": "TVA non déductible"})
        lost.invoice_repartition_line_ids.filtered(
            lambda li: li.repartition_type == "tax"
        ).account_id = False
        bill = self._bill_from_vendor(
            [self._line(100, tax_ids=[Command.set(lost.ids)])]
        )
        self.assertEqual(self._costs(bill).amount, 120.0)

    def test_third_party_account_makes_a_disbursement_of_the_sum_paid(self):
        account = (
            self.env["legal.money.category"]
            ._get_by_code("disbursement", self.company)
            .account_id
        )
        bill = self._bill_from_vendor(
            [self._line(89.76, account_id=account.id, tax_ids=[Command.clear()])],
            post=False,
        )
        self.env["ir.attachment"].create(
            {
                "name": "acte.pdf",
                "raw": b"%PDF-1.4 act",
                "res_model": "account.move",
                "res_id": bill.id,
            }
        )
        bill.action_post()
        cost = self._costs(bill)
        self.assertEqual((cost.amount, cost.section), (89.76, "disbursements"))
        self.assertEqual(cost.proof_attachment_ids.mapped("name"), ["acte.pdf"])
        self.assertEqual(cost.proof_attachment_ids.res_model, "legal.cost")
        self.assertIn("mandate", cost._get_refusal())
        cost.write({"has_mandate": True, "is_in_client_name": True})
        self.assertFalse(cost._get_refusal())

    def test_line_of_several_matters_is_split_to_the_cent(self):
        """100,01 by 33,33 % + 33,33 % + 33,34 %: nothing lost, nothing made up."""
        others = self._create_matter() | self._create_matter()
        bill = self._bill_from_vendor(
            [
                self._line(
                    100.01, {self.matter: 33.33, others[0]: 33.33, others[1]: 33.34}
                )
            ]
        )
        costs = self._costs(bill)
        self.assertEqual(len(costs), 3)
        self.assertEqual(round(sum(costs.mapped("amount")), 2), 100.01)
        self.assertEqual(costs.matter_id, self.matter | others)
        part = self._bill_from_vendor([self._line(90, {self.matter: 40})])
        self.assertEqual(self._costs(part).amount, 36.0)

    def test_cost_of_a_bill_is_billed_once(self):
        self._bill_from_vendor([self._line(100)])
        prebill, move = self._bill(self.matter, "2026-04-30")
        self.assertEqual(move.amount_untaxed, 100.0)
        again, _w = self.env["legal.prebill"]._generate(self.matter, prebill.date_to)
        self.assertFalse(again)

    def _refund(self, bill, amount=None):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"journal_id": bill.journal_id.id, "date": "2026-04-20"})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_date = "2026-04-20"
        if amount:
            refund.invoice_line_ids.price_unit = amount
        refund.action_post()
        return refund

    def test_refund_takes_off_the_cost_while_it_is_not_billed(self):
        bill = self._bill_from_vendor([self._line(100)])
        cost = self._costs(bill)
        refund = self._refund(bill, 30)
        self.assertEqual((cost.amount, cost.billing_status), (70.0, "to_bill"))
        refund.action_legal_make_costs()
        self.assertEqual(cost.amount, 70.0, "a refund counts once")
        self._refund(bill, 70)
        self.assertEqual(cost.billing_status, "cancelled")
        prebill, _w = self.env["legal.prebill"]._generate(self.matter, cost.date)
        self.assertFalse(prebill)

    def test_refund_undone_gives_the_cost_back(self):
        bill = self._bill_from_vendor([self._line(100)])
        cost = self._costs(bill)
        refund = self._refund(bill, 30)
        refund.button_draft()
        self.assertEqual(cost.amount, 100.0)

    def test_refund_after_billing_asks_a_person(self):
        bill = self._bill_from_vendor([self._line(100)])
        cost = self._costs(bill)
        self._bill(self.matter, "2026-04-30")
        self._refund(bill, 30)
        self.assertEqual((cost.amount, cost.needs_review), (100.0, True))
        self.assertEqual(cost.activity_ids.user_id, self.lawyers["partner"].user_id)
        cost.action_reviewed()
        self.assertFalse(cost.needs_review)

    def test_bill_back_to_draft_keeps_its_cost_from_billing(self):
        bill = self._bill_from_vendor([self._line(100)])
        cost = self._costs(bill)
        cost.has_mandate = True
        bill.button_draft()
        self.assertEqual(cost.billing_status, "cancelled")
        bill.invoice_line_ids.price_unit = 80
        bill.action_post()
        self.assertEqual(self._costs(bill), cost)
        self.assertEqual((cost.amount, cost.billing_status), (80.0, "to_bill"))
        self.assertTrue(cost.has_mandate)

    def test_bill_of_another_currency_costs_what_the_ledger_says(self):
        """100 in a currency of which 2 make a euro: 50,00 €."""
        currency = self.setup_other_currency("CHF", rates=[("2026-01-01", 2.0)])
        bill = self._bill_from_vendor([self._line(100)], currency_id=currency.id)
        self.assertEqual(self._costs(bill).amount, 50.0)

    def test_setting_off_waits_for_the_button(self):
        self.company.legal_cost_from_bills = False
        bill = self._bill_from_vendor([self._line(100)])
        self.assertFalse(self._costs(bill))
        bill.action_legal_make_costs()
        self.assertEqual(self._costs(bill).amount, 100.0)

    def test_accountant_outside_the_wall_posts_and_learns_nothing(self):
        self.matter.is_walled = True
        user = new_test_user(
            self.env,
            "cost_accountant",
            groups="account.group_account_invoice,account.group_account_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        bill = self._bill_from_vendor([self._line(100)], post=False)
        bill.with_user(user).action_post()
        self.assertEqual(bill.with_user(user).legal_cost_count, 1)
        bill.with_user(user).button_draft()
        bill.with_user(user).action_post()
        lawyer = new_test_user(
            self.env,
            "cost_outsider",
            groups="legal_timesheet.group_legal_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        found = self.env["legal.cost"].with_user(lawyer).search([])
        self.assertFalse(found.filtered(lambda c: c.matter_id == self.matter))
