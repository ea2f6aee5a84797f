from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.legal_billing.tests.common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestExpense(LegalBillingCommon):
    """An approved expense is one cost of its matter, with its receipts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("hr_expense.group_hr_expense_manager")
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.product = cls.env["product.product"].create(
            {"name": "Train", "can_be_expensed": True, "standard_price": 0.0}
        )
        cls.vat = cls.env["account.chart.template"].ref("tva_acq_normale")
        # a person whose receipts may be paid back
        for employee in cls.lawyers.values():
            employee.work_contact_id = employee.user_id.partner_id

    def _spend(self, amount=120, taxed=True, approve=True, **kw):
        expense = self.env["hr.expense"].create(
            {
                "name": "Train Paris – Lyon",
                "employee_id": self.lawyers["senior"].id,
                "product_id": self.product.id,
                "total_amount_currency": amount,
                "tax_ids": [Command.set(self.vat.ids if taxed else [])],
                "date": "2026-04-10",
                "matter_id": self.matter.id,
                "company_id": self.company.id,
                **kw,
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": "billet.pdf",
                "raw": b"%PDF-1.4 ticket",
                "res_model": "hr.expense",
                "res_id": expense.id,
            }
        )
        if approve:
            expense.action_submit()
            expense._do_approve(False)
        return expense

    def _cost(self, expense):
        return self.env["legal.cost"].search([("expense_id", "=", expense.id)])

    def test_approved_expense_is_one_cost_with_its_receipt(self):
        """120 with 20 % of VAT: 100 is what the client bears."""
        expense = self._spend(approve=False)
        self.assertFalse(self._cost(expense))
        self.assertEqual(
            expense.analytic_distribution, {str(self.matter.account_id.id): 100}
        )
        expense.action_submit()
        expense._do_approve(False)
        cost = self._cost(expense)
        self.assertEqual((cost.amount, cost.section), (100.0, "expenses"))
        self.assertEqual(cost.employee_id, self.lawyers["senior"])
        self.assertEqual(cost.proof_attachment_ids.mapped("name"), ["billet.pdf"])
        self.assertEqual(cost.proof_attachment_ids.res_model, "legal.cost")
        expense._legal_sync_cost()
        expense._post_without_wizard()
        self.assertTrue(expense.account_move_id)
        costs = self.env["legal.cost"].search([("matter_id", "=", self.matter.id)])
        self.assertEqual(costs, cost, "the entry that pays it back is no second cost")

    def test_disbursement_is_the_exact_sum_and_keeps_its_conditions(self):
        category = self.env["legal.money.category"]._get_by_code(
            "disbursement", self.company
        )
        cost = self._cost(self._spend(45.60, False, legal_category_id=category.id))
        self.assertEqual((cost.amount, cost.section), (45.60, "disbursements"))
        self.assertIn("mandate", cost._get_refusal())

    def test_expense_that_the_firm_bears_makes_no_cost(self):
        self.assertFalse(self._cost(self._spend(is_legal_billable=False)))
        self.assertFalse(self._cost(self._spend(matter_id=False)))

    def test_reset_and_approved_again_follows_the_amount(self):
        expense = self._spend()
        cost = self._cost(expense)
        expense._do_reset_approval()
        self.assertEqual(cost.billing_status, "cancelled")
        expense.total_amount_currency = 60
        expense.action_submit()
        expense._do_approve(False)
        self.assertEqual(self._cost(expense), cost)
        self.assertEqual((cost.amount, cost.billing_status), (50.0, "to_bill"))

    def test_billed_expense_stays_with_its_matter(self):
        expense = self._spend()
        prebill, move = self._bill(self.matter, "2026-04-30")
        self.assertEqual(move.amount_untaxed, 100.0)
        self.assertEqual(prebill.line_ids.cost_id, self._cost(expense))
        with self.assertRaisesRegex(UserError, "take it off there first"):
            expense.matter_id = False
        expense._do_reset_approval()
        self.assertTrue(self._cost(expense).needs_review)

    def test_wall_holds_for_whoever_approves(self):
        self.matter.is_walled = True
        approver = new_test_user(
            self.env,
            "expense_outsider",
            groups="hr_expense.group_hr_expense_manager,"
            "legal_timesheet.group_legal_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        expense = self._spend(approve=False)
        expense.action_submit()
        expense.with_user(approver)._do_approve(False)
        self.assertEqual(self._cost(expense).amount, 100.0)
        self.env.invalidate_all()
        self.assertFalse(
            self.env["legal.cost"]
            .with_user(approver)
            .search([("matter_id", "=", self.matter.id)])
        )
        shown = expense.with_user(approver).read(["matter_id"])[0]["matter_id"]
        self.assertEqual(shown[1], self.matter.matter_number)

    def test_one_cost_an_expense_is_in_the_database(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = 'legal_cost_expense_once'"
        )
        self.assertEqual(self.env.cr.rowcount, 1)
