from datetime import date, datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalCommon

MONDAY = date(2026, 3, 2)
#: the Monday after, 10:30 in Paris
ON_TIME = datetime(2026, 3, 9, 9, 30)


@tagged("post_install", "-at_install")
class TestTimeReminder(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "35 h", "tz": "Europe/Paris", "company_id": cls.company.id}
        )
        cls.company.write(
            {
                "legal_reminder": True,
                "legal_reminder_weekday": "0",
                "legal_reminder_hour": 9.0,
                "resource_calendar_id": cls.calendar.id,
            }
        )
        cls.employee = cls.associate_user.employee_id
        cls.employee.write(
            {
                "resource_calendar_id": cls.calendar.id,
                "tz": "Europe/Paris",
                "legal_target_hours_day": 7,
            }
        )
        cls.matter = cls._create_matter()
        for day in (2, 4, 6):
            cls._create_time_entry(
                matter=cls.matter, date=date(2026, 3, day), unit_amount=7
            )
        cls._create_time_entry(matter=cls.matter, date=date(2026, 3, 3), unit_amount=5)
        cls._create_time_entry(
            matter=cls.matter, date=date(2026, 3, 5), unit_amount=5.5
        )

    def _leave(self, day, hours=(0, 22), employee=None):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "resource_id": employee.resource_id.id if employee else False,
                "date_from": datetime(2026, 3, day, hours[0]),
                "date_to": datetime(2026, 3, day, hours[1], 59),
            }
        )

    def _missing(self):
        return (
            self.employee.sudo()
            ._get_missing_time(MONDAY, date(2026, 3, 8))
            .get(self.employee.id, [])
        )

    def _remind(self, now=ON_TIME):
        with freeze_time(now):
            self.env["legal.time.reminder"]._cron_remind(now)
        return self.env["legal.time.reminder"].search(
            [("user_id", "=", self.associate_user.id)]
        )

    def test_missing_days_of_the_week_no_weekend(self):
        self.assertEqual(
            self._missing(), [(date(2026, 3, 3), 2), (date(2026, 3, 5), 1.5)]
        )

    def test_a_public_holiday_is_not_missing(self):
        self._leave(3)
        self.assertEqual(self._missing(), [(date(2026, 3, 5), 1.5)])

    def test_a_leave_is_not_missing_and_half_a_day_is_half(self):
        self._leave(5, employee=self.employee)
        self._leave(3, hours=(11, 22), employee=self.employee)
        self.assertEqual(self._missing(), [])
        self._leave(4, hours=(11, 22), employee=self.partner_user.employee_id)
        self.assertEqual(self._missing(), [])

    def test_no_target_no_gap(self):
        self.employee.legal_target_hours_day = 0
        self.assertEqual(self._missing(), [])

    def test_the_words_are_kind_and_go_to_the_person_alone(self):
        before = self.env["mail.message"].search([])
        [reminder] = self._remind()
        self.assertRegex(reminder.words, "3 h 30 .* (Tuesday and|mardi et) ")
        message = self.env["mail.message"].search([]) - before
        self.assertEqual(message.partner_ids, self.associate_user.partner_id)
        self.assertIn(reminder.words, message.body)
        self.assertIn("/legal/week/2026-03-02", message.body)
        for user in (self.partner_user, self.env.ref("base.user_admin")):
            Reminder = self.env["legal.time.reminder"].with_user(user)
            self.assertFalse(Reminder.search([]))
            self.assertFalse(reminder.with_user(user).has_access("read"))

    def test_once_a_week_whatever_the_cron_does(self):
        self._remind()
        self._remind()
        again = self._remind(datetime(2026, 3, 9, 12, 30))
        self.assertEqual(len(again), 1)

    @mute_logger("odoo.sql_db")
    def test_once_a_week_says_the_database(self):
        reminder = self._remind()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            reminder.copy()

    def test_not_before_its_hour_in_the_time_zone_of_the_firm(self):
        # 7:30 UTC is 8:30 in Paris in winter
        self.assertFalse(self._remind(datetime(2026, 3, 9, 7, 30)))
        self.assertTrue(self._remind(datetime(2026, 3, 9, 8, 5)))

    def test_never_on_a_day_off_but_on_the_next_working_day(self):
        self._leave(9)
        self.assertFalse(self._remind())
        self.assertFalse(self._remind(datetime(2026, 3, 10, 6, 0)))
        [reminder] = self._remind(datetime(2026, 3, 10, 9, 30))
        self.assertEqual(reminder.monday, MONDAY)

    def test_not_on_a_weekend(self):
        self.company.legal_reminder_weekday = "4"
        # Friday is off: the week-end waits, Monday catches up on that week
        self._leave(6)
        self.assertFalse(self._remind(datetime(2026, 3, 6, 9, 30)))
        self.assertFalse(self._remind(datetime(2026, 3, 7, 9, 30)))
        [reminder] = self._remind(ON_TIME)
        self.assertEqual(reminder.monday, MONDAY)

    def test_too_late_is_dropped(self):
        self.assertFalse(self._remind(datetime(2026, 3, 14, 9, 30)))

    def test_off_for_the_person_or_the_firm(self):
        self.associate_user.legal_time_reminder = False
        self.assertFalse(self._remind())
        self.associate_user.legal_time_reminder = True
        self.company.legal_reminder = False
        self.assertFalse(self._remind())

    def test_one_switches_it_off_oneself(self):
        mine = self.associate_user.with_user(self.associate_user)
        mine.write({"legal_time_reminder": False})
        self.assertFalse(self.associate_user.legal_time_reminder)

    def test_nothing_missing_nothing_sent(self):
        for day, hours in ((3, 2), (5, 1.5)):
            self._create_time_entry(
                matter=self.matter, date=date(2026, 3, day), unit_amount=hours
            )
        self.assertFalse(self._remind())

    @freeze_time("2026-03-05 12:00:00")
    def test_the_week_screen_shows_past_days_only(self):
        state = self.env["legal.time.sheet"].with_user(self.associate_user)
        self.assertEqual(
            state.get_week_state("2026-03-02")["missing"],
            [{"date": "2026-03-03", "hours": 2}],
        )
