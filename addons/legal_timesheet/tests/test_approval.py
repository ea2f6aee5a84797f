from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, warmup

from .common import LegalCommon


@tagged("post_install", "-at_install")
class TestApproval(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.rate = cls._create_rate(amount=180, grade_id=cls.grade_associate.id)
        cls.entry = cls._create_time_entry(matter=cls.matter, unit_amount=2)

    def test_submit_then_approve(self):
        mine = self.entry.with_user(self.associate_user)
        mine.action_submit()
        self.assertEqual(self.entry.billing_status, "submitted")
        self.entry.with_user(self.partner_user).action_approve()
        self.assertEqual(self.entry.billing_status, "approved")
        self.assertEqual(self.entry.approved_by_id, self.partner_user)
        self.assertTrue(self.entry.approved_on)

    def test_approval_freezes_rate_grade_and_amount(self):
        self.entry.action_approve()
        self.rate.amount = 999
        self.rate.active = False
        self.env["legal.employee.grade"].search(
            [("employee_id", "=", self.entry.employee_id.id)]
        ).grade_id = self.grade_partner
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.entry.rate, 180)
        self.assertEqual(self.entry.amount_billable, 360)
        self.assertEqual(self.entry.grade_id, self.grade_associate)
        self.assertIn("180", self.entry.rate_source)

    def test_what_is_frozen_refuses_to_change(self):
        self.entry.action_approve()
        for name, value in [
            ("unit_amount", 3),
            ("hours_billable", 3),
            ("date", "2026-03-04"),
            ("narrative", "Other"),
            ("is_billable", False),
            ("activity_code_id", False),
            ("rate", 1),
            ("amount_billable", 1),
            ("matter_id", self._create_matter().id),
        ]:
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "is approved"),
                self.env.cr.savepoint(),
            ):
                self.entry.write({name: value})

    def test_approved_time_is_not_deleted(self):
        self.entry.action_approve()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.entry.unlink()

    def test_nobody_types_in_a_rate_or_an_approval(self):
        for name, value in [("approval_state", "approved"), ("rate", 999)]:
            with self.subTest(name), self.assertRaises(AccessError):
                self.entry.with_user(self.associate_user).write({name: value})
            with (
                self.subTest(f"{name} of the responsible"),
                self.assertRaises(AccessError),
            ):
                self.entry.with_user(self.partner_user).write({name: value})

    def test_an_entry_is_not_created_approved(self):
        Line = self.env["account.analytic.line"].with_user(self.associate_user)
        with self.assertRaises(AccessError):
            Line.create(
                {
                    "matter_id": self.matter.id,
                    "unit_amount": 1,
                    "approval_state": "approved",
                }
            )

    def test_only_those_who_answer_for_the_matter_approve(self):
        with self.assertRaisesRegex(AccessError, "Anne Partner"):
            self.entry.with_user(self.associate_user).action_approve()
        self.matter.member_ids.role = "lead"
        self.entry.with_user(self.associate_user).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")

    def test_no_rate_is_one_sentence_and_nothing_is_approved(self):
        self.rate.active = False
        other = self._create_time_entry(matter=self.matter)
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            (self.entry | other).action_approve()
        for word in (self.matter.matter_number, "Bob Associate", "Rates"):
            self.assertIn(word, str(refusal.exception))
        self.assertEqual(set((self.entry | other).mapped("approval_state")), {"draft"})

    def test_time_that_is_not_billed_needs_no_rate(self):
        self.rate.active = False
        self.entry.activity_code_id = self.activity_internal
        self.entry.action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(self.entry.billing_status, "not_billable")

    def test_return_gives_a_draft_back_with_a_word(self):
        self.entry.action_approve()
        action = self.entry.with_user(self.partner_user).action_return()
        wizard = (
            self.env["legal.time.return"]
            .with_user(self.partner_user)
            .with_context(**action["context"])
            .create({"word": "Say which exhibits"})
        )
        wizard.action_return()
        self.assertEqual(self.entry.approval_state, "draft")
        self.assertEqual(self.entry.return_word, "Say which exhibits")
        self.assertFalse(self.entry.approved_by_id)
        self.entry.unit_amount = 1
        self.assertEqual(self.entry.hours_billable, 1)

    def test_approving_twice_changes_nothing(self):
        self.entry.action_approve()
        when = self.entry.approved_on
        self.entry.action_approve()
        self.assertEqual(self.entry.approved_on, when)

    def _make_batch(self, count):
        lines = self.env["account.analytic.line"].create(
            [
                {
                    "matter_id": self.matter.id,
                    "employee_id": self.associate_user.employee_id.id,
                    "date": f"2026-03-{2 + index % 25:02d}",
                    "unit_amount": 0.1 * (1 + index % 7),
                    "narrative": f"Work {index}",
                }
                for index in range(count)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return lines

    def _count_queries(self, lines):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        lines._legal_approve()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    @warmup
    def test_queries_do_not_grow_with_the_batch(self):
        self._count_queries(self._make_batch(3))
        few = self._count_queries(self._make_batch(10))
        many = self._count_queries(self._make_batch(100))
        self.assertEqual(few, many)

    def test_one_query_reads_the_rates_of_a_batch(self):
        lines = self._make_batch(40)
        with self.assertLogs("odoo.sql_db", level="DEBUG") as logs:
            lines._legal_approve()
            self.env.flush_all()
        reads = [q for q in logs.output if 'FROM "legal_rate"' in q and "WHERE" in q]
        searches = [q for q in reads if "date_from" in q.split("WHERE", 1)[1]]
        self.assertEqual(len(searches), 1, searches)
