"""Increments by the day, and hours chosen by hand."""

from datetime import timedelta

from odoo.tests import Form, tagged

from .common import WORKED_ON, LegalCommon


@tagged("post_install", "-at_install")
class TestRounding(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter(time_rounding_scope="day")
        cls.Line = cls.env["account.analytic.line"]

    def _worked(self, *minutes, **kw):
        return self.Line.create(
            [
                {
                    "matter_id": self.matter.id,
                    "employee_id": self.associate_user.employee_id.id,
                    "date": WORKED_ON,
                    "unit_amount": m / 60,
                    "activity_code_id": self.activity.id,
                    **kw,
                }
                for m in minutes
            ]
        )

    def _billed(self, entries):
        return [round(entry.hours_billable * 60) for entry in entries]

    def test_the_day_is_rounded_as_a_whole(self):
        # 10 + 20 + 10 = 40 -> 42: the 2 minutes go to the longest
        entries = self._worked(10, 20, 10)
        self.assertEqual(self._billed(entries), [10, 22, 10])

    def test_entries_typed_one_after_the_other_make_the_same_day(self):
        first = self._worked(10)
        self.assertEqual(self._billed(first), [12])
        second = self._worked(20)
        self.assertEqual(self._billed(first | second), [10, 20])
        third = self._worked(10)
        self.assertEqual(self._billed(first | second | third), [10, 22, 10])

    def test_each_day_person_and_matter_stands_alone(self):
        own = self._worked(10)
        self._worked(10, date=WORKED_ON + timedelta(1))
        self._worked(10, employee_id=self.partner_user.employee_id.id)
        other = self._create_matter(time_rounding_scope="day")
        self._worked(10, matter_id=other.id)
        self.assertEqual(self._billed(own), [12])

    def test_moving_shortening_and_deleting_round_the_day_again(self):
        entries = self._worked(10, 20, 10)
        entries[2].date = WORKED_ON + timedelta(1)
        # 10 + 20 = 30, and the other day 10 -> 12
        self.assertEqual(self._billed(entries), [10, 20, 12])
        entries[0].unit_amount = 5 / 60
        # 5 + 20 = 25 -> 30
        self.assertEqual(self._billed(entries[:2]), [5, 25])
        entries[1].unlink()
        self.assertEqual(self._billed(entries[0]), [6])

    def test_hours_chosen_by_hand_are_kept_and_stand_outside_the_day(self):
        entries = self._worked(10, 20)
        entries[0].hours_billable = 1
        self.assertTrue(entries[0].is_hours_by_hand)
        # 20 alone -> 24
        self.assertEqual(self._billed(entries), [60, 24])
        third = self._worked(10)
        self.assertEqual(self._billed(entries | third), [60, 20, 10])

    def test_typing_what_the_rule_gives_is_no_choice(self):
        entries = self._worked(10, 20)
        entries[0].hours_billable = 1
        entries[0].hours_billable = 10 / 60
        self.assertFalse(entries[0].is_hours_by_hand)
        self.assertEqual(self._billed(entries), [10, 20])

    def test_typing_the_hours_worked_again_goes_back_to_the_rule(self):
        [entry] = self._worked(10)
        entry.hours_billable = 1
        entry.unit_amount = 0.5
        self.assertFalse(entry.is_hours_by_hand)
        self.assertEqual(self._billed(entry), [30])

    def test_worked_hours_keep_their_entered_value(self):
        entries = self._worked(7, 8)
        self.assertEqual([round(h * 60) for h in entries.mapped("unit_amount")], [7, 8])
        self.assertEqual(sum(self._billed(entries)), 18)

    def test_approved_entries_stand_and_the_rest_completes_the_day(self):
        self._create_rate(amount=200)
        first = self._worked(10)
        first.action_approve()
        second = self._worked(10)
        # 20 -> 24, of which 12 are approved
        self.assertEqual(self._billed(first | second), [12, 12])

    def test_changing_the_rule_rounds_drafts_again_and_leaves_approved_time(self):
        self._create_rate(amount=200)
        first, second = self._worked(10, 10), self._worked(7, date="2026-03-04")
        second.action_approve()
        self.matter.write({"time_rounding_scope": "entry"})
        self.assertEqual(self._billed(first), [12, 12])
        self.matter.time_increment_minutes = 15
        self.assertEqual(self._billed(first | second), [15, 15, 12])

    def test_work_that_is_not_billed_is_not_in_the_day(self):
        entries = self._worked(10)
        self._worked(20, activity_code_id=self.activity_internal.id)
        self.assertEqual(self._billed(entries), [12])

    def test_the_form_shows_the_day_while_typing(self):
        first = self._worked(10)
        view = "legal_timesheet.legal_time_entry_view_form"
        with Form(self.Line.with_user(self.associate_user), view=view) as form:
            form.matter_id = self.matter
            form.date = WORKED_ON
            form.unit_amount = 20 / 60
            self.assertEqual(round(form.hours_billable * 60), 20)
            form.narrative = "Drafted"
        self.assertFalse(form.record.is_hours_by_hand)
        self.assertEqual(self._billed(first | form.record), [10, 20])

    def test_rounding_by_entry_asks_nothing_more(self):
        matter = self._create_matter()
        entries = self._worked(7, 8, matter_id=matter.id)
        self.env.flush_all()
        with self.assertQueryCount(0):
            entries._get_hours_billable()

    def test_the_rule_is_told(self):
        increment = self.matter._get_time_increment()
        self.assertEqual(increment, (6, "up", "day"))
        self.assertEqual(increment.minutes, 6)
