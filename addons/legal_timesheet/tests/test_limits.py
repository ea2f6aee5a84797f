"""Bad input: one sentence where it was typed, and nothing saved."""

from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import WORKED_ON, LegalCommon

LOCKED = date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestLimits(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.Line = cls.env["account.analytic.line"]
        cls.today = fields.Date.context_today(cls.Line)

    def _refusal(self, work, kind=ValidationError):
        before = self.Line.search_count([])
        with self.assertRaises(kind) as refusal, self.env.cr.savepoint():
            work()
        self.assertEqual(self.Line.search_count([]), before)
        return str(refusal.exception)

    def _typed(self, **kw):
        return lambda: self._create_time_entry(matter=self.matter, **kw)

    def _many(self, count=1000, **bad):
        """Many entries of which the 70th is bad."""
        values = [
            {
                "matter_id": self.matter.id,
                "employee_id": self.associate_user.employee_id.id,
                "date": WORKED_ON + timedelta(n % 200),
                "unit_amount": 0.1,
                "activity_code_id": self.activity.id,
            }
            for n in range(count)
        ]
        values[70] |= bad
        return values

    # --------------------------------------------------------------------- future

    def test_tomorrow_is_still_to_come(self):
        sentence = self._refusal(self._typed(date=self.today + timedelta(1)))
        self.assertIn("still to come", sentence)
        self.assertIn(self.matter.matter_number, sentence)
        self.assertTrue(self._typed(date=self.today)())

    def test_the_firm_allows_some_days_ahead(self):
        self.company.legal_time_future_days = 7
        self.assertTrue(self._typed(date=self.today + timedelta(7))())
        sentence = self._refusal(self._typed(date=self.today + timedelta(8)))
        self.assertIn("at the latest", sentence)

    def test_today_is_the_day_of_the_person_s_time_zone(self):
        here = self.Line.with_context(tz="Pacific/Kiritimati")
        self.assertTrue(self._typed(date=fields.Date.context_today(self.Line))())
        self.assertIn(
            fields.Date.context_today(here) - self.today, (timedelta(0), timedelta(1))
        )

    # ------------------------------------------------------------- locked period

    def test_nothing_is_added_in_a_locked_period(self):
        self.company.legal_time_lock_date = LOCKED
        sentence = self._refusal(self._typed(date=LOCKED))
        self.assertIn("locked period", sentence)
        self.assertIn("nobody", sentence)
        self.assertTrue(self._typed(date=LOCKED + timedelta(1))())

    def test_nothing_is_changed_or_deleted_in_a_locked_period(self):
        entry = self._typed()()
        self.company.legal_time_lock_date = LOCKED
        for values in (
            {"unit_amount": 2},
            {"narrative": "Other"},
            {"hours_billable": 0.5},
            {"date": LOCKED + timedelta(1)},
        ):
            with self.subTest(values):
                sentence = self._refusal(lambda v=values: entry.write(v), UserError)
                self.assertIn("locked period", sentence)
        self.assertIn("locked period", self._refusal(entry.unlink, UserError))
        self.assertEqual(entry.unit_amount, 1)

    def test_nothing_moves_into_a_locked_period(self):
        entry = self._typed(date=LOCKED + timedelta(1))()
        self.company.legal_time_lock_date = LOCKED
        self.assertIn(
            "locked period",
            self._refusal(lambda: entry.write({"date": LOCKED})),
        )

    def test_a_locked_period_binds_the_administrator_too(self):
        entry = self._typed()()
        self.company.legal_time_lock_date = LOCKED
        admin = entry.with_user(self.env.ref("base.user_admin")).sudo()
        with self.assertRaises(UserError):
            admin.unit_amount = 3

    def test_locked_time_is_still_submitted_and_approved(self):
        self._create_rate(amount=200)
        entry = self._typed()()
        self.company.legal_time_lock_date = LOCKED
        entry.action_submit()
        entry.action_approve()
        self.assertEqual((entry.approval_state, entry.rate), ("approved", 200))

    def test_ordinary_projects_know_no_lock(self):
        self.company.legal_time_lock_date = LOCKED
        project = self.env["project.project"].create({"name": "Ordinary"})
        line = self.Line.create(
            {
                "project_id": project.id,
                "employee_id": self.associate_user.employee_id.id,
                "unit_amount": 1,
                "date": WORKED_ON,
            }
        )
        line.unit_amount = 2
        line.unlink()

    # ------------------------------------------------------------------ long days

    def test_a_long_day_names_its_other_entries_neutrally(self):
        walled = self._create_matter(
            name="Very secret", is_walled=True, members=self.associate_user
        )
        self._create_time_entry(matter=walled, unit_amount=13)
        self._create_time_entry(matter=self.matter, unit_amount=8.25)
        sentence = self._refusal(self._typed(unit_amount=3))
        self.assertIn("24 h 15", sentence)
        self.assertIn(f"13 h on {walled.matter_number}", sentence)
        self.assertIn(f"8 h 15 on {self.matter.matter_number}", sentence)
        self.assertNotIn("secret", sentence.lower())

    def test_a_long_day_names_five_and_counts_the_others(self):
        for _n in range(7):
            self._create_time_entry(matter=self.matter, unit_amount=3)
        self.assertIn("2 more", self._refusal(self._typed(unit_amount=4)))

    def test_time_on_an_ordinary_project_counts_without_its_name(self):
        project = self.env["project.project"].create({"name": "Private plan"})
        self.Line.create(
            {
                "project_id": project.id,
                "employee_id": self.associate_user.employee_id.id,
                "unit_amount": 20,
                "date": WORKED_ON,
            }
        )
        sentence = self._refusal(self._typed(unit_amount=5))
        self.assertIn("20 h on another project", sentence)
        self.assertNotIn("Private plan", sentence)

    # --------------------------------------------------------------------- no rate

    def test_no_rate_is_said_on_the_entry_and_at_the_approval(self):
        entry = self._typed()()
        notes = " ".join(entry.legal_explain_rate()["notes"])
        self.assertIn("No rate fits", notes)
        with self.assertRaisesRegex(UserError, "No rate fits.*Bob Associate"):
            entry.action_approve()

    # ------------------------------------------------------- one bad in a thousand

    def test_one_bad_entry_in_a_thousand_is_named_and_nothing_is_written(self):
        sentence = self._refusal(lambda: self.Line.create(self._many(unit_amount=0)))
        self.assertIn("no time", sentence)
        self.assertIn(self.Line._format_day(WORKED_ON + timedelta(70)), sentence)

    def test_a_day_too_long_in_a_thousand_names_its_other_entries(self):
        """No entry is too long: the five that fall on one day are, together."""
        sentence = self._refusal(lambda: self.Line.create(self._many(unit_amount=23.7)))
        self.assertIn(self.Line._format_day(WORKED_ON + timedelta(70)), sentence)
        self.assertIn("24 h 06", sentence)
        short = f"0 h 06 on {self.matter.matter_number}"
        self.assertIn(", ".join([short] * 4), sentence)

    def test_whatever_is_bad_in_a_list_is_named_and_nothing_is_written(self):
        outsider = self._create_lawyer(name="Odile Outsider")
        draft = self._create_matter(state="draft")
        bad_day = self.Line._format_day(WORKED_ON + timedelta(70))
        for name, bad, words in [
            ("zero", {"unit_amount": 0}, ["no time", bad_day]),
            ("negative", {"unit_amount": -2}, ["no time", bad_day]),
            ("too long", {"unit_amount": 24.5}, ["24 h 30", bad_day]),
            (
                "future",
                {"date": self.today + timedelta(400)},
                ["still to come"],
            ),
            ("not open", {"matter_id": draft.id}, [draft.matter_number, "not open"]),
            (
                "too early",
                {"date": date(2025, 12, 1)},
                [self.Line._format_day(date(2025, 12, 1)), "opened on"],
            ),
            (
                "not on the team",
                {"employee_id": outsider.employee_id.id},
                ["Odile Outsider", "team"],
            ),
        ]:
            with self.subTest(name):
                sentence = self._refusal(
                    lambda b=bad: self.Line.create(self._many(100, **b))
                )
                for word in words:
                    self.assertIn(word, sentence)

    def test_a_thousand_good_entries_cost_a_bounded_number_of_queries(self):
        counts = []
        for count in (10, 1000):
            values = self._many(1000)[-count:]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Line.create(values)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        few, many = counts
        self.assertLess(many, few + 40)
