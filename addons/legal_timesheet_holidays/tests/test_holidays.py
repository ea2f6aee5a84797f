from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.legal_timesheet.tests.common import LegalCommon


@tagged("post_install", "-at_install")
class TestHolidays(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "35 h", "tz": "Europe/Paris", "company_id": cls.company.id}
        )
        for user in (cls.associate_user, cls.partner_user):
            user.employee_id.write(
                {
                    "resource_calendar_id": cls.calendar.id,
                    "tz": "Europe/Paris",
                    "legal_target_hours_day": 7,
                }
            )
        cls.employee = cls.associate_user.employee_id
        cls.matter = cls._create_matter()
        cls.kind = cls.env["hr.leave.type"].create(
            {
                "name": "Leave",
                "requires_allocation": False,
                "leave_validation_type": "hr",
                "company_id": cls.company.id,
            }
        )

    def _leave(self, employee, first, last, validate=True, **kw):
        leave = self.env["hr.leave"].create(
            {
                "employee_id": employee.id,
                "holiday_status_id": self.kind.id,
                "request_date_from": first,
                "request_date_to": last,
                **kw,
            }
        )
        if validate:
            leave.action_approve()
        return leave

    def _missing_days(self):
        missing = self.employee._get_missing_time(date(2026, 3, 2), date(2026, 3, 8))
        return [day.day for day, _hours in missing.get(self.employee.id, [])]

    def test_a_validated_leave_is_not_missing_a_requested_one_is(self):
        self.assertEqual(self._missing_days(), [2, 3, 4, 5, 6])
        leave = self._leave(
            self.employee, date(2026, 3, 3), date(2026, 3, 4), validate=False
        )
        self.assertEqual(self._missing_days(), [2, 3, 4, 5, 6])
        leave.action_approve()
        self.assertEqual(leave.state, "validate")
        self.assertEqual(self._missing_days(), [2, 5, 6])

    def test_the_reminder_waits_for_the_end_of_the_leave(self):
        self.company.write({"legal_reminder": True, "legal_reminder_weekday": "0"})
        self._leave(self.employee, date(2026, 3, 9), date(2026, 3, 10))
        Reminder = self.env["legal.time.reminder"]
        mine = [("user_id", "=", self.associate_user.id)]
        for day, sent in ((9, 0), (10, 0), (11, 1), (12, 1)):
            now = datetime(2026, 3, day, 9, 30)
            with freeze_time(now):
                Reminder._cron_remind(now)
            self.assertEqual(Reminder.search_count(mine), sent, day)

    def test_an_absence_of_who_approves_proposes_a_delegate(self):
        leave = self._leave(
            self.partner_user.employee_id, date(2026, 3, 9), date(2026, 3, 13)
        )
        activity = leave.activity_ids.filtered(lambda a: a.user_id == self.partner_user)
        self.assertEqual(len(activity), 1)
        self.assertTrue(leave.legal_needs_delegate)
        context = leave.action_name_delegate()["context"]
        self.env["legal.approval.delegation"].with_user(self.partner_user).with_context(
            **context
        ).create({"delegate_id": self.associate_user.id})
        leave.invalidate_recordset()
        self.assertFalse(leave.legal_needs_delegate)
        with freeze_time("2026-03-10 12:00:00"):
            matter = self.matter.with_user(self.associate_user)
            self.assertTrue(matter._can_approve_time())

    def test_who_approves_nothing_is_asked_nothing(self):
        leave = self._leave(self.employee, date(2026, 3, 9), date(2026, 3, 13))
        self.assertFalse(leave.legal_needs_delegate)
