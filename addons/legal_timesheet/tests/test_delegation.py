from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalCommon


@tagged("post_install", "-at_install")
class TestDelegation(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate(amount=180, grade_id=cls.grade_associate.id)
        cls.delegate = cls._create_lawyer(name="Dora Delegate")
        cls.matter = cls._create_matter(members=cls.associate_user | cls.delegate)
        cls.closed_to_her = cls._create_matter()
        cls.entry = cls._create_time_entry(matter=cls.matter)
        cls.hidden = cls._create_time_entry(matter=cls.closed_to_her)
        (cls.entry | cls.hidden).with_user(cls.associate_user).action_submit()

    def _delegate(self, user=None, **kw):
        return (
            self.env["legal.approval.delegation"]
            .with_user(user or self.partner_user)
            .create(
                {
                    "user_id": self.partner_user.id,
                    "delegate_id": self.delegate.id,
                    "date_from": date(2026, 3, 9),
                    "date_to": date(2026, 3, 13),
                    "reason": "Leave",
                    **kw,
                }
            )
        )

    def test_the_delegate_approves_within_the_dates_only(self):
        self._delegate()
        for day, may in (
            ("2026-03-08", False),
            ("2026-03-09", True),
            ("2026-03-13", True),
            ("2026-03-14", False),
        ):
            with self.subTest(day), freeze_time(day + " 12:00:00"):
                matter = self.matter.with_user(self.delegate)
                self.assertEqual(matter._can_approve_time(), may)

    @freeze_time("2026-03-10 12:00:00")
    def test_the_entry_keeps_both_names_and_the_matter_a_trace(self):
        self._delegate()
        self.entry.with_user(self.delegate).action_approve()
        self.assertEqual(self.entry.approved_by_id, self.delegate)
        self.assertEqual(self.entry.approved_for_id, self.partner_user)
        sheet = self.entry.legal_sheet_id.with_user(self.delegate)
        [part] = sheet.get_parts()
        approver = part["entries"][0]["approver"]
        self.assertRegex(approver, "Dora Delegate .* Anne Partner")
        log = self.matter.message_ids[:1].body
        for word in ("Dora Delegate", "Anne Partner"):
            self.assertIn(word, log)

    @freeze_time("2026-03-10 12:00:00")
    def test_the_absent_still_approves_and_in_his_own_name(self):
        self._delegate()
        self.entry.with_user(self.partner_user).action_approve()
        self.assertFalse(self.entry.approved_for_id)

    @freeze_time("2026-03-10 12:00:00")
    def test_the_delegate_returns_with_a_word(self):
        self._delegate()
        entry = self.entry.with_user(self.delegate)
        entry.action_return()
        entry._check_can_approve()
        entry._legal_return("Again")
        self.assertEqual(self.entry.return_word, "Again")

    @freeze_time("2026-03-10 12:00:00")
    def test_a_wall_is_not_passed_by_delegation(self):
        delegation = self._delegate()
        self.assertEqual(delegation.covered_count, 1)
        number = self.closed_to_her.matter_number
        absent = delegation.with_user(self.partner_user)
        self.assertIn(number, absent.skipped_words)
        # whom the wall keeps out learns that something waits, not what
        delegation.invalidate_recordset(["skipped_words"])
        self.assertNotIn(number, delegation.with_user(self.delegate).skipped_words)
        self.assertIn("1", delegation.with_user(self.delegate).skipped_words)
        self.assertFalse(self.closed_to_her.with_user(self.delegate).has_access("read"))
        with self.assertRaises(AccessError):
            self.hidden.with_user(self.delegate).action_approve()
        self.assertFalse(
            self.closed_to_her.with_user(self.delegate)._get_time_approvers()
        )
        sheets = self.env["legal.time.sheet"].with_user(self.delegate)
        sheet = sheets.search([("is_for_me", "=", True)])
        self.assertEqual(sheet.to_approve_count, 1)
        sheet.action_approve()
        self.assertEqual(self.hidden.approval_state, "submitted")

    @freeze_time("2026-03-10 12:00:00")
    def test_it_is_not_handed_on(self):
        third = self._create_lawyer(name="Theo Third")
        self.matter.member_ids = [(0, 0, {"user_id": third.id})]
        self._delegate()
        self._delegate(
            user=self.delegate, user_id=self.delegate.id, delegate_id=third.id
        )
        self.assertFalse(self.matter.with_user(third)._can_approve_time())

    def test_a_delegate_outside_every_wall_is_refused(self):
        outsider = self._create_lawyer(name="Odile Outsider")
        with self.assertRaisesRegex(ValidationError, "outside the wall"):
            self._delegate(delegate_id=outsider.id)

    def test_only_the_absent_or_an_administrator_sets_it(self):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._delegate(user=self.associate_user)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._delegate(user=self.delegate)
        admin = self._create_lawyer(
            name="Ada Admin", groups="legal_timesheet.group_legal_administrator"
        )
        delegation = self._delegate(user=admin)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            delegation.with_user(self.delegate).date_to = date(2026, 12, 31)
        mine = delegation.with_user(self.partner_user)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            mine.user_id = self.delegate
        seen = self.env["legal.approval.delegation"].with_user(self.associate_user)
        self.assertFalse(seen.search([]))
        mine.unlink()

    @mute_logger("odoo.sql_db")
    def test_bad_dates_and_oneself_are_refused_by_the_database(self):
        for values in (
            {"date_to": date(2026, 3, 1)},
            {"delegate_id": self.partner_user.id},
        ):
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._delegate(**values)
        self._delegate()
        with self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                self._delegate(date_from=date(2026, 3, 13), date_to=date(2026, 3, 20))
