from datetime import date

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.legal_billing.tests.common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestSoldTime(LegalBillingCommon):
    """Each hour has one biller, whatever came first: the order or the matter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in ("sales_team.group_sale_manager", "project.group_project_manager"):
            cls.env.user.group_ids |= cls.env.ref(group)
        cls.partner = cls.lawyers["partner"]

    @classmethod
    def _create_order(cls, project=None, policy="delivery", price=100.0):
        """Return a confirmed order of ten hours, worked on ``project``.

        :param policy: ``delivery`` invoices hours worked, ``order`` hours ordered
        """
        product = cls.env["product.product"].create(
            {
                "name": f"Conseil, {policy}",
                "type": "service",
                "invoice_policy": policy,
                "service_type": "timesheet",
                "service_tracking": "no",
                "list_price": price,
                "uom_id": cls.env.ref("uom.product_uom_hour").id,
            }
        )
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.client.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 10})
                ],
            }
        )
        order.action_confirm()
        if project:
            project.write(
                {
                    "allow_billable": True,
                    "sale_line_id": order.order_line.id,
                }
            )
        return order

    @classmethod
    def _create_project(cls):
        return cls.env["project.project"].create(
            {
                "name": "Contrats fournisseurs",
                "partner_id": cls.client.id,
                "user_id": cls.partner.user_id.id,
                "company_id": cls.company.id,
                "allow_timesheets": True,
            }
        )

    @classmethod
    def _work(cls, project, hours, day):
        """Return time of the partner on any project, approved if on a matter."""
        entry = cls.env["account.analytic.line"].create(
            {
                "project_id": project.id,
                "employee_id": cls.partner.id,
                "date": day,
                "unit_amount": hours,
                "name": "interne",
            }
        )
        if entry.matter_id:
            entry._legal_approve()
        return entry

    def _make_matter(self, project):
        """Turn a project into an open matter with an hourly agreement."""
        project.action_make_matter()
        matter = project.matter_id
        matter.opened_on = date(2026, 1, 2)
        matter.action_open()
        self._create_agreement(matter, [{"kind": "hourly"}])
        return matter

    def _prebill(self, matter):
        return self.env["legal.prebill"]._generate(matter, MONTH_END)[0]

    # -- a matter beside orders -------------------------------------------------

    def test_time_on_a_matter_never_reaches_an_order(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        order = self._create_order(matter.project_id)
        entry = self._work(matter.project_id, 2.0, "2026-04-01")
        self.assertFalse(entry.so_line)
        self.assertEqual(order.order_line.qty_delivered, 0.0)
        self.assertEqual(order.invoice_status, "no")
        prebill, move = self._bill(matter, MONTH_END)
        self.assertEqual(prebill.line_ids.entry_id, entry)
        self.assertEqual(move.amount_untaxed, 560.0)
        self.assertFalse(entry.timesheet_invoice_id)

    def test_rate_per_employee_does_not_reach_the_time_of_a_matter(self):
        matter = self._create_matter()
        entry = self._work(matter.project_id, 2.0, "2026-04-01")
        order = self._create_order(matter.project_id)
        matter.project_id.sale_line_employee_ids = [
            Command.create(
                {
                    "employee_id": self.partner.id,
                    "sale_line_id": order.order_line.id,
                }
            )
        ]
        self.assertFalse(entry.so_line)
        self.assertEqual(order.order_line.qty_delivered, 0.0)

    def test_time_on_a_sold_task_of_a_matter_stays_with_the_matter(self):
        matter = self._create_matter()
        order = self._create_order(matter.project_id)
        task = self.env["project.task"].create(
            {
                "name": "Acte",
                "project_id": matter.project_id.id,
                "sale_line_id": order.order_line.id,
            }
        )
        entry = self._create_entry(
            matter, "partner", 2.0, "2026-04-01", task_id=task.id
        )
        self.assertEqual(task.sale_line_id, order.order_line)
        self.assertFalse(entry.so_line)
        self.assertEqual(entry.billing_status, "approved")

    def test_choosing_an_order_for_time_of_a_matter_is_refused(self):
        matter = self._create_matter()
        line = self._create_order().order_line
        entry = self._create_entry(matter, "partner", 2.0, "2026-04-01", approve=False)
        with self.assertRaisesRegex(ValidationError, matter.matter_number):
            entry.write({"so_line": line.id, "is_so_line_edited": True})
        with self.assertRaisesRegex(ValidationError, matter.matter_number):
            self._create_entry(
                matter, "partner", 1.0, "2026-04-02", approve=False, so_line=line.id
            )

    def test_time_moved_onto_a_matter_leaves_its_order(self):
        matter = self._create_matter()
        for policy in ("delivery", "order"):
            with self.subTest(policy=policy):
                project = self._create_project()
                order = self._create_order(project, policy)
                entry = self._work(project, 2.0, "2026-04-01")
                self.assertEqual(entry.so_line, order.order_line)
                entry.project_id = matter.project_id
                self.assertFalse(entry.so_line)
                self.assertTrue(entry.is_billable)
                self.assertEqual(order.order_line.qty_delivered, 0.0)

    # -- a project that becomes a matter ------------------------------------------

    def test_invoiced_hours_stay_sold_and_the_others_are_billed_once(self):
        project = self._create_project()
        order = self._create_order(project)
        sold = self._work(project, 3.0, "2026-03-02")
        invoice = order._create_invoices()
        invoice.action_post()
        fresh = self._work(project, 2.0, "2026-04-01")
        self.assertEqual(order.order_line.qty_delivered, 5.0)

        matter = self._make_matter(project)
        self.assertEqual(sold.timesheet_invoice_id, invoice)
        self.assertEqual(sold.billing_status, "sold")
        self.assertEqual((sold.is_billable, sold.amount_billable), (False, 0.0))
        self.assertFalse(fresh.so_line)
        self.assertEqual(order.order_line.qty_delivered, 3.0)
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

        (sold | fresh)._legal_approve()
        prebill = self._prebill(matter)
        self.assertEqual(prebill.line_ids.entry_id, fresh)
        self.assertEqual(sold.billing_status, "sold")

    def test_hours_sold_within_a_price_stay_sold(self):
        project = self._create_project()
        order = self._create_order(project, policy="order")
        entry = self._work(project, 3.0, "2026-03-02")
        matter = self._make_matter(project)
        self.assertEqual(entry.so_line, order.order_line)
        self.assertEqual(entry.billing_status, "sold")
        entry._legal_approve()
        self.assertFalse(self._prebill(matter))

    def test_credited_hours_stay_with_their_order_until_given_to_the_matter(self):
        project = self._create_project()
        order = self._create_order(project)
        entry = self._work(project, 3.0, "2026-03-02")
        invoice = order._create_invoices()
        invoice.action_post()
        matter = self._make_matter(project)
        refund = invoice._reverse_moves([{"invoice_date": date(2026, 3, 31)}])
        refund.action_post()
        self.assertFalse(entry.timesheet_invoice_id)
        self.assertEqual((entry.billing_status, entry.is_billable), ("sold", False))
        entry.write({"so_line": False, "is_billable": True})
        entry._legal_approve()
        self.assertEqual(order.order_line.qty_delivered, 0.0)
        self.assertEqual(self._prebill(matter).line_ids.entry_id, entry)

    def test_time_chosen_by_hand_leaves_the_order_when_not_invoiced(self):
        project = self._create_project()
        order = self._create_order()
        entry = self._work(project, 3.0, "2026-03-02")
        entry.write({"so_line": order.order_line.id, "is_so_line_edited": True})
        self.assertEqual(order.order_line.qty_delivered, 3.0)
        self._make_matter(project)
        self.assertFalse(entry.so_line)
        self.assertTrue(entry.is_billable)
        self.assertEqual(order.order_line.qty_delivered, 0.0)

    def test_ordinary_project_is_sold_as_ever(self):
        project = self._create_project()
        order = self._create_order(project)
        entry = self._work(project, 3.0, "2026-03-02")
        invoice = order._create_invoices()
        self.assertEqual(entry.timesheet_invoice_id, invoice)
        self.assertEqual(invoice.amount_untaxed, 300.0)
        self.assertFalse(entry.billing_status)
