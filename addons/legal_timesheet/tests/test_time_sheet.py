from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, warmup

from .common import LegalCommon

MONDAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestTimeSheet(LegalCommon):
    """A week with work for two partners, each with a matter of his own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate(amount=180, grade_id=cls.grade_associate.id)
        cls.other_partner = cls._create_lawyer(
            name="Carl Partner", grade=cls.grade_partner
        )
        cls.matter = cls._create_matter()
        cls.other_matter = cls._create_matter(responsible_id=cls.other_partner.id)
        cls.entry = cls._create_time_entry(matter=cls.matter, unit_amount=2)
        cls.other_entry = cls._create_time_entry(
            matter=cls.other_matter, unit_amount=3, date=date(2026, 3, 4)
        )

    def _sheets(self, user):
        return self.env["legal.time.sheet"].with_user(user)

    def _submit(self):
        result = self._sheets(self.associate_user).submit_week("2026-03-02")
        self.env.invalidate_all()
        return result

    def _state(self):
        self.env.invalidate_all()
        return self._sheets(self.associate_user).get_week_state("2026-03-02")

    def _sheet(self, user=None):
        return self._sheets(user or self.associate_user).search(
            [("monday", "=", MONDAY)]
        )

    def test_submit_week_tells_what_left_and_makes_one_sheet(self):
        self.assertEqual(self._state()["state"], "draft")
        self.assertEqual(self._submit(), {"count": 2, "hours": 5.0})
        self.assertEqual(self._state()["state"], "submitted")
        self.assertEqual(self._state()["waiting_for"], ["Anne Partner", "Carl Partner"])
        self.assertEqual(self._submit(), {"count": 0, "hours": 0})
        self.assertEqual(len(self._sheet()), 1)
        sheet = self._sheet()
        self.assertEqual(sheet._get_readable_entries(), self.entry | self.other_entry)
        with self.assertRaises(AccessError):
            sheet.read(["entry_ids"])

    def test_any_day_names_its_week(self):
        result = self._sheets(self.associate_user).submit_week("2026-03-08")
        self.assertEqual(result["count"], 2)

    def test_entries_join_and_leave_the_week_with_their_day(self):
        self._submit()
        late = self._create_time_entry(matter=self.matter, date=date(2026, 3, 6))
        self.assertEqual(late.legal_sheet_id, self._sheet())
        late.date = date(2026, 3, 10)
        self.assertFalse(late.legal_sheet_id)

    def test_approver_sees_and_approves_his_part_only(self):
        self._submit()
        sheet = self._sheet(self.partner_user)
        self.assertEqual(sheet._get_readable_entries(), self.entry)
        self.assertEqual((sheet.hours, sheet.to_approve_count), (2, 1))
        self.assertEqual(sheet.state, "submitted")
        sheet.action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(self.other_entry.approval_state, "submitted")
        self.assertEqual(sheet.state, "approved")
        self.assertNotIn("Carl", sheet.summary)
        mine = self._sheet()
        self.assertEqual(mine.state, "mixed")
        self.assertIn("Carl Partner", mine.summary)

    def test_who_sees_both_matters_is_told_what_waits_for_whom(self):
        self.other_matter.member_ids = [(0, 0, {"user_id": self.partner_user.id})]
        self._submit()
        sheet = self._sheet(self.partner_user)
        self.assertEqual((sheet.entry_count, sheet.to_approve_count), (2, 1))
        notice = sheet.action_approve()["params"]
        self.assertIn("Carl Partner", notice["message"])
        self.assertEqual(notice["type"], "warning")
        parts = sheet.get_parts()
        self.assertEqual(
            [(p["responsible"], p["is_mine"]) for p in parts],
            [("Anne Partner", True), ("Carl Partner", False)],
        )
        with self.assertRaisesRegex(UserError, "Nothing of"):
            sheet.action_approve()

    def test_weeks_that_wait_for_me_are_found(self):
        self._submit()
        for user, found in (
            (self.partner_user, True),
            (self.other_partner, True),
            (self.associate_user, False),
        ):
            sheets = self._sheets(user).search([("is_for_me", "=", True)])
            self.assertEqual(bool(sheets), found, user.name)
            rest = self._sheets(user).search([("is_for_me", "=", False)])
            self.assertEqual(bool(rest), not found, user.name)
            states = self._sheets(user).search([("state", "=", "submitted")])
            self.assertEqual(len(states), 1)
            self.assertFalse(self._sheets(user).search([("state", "=", "approved")]))

    def test_return_with_a_word_is_told_to_the_author(self):
        self._submit()
        action = self._sheet(self.partner_user).action_return()
        self.env["legal.time.return"].with_user(self.partner_user).with_context(
            **action["context"]
        ).create({"word": "Say more"}).action_return()
        self.assertEqual(self.entry.approval_state, "draft")
        self.assertEqual(self.other_entry.approval_state, "submitted")
        state = self._state()
        self.assertEqual((state["state"], state["word"]), ("returned", "Say more"))
        self.assertEqual(self._sheet().return_word, "Say more")
        self.assertEqual(self._submit()["count"], 1)
        self.assertEqual(self._state()["state"], "submitted")

    def test_take_back_until_somebody_approved(self):
        self._submit()
        sheets = self._sheets(self.associate_user)
        self.assertTrue(self._state()["can_withdraw"])
        self.assertEqual(sheets.withdraw_week("2026-03-02")["count"], 2)
        self.assertEqual(self._state()["state"], "draft")
        self._submit()
        self.entry.with_user(self.partner_user).action_approve()
        self.assertFalse(self._state()["can_withdraw"])
        with self.assertRaisesRegex(UserError, "Anne Partner approved"):
            sheets.withdraw_week("2026-03-02")

    def test_only_the_author_submits_or_takes_back(self):
        self._submit()
        sheet = self._sheet(self.partner_user)
        with self.assertRaises(AccessError):
            sheet.action_withdraw_week()
        with self.assertRaisesRegex(UserError, "not yours"):
            self.entry.with_user(self.partner_user).action_withdraw()

    def test_submitted_time_waits_as_it_is(self):
        self._submit()
        mine = self.entry.with_user(self.associate_user)
        with self.assertRaisesRegex(UserError, "take the week back"):
            mine.unit_amount = 9
        with self.assertRaisesRegex(UserError, "take the week back"):
            mine.unlink()
        self.entry.with_user(self.partner_user).narrative = "Better said"
        self.assertEqual(self.entry.approval_state, "submitted")
        mine.action_withdraw()
        mine.unit_amount = 1
        self.assertEqual(self.entry.unit_amount, 1)

    def test_own_matter_is_edited_after_submission(self):
        own = self._create_time_entry(matter=self.matter, user=self.partner_user)
        own.with_user(self.partner_user).action_submit()
        own.with_user(self.partner_user).unit_amount = 1.5
        self.assertEqual(own.unit_amount, 1.5)

    def test_a_wall_hides_the_part_behind_it(self):
        self._submit()
        office = self._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        self.assertEqual(self._sheet(office).hours, 5)
        self.other_matter.is_walled = True
        self.env.invalidate_all()
        sheet = self._sheet(office)
        self.assertEqual((sheet.hours, sheet.entry_count), (2, 1))
        self.assertNotIn("Carl", sheet.summary)
        self.assertEqual(len(sheet.get_parts()), 1)
        self.matter.is_walled = True
        self.env.invalidate_all()
        self.assertFalse(self._sheet(office))

    def test_nobody_writes_or_deletes_a_week(self):
        self._submit()
        for user in (self.associate_user, self.partner_user):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self._sheet(user).has_access(operation))

    def _fill(self, weeks):
        """Submit weeks of two matters, each with one part for each partner."""
        lines = self.env["account.analytic.line"].create(
            [
                {
                    "matter_id": matter.id,
                    "employee_id": self.associate_user.employee_id.id,
                    "date": date(2026, 4, 6 + 7 * (week % 3)),
                    "unit_amount": 0.1,
                    "narrative": f"Work {week}",
                }
                for week in range(weeks)
                for matter in (self.matter, self.other_matter)
            ]
        )
        lines.with_user(self.associate_user).action_submit()
        self.env.flush_all()
        return lines.legal_sheet_id

    def _count_queries(self, weeks):
        sheets = self._fill(weeks).with_user(self.partner_user)
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        sheets.action_approve()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    @warmup
    def test_queries_of_a_mass_approval_do_not_grow(self):
        self._count_queries(3)
        few = self._count_queries(12)
        many = self._count_queries(60)
        # one more or less is what the cache held before, not growth
        self.assertLessEqual(many, few + 2)
        self.assertLess(many, 60)
