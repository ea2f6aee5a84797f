from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import OPENED_ON, WORKED_ON, LegalCommon


@tagged("post_install", "-at_install")
class TestTimeEntry(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.Line = cls.env["account.analytic.line"]

    def _assert_refused(self, words, **kw):
        """One sentence with these words, and nothing saved."""
        before = self.Line.search_count([])
        kw.setdefault("matter", self.matter)
        with (
            self.assertRaises(ValidationError) as refusal,
            self.env.cr.savepoint(),
        ):
            self._create_time_entry(**kw)
        sentence = str(refusal.exception)
        for word in (self.matter.matter_number, *words):
            self.assertIn(word, sentence)
        self.assertEqual(self.Line.search_count([]), before)

    def test_hours_are_rounded_by_the_increment_of_the_matter(self):
        for minutes, rule, worked, billed in [
            (6, "up", 61, 66),
            (6, "nearest", 62, 60),
            (15, "up", 61, 75),
            (0, "up", 61, 61),
        ]:
            with self.subTest(minutes=minutes, rule=rule):
                matter = self._create_matter(
                    time_increment_minutes=minutes, time_rounding=rule
                )
                entry = self._create_time_entry(matter=matter, unit_amount=worked / 60)
                self.assertAlmostEqual(entry.hours_billable * 60, billed)

    def test_billable_hours_can_be_corrected_by_hand(self):
        entry = self._create_time_entry(matter=self.matter, unit_amount=2)
        entry.hours_billable = 1.5
        self.assertEqual(entry.hours_billable, 1.5)
        entry.narrative = "Another word"
        self.assertEqual(entry.hours_billable, 1.5)

    def test_amount_is_rounded_like_the_currency(self):
        self._create_rate(amount=33.33)
        entry = self._create_time_entry(matter=self.matter, unit_amount=1.1)
        currency = entry.legal_currency_id
        self.assertEqual(entry.amount_billable, currency.round(33.33 * 1.1))
        self.assertEqual(entry.amount_billable, 36.66)

    def test_activity_says_whether_the_work_is_billable(self):
        entry = self._create_time_entry(
            matter=self.matter, activity_code_id=self.activity_internal.id
        )
        self.assertFalse(entry.is_billable)
        self.assertEqual(entry.billing_status, "not_billable")
        self.assertEqual((entry.hours_billable, entry.amount_billable), (0, 0))

    def test_naming_the_matter_names_project_and_account(self):
        entry = self._create_time_entry(matter=self.matter)
        self.assertEqual(entry.project_id, self.matter.project_id)
        self.assertEqual(entry.account_id, self.matter.account_id)
        self.assertEqual(entry.matter_id, self.matter)

    def test_a_timesheet_typed_in_the_stock_screen_is_a_time_entry(self):
        entry = self.Line.with_user(self.associate_user).create(
            {
                "project_id": self.matter.project_id.id,
                "date": WORKED_ON,
                "unit_amount": 1,
                "name": "internal word",
            }
        )
        self.assertEqual(entry.matter_id, self.matter)
        self.assertEqual(entry.approval_state, "draft")

    def test_a_timesheet_of_an_ordinary_project_is_left_alone(self):
        project = self.env["project.project"].create({"name": "Ordinary"})
        line = self.Line.create(
            {
                "project_id": project.id,
                "employee_id": self.associate_user.employee_id.id,
                "unit_amount": 0,
            }
        )
        self.assertFalse(line.matter_id or line.approval_state or line.billing_status)

    def test_no_time_is_refused(self):
        for hours in (0, -1):
            with self.subTest(hours=hours):
                self._assert_refused(["Bob Associate", "no time"], unit_amount=hours)

    def test_more_than_a_day_in_a_day_is_refused(self):
        other = self._create_time_entry(matter=self._create_matter(), unit_amount=20)
        self._assert_refused(
            ["Bob Associate", "24 h 30", f"20 h on {other.matter_id.matter_number}"],
            unit_amount=4.5,
        )

    def test_a_whole_day_is_accepted(self):
        entry = self._create_time_entry(matter=self.matter, unit_amount=24)
        self.assertEqual(entry.unit_amount, 24)

    def test_time_before_the_opening_is_refused(self):
        self._assert_refused(["opened on"], date=OPENED_ON - timedelta(1))

    def test_time_on_a_matter_not_open_yet_is_refused(self):
        draft = self._create_matter(state="draft")
        with self.assertRaisesRegex(ValidationError, "not open yet"):
            self._create_time_entry(matter=draft)

    def test_time_after_the_closing_is_refused(self):
        self.matter.closed_on = WORKED_ON - timedelta(1)
        self.matter.action_close()
        self._assert_refused(["closed on", "reopen"])

    def test_late_time_of_a_day_before_the_closing_is_accepted(self):
        self.matter.closed_on = WORKED_ON
        self.matter.action_close()
        self.assertTrue(self._create_time_entry(matter=self.matter))

    def test_person_outside_the_team_is_refused(self):
        outsider = self._create_lawyer(name="Odile Outsider")
        self._assert_refused(["Odile Outsider", "team"], user=outsider)

    def test_person_who_left_the_team_is_refused(self):
        self.matter.member_ids.date_to = WORKED_ON - timedelta(1)
        self._assert_refused(["Bob Associate", "team"])

    def test_moving_an_entry_to_a_bad_day_is_refused_too(self):
        entry = self._create_time_entry(matter=self.matter)
        with self.assertRaises(ValidationError):
            entry.date = date(2025, 1, 1)

    def test_nobody_else_writes_my_time(self):
        entry = self._create_time_entry(matter=self.matter)
        colleague = self._create_lawyer(name="Carl Colleague")
        self.matter.member_ids = [(0, 0, {"user_id": colleague.id})]
        with self.assertRaises(UserError):
            entry.with_user(colleague).narrative = "Changed"

    def test_the_responsible_corrects_the_time_of_the_team(self):
        entry = self._create_time_entry(matter=self.matter)
        entry.with_user(self.partner_user).narrative = "Corrected"
        self.assertEqual(entry.narrative, "Corrected")

    def test_entry_form_is_enough_to_record_time(self):
        view = "legal_timesheet.legal_time_entry_view_form"
        Line = self.Line.with_user(self.associate_user)
        with Form(Line, view=view) as form:
            form.matter_id = self.matter
            form.date = WORKED_ON
            form.unit_amount = 1.5
            form.narrative = "Drafted the claim"
        self.assertEqual(form.record.employee_id, self.associate_user.employee_id)
        self.assertEqual(form.record.matter_id, self.matter)
