from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LegalCommon

DAY = date(2026, 3, 3)


@tagged("post_install", "-at_install")
class TestDay(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.day = cls.env["legal.day"].with_user(cls.associate_user)

    def test_day_holds_own_entries_and_what_is_expected(self):
        self._create_rate()
        entry = self._create_time_entry(matter=self.matter, date=DAY)
        self._create_time_entry(matter=self.matter, date=DAY, user=self.partner_user)
        self._create_time_entry(matter=self.matter, date=DAY - timedelta(1))
        day = self.day.load_day(DAY.isoformat())
        (row,) = day["entries"]
        self.assertEqual(row["id"], entry.id)
        self.assertEqual(row["matter"], self.matter.matter_number)
        self.assertEqual((row["minutes"], row["amount"]), (60, 200.0))
        self.assertEqual(row["currency_id"], self.company.currency_id.id)
        self.assertEqual(row["state"], "draft")
        self.assertEqual(day["expected"], 8 * 60)

    def test_strip_tells_the_time_of_each_day_of_the_week(self):
        self._create_time_entry(matter=self.matter, date=DAY, unit_amount=1.5)
        strip = self.day.load_strip(DAY.isoformat())
        self.assertEqual([row["minutes"] for row in strip], [0, 90, 0, 0, 0, 0, 0])

    def test_user_without_employee_is_told_what_to_do(self):
        user = self._create_lawyer(name="No Body")
        user.employee_ids.unlink()
        with self.assertRaisesRegex(UserError, "No employee is linked"):
            self.env["legal.day"].with_user(user).load_day(DAY.isoformat())

    def test_what_waits_is_counted_and_opens_what_was_counted(self):
        entries = self.env["account.analytic.line"]
        for _n in range(3):
            entries |= self._create_time_entry(matter=self.matter)
        self.assertEqual(self._waiting(self.partner_user), {})
        entries.with_user(self.associate_user).action_submit()
        waiting = self._waiting(self.partner_user)
        self.assertEqual(waiting["to_approve"]["count"], 3)
        self._assert_opens(self.partner_user, waiting["to_approve"], entries)
        self.assertNotIn("to_approve", self._waiting(self.associate_user))
        entries[:1].with_user(self.partner_user)._legal_return("Too long")
        waiting = self._waiting(self.associate_user)
        self.assertEqual(waiting["returned"]["count"], 1)
        self._assert_opens(self.associate_user, waiting["returned"], entries[:1])
        self.assertNotIn("returned", self._waiting(self.partner_user))

    def _waiting(self, user):
        items = self.env["legal.day"].with_user(user).get_waiting()
        return {item["key"]: item for item in items}

    def _assert_opens(self, user, item, entries):
        action = item["action"]
        found = self.env[action["res_model"]].with_user(user).search(action["domain"])
        self.assertEqual(found, entries)

    def test_waiting_list_costs_the_same_for_one_or_many(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._waiting(self.partner_user)
            return self.env.cr.sql_log_count - before

        self._create_time_entry(matter=self.matter).action_submit()
        self._waiting(self.partner_user)
        few = count()
        for _n in range(5):
            self._create_time_entry(matter=self.matter).action_submit()
        self.assertEqual(count(), few)

    def test_app_opens_on_the_day(self):
        root = self.env.ref("legal_timesheet.menu_legal_root")
        menus = (
            self.env["ir.ui.menu"].with_user(self.associate_user).load_web_menus(False)
        )
        self.assertEqual(
            menus[root.id]["actionID"],
            self.env.ref("legal_timesheet.legal_day_action").id,
        )
