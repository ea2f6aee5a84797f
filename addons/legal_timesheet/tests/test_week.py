from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common import LegalCommon

MONDAY = date(2026, 3, 2)


def plain(day):
    return day.isoformat()


@tagged("post_install", "-at_install")
class TestWeek(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.employee = cls.associate_user.employee_ids
        cls.week = cls.env["legal.week"].with_user(cls.associate_user)
        cls.lines = cls.env["account.analytic.line"].with_user(cls.associate_user)

    def _load(self, **kw):
        return self.week.load_week(plain(MONDAY), **kw)

    def _save(self, **values):
        return self.lines.legal_save_entry(
            {
                "matter_id": self.matter.id,
                "date": plain(MONDAY),
                "minutes": 90,
                "narrative": "Conclusions",
                **values,
            }
        )

    # -------------------------------------------------------------------- load

    def test_week_loads_from_any_of_its_days(self):
        week = self.week.load_week(plain(MONDAY + timedelta(3)))
        self.assertEqual(week["monday"], plain(MONDAY))
        self.assertEqual(len(week["days"]), 7)
        self.assertEqual([day["is_weekend"] for day in week["days"]][-3:], [0, 1, 1])
        self.assertTrue(week["is_own"])

    def test_entries_rows_and_other_time_of_the_week(self):
        entry = self._create_time_entry(matter=self.matter, date=MONDAY)
        self._create_time_entry(matter=self.matter, date=MONDAY + timedelta(7))
        self._create_time_entry(matter=self.matter, date=MONDAY, user=self.partner_user)
        project = self.env["project.project"].create({"name": "Internal"})
        self.env["account.analytic.line"].create(
            {
                "project_id": project.id,
                "employee_id": self.employee.id,
                "date": MONDAY,
                "unit_amount": 0.5,
            }
        )
        week = self._load()
        self.assertEqual([row["id"] for row in week["entries"]], entry.ids)
        self.assertEqual([row["id"] for row in week["matters"]], self.matter.ids)
        # another's narrative is never proposed as one's own
        self.assertEqual(week["matters"][0]["last_narrative"], "Secret narrative")

    def test_recent_and_added_matters_are_rows(self):
        recent, added, old = (self._create_matter() for _n in range(3))
        self._create_time_entry(matter=recent, date=MONDAY - timedelta(10))
        self._create_time_entry(matter=old, date=MONDAY - timedelta(50))
        week = self._load(matter_ids=added.ids)
        ids = [row["id"] for row in week["matters"]]
        self.assertIn(recent.id, ids)
        self.assertIn(added.id, ids)
        self.assertNotIn(old.id, ids)

    def test_expected_time_follows_working_hours_holidays_and_leaves(self):
        calendar = self.employee.resource_calendar_id
        calendar.tz = "Europe/Paris"
        self.employee.tz = "Europe/Paris"
        hours = self._load()["days"][0]["expected"]
        self.assertEqual(hours, 8 * 60)
        for resource, day, name in [
            (False, 1, "Mardi gras"),
            (self.employee.resource_id.id, 2, "Own leave"),
        ]:
            start = datetime.combine(MONDAY + timedelta(day), datetime.min.time())
            self.env["resource.calendar.leaves"].create(
                {
                    "name": name,
                    "resource_id": resource,
                    "calendar_id": calendar.id,
                    "company_id": self.company.id,
                    "date_from": start - timedelta(hours=1),
                    "date_to": start + timedelta(hours=22),
                    "time_type": "leave",
                }
            )
        days = self._load()["days"]
        self.assertEqual([day["expected"] for day in days], [480, 0, 0, 480, 480, 0, 0])
        self.assertEqual(days[1]["holiday"], "Mardi gras")
        self.assertFalse(days[2]["holiday"], "a person's leave is not the firm's")

    def test_person_without_fixed_hours_is_expected_nothing(self):
        self.employee.resource_calendar_id = False
        self.assertEqual({day["expected"] for day in self._load()["days"]}, {0})

    def test_loading_costs_the_same_whatever_the_week_holds(self):
        def fill(count):
            for _n in range(count):
                matter = self._create_matter(
                    partner_id=self._create_client(name="Other").id
                )
                for day in range(3):
                    self._create_time_entry(
                        matter=matter,
                        date=MONDAY + timedelta(day),
                        unit_amount=0.5,
                    )

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._load()
            return self.env.cr.sql_log_count - before

        fill(2)
        self._load()
        few = count()
        fill(8)
        many = count()
        self.assertLessEqual(many, few)
        self.assertLess(many, 40)

    # -------------------------------------------------------------------- save

    def test_saving_makes_then_changes_one_entry(self):
        data = self._save(activity_code_id=self.activity.id)
        entry = self.lines.browse(data["id"])
        self.assertEqual(entry.employee_id, self.associate_user.employee_id)
        self.assertEqual((entry.unit_amount, entry.narrative), (1.5, "Conclusions"))
        changed = self.lines.legal_save_entry({"id": entry.id, "minutes": 48})
        self.assertEqual(changed["minutes"], 48)
        self.assertEqual(entry.narrative, "Conclusions")
        self.lines.legal_delete_entry(entry.id)
        self.assertFalse(entry.exists())

    def test_saving_costs_a_bounded_number_of_queries(self):
        self._save()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(80):
            self._save(minutes=30)
            self.env.flush_all()

    def test_refusals_are_sentences_and_write_nothing(self):
        closed = self._create_matter()
        closed.action_close()
        closed.closed_on = "2026-02-27"
        walled = self._create_matter(is_walled=True, members=self.env["res.users"])
        cases = [
            ({"narrative": " "}, "What was done"),
            ({"narrative": False}, "What was done"),
            ({"minutes": 0}, "has no time"),
            ({"minutes": 25 * 60}, "more than a day has"),
            ({"matter_id": closed.id}, "closed on"),
            ({"date": "2099-01-05"}, "still to come"),
            ({"date": "2026-01-02"}, "opened on"),
            ({"matter_id": walled.id}, "not open to you"),
            ({"id": 999999999}, "no longer there"),
        ]
        for values, sentence in cases:
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                with self.env.cr.savepoint():
                    self._save(**values)
        self.assertFalse(self._load()["entries"])

    def test_approved_entry_is_locked_and_says_so(self):
        self._create_rate()
        entry = self._create_time_entry(matter=self.matter, date=MONDAY)
        entry.with_user(self.partner_user).action_approve()
        (row,) = self._load()["entries"]
        self.assertTrue(row["lock"])
        with self.assertRaisesRegex(UserError, "approved"):
            self.lines.legal_save_entry({"id": entry.id, "minutes": 5})
        with self.assertRaisesRegex(UserError, "approved"):
            self.lines.legal_delete_entry(entry.id)

    # ------------------------------------------------------------------ persons

    def test_another_persons_week_opens_to_office_and_responsible_alone(self):
        office = self._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        outsider = self._create_lawyer(name="Odile Outsider")
        self._create_time_entry(matter=self.matter, date=MONDAY)
        for user, may in [
            (self.partner_user, True),
            (office, True),
            (outsider, False),
        ]:
            week = self.env["legal.week"].with_user(user)
            people = [row["id"] for row in week.load_week(plain(MONDAY))["people"]]
            with self.subTest(user.name):
                self.assertEqual(self.employee.id in people, may)
                if may:
                    loaded = week.load_week(plain(MONDAY), self.employee.id)
                    self.assertEqual(len(loaded["entries"]), 1)
                    self.assertFalse(loaded["is_own"])
                    continue
                for call in (
                    lambda w: w.load_week(plain(MONDAY), self.employee.id),
                    lambda w: w.copy_week(plain(MONDAY), "entries", self.employee.id),
                    lambda w: w.submit_week(plain(MONDAY), self.employee.id),
                    lambda w: w.find_matters("", self.employee.id),
                ):
                    with self.assertRaises(AccessError):
                        call(week)
        own = self.week.load_week(plain(MONDAY))
        self.assertFalse(own["people"], "a member of a team writes own time alone")
        with self.assertRaises(AccessError):
            self.week.load_week(plain(MONDAY), self.partner_user.employee_ids.id)

    def test_office_writes_for_another_and_member_does_not(self):
        office = self._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        values = {
            "matter_id": self.matter.id,
            "date": plain(MONDAY),
            "minutes": 30,
            "narrative": "Dictated",
            "employee_id": self.employee.id,
        }
        Line = self.env["account.analytic.line"]
        data = Line.with_user(office).legal_save_entry(dict(values))
        entry = Line.browse(data["id"])
        self.assertEqual(entry.user_id, self.associate_user)
        values["employee_id"] = self.partner_user.employee_ids.id
        with self.assertRaises(AccessError):
            self.lines.legal_save_entry(dict(values))

    def test_wall_closes_the_week_of_another(self):
        office = self._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        self._create_time_entry(matter=self.matter, date=MONDAY)
        self.matter.is_walled = True
        self.env.flush_all()
        week = self.env["legal.week"].with_user(office)
        loaded = week.load_week(plain(MONDAY), self.employee.id, self.matter.ids)
        self.assertEqual((loaded["entries"], loaded["matters"]), ([], []))
        self.assertFalse(week.find_matters(self.matter.matter_number, self.employee.id))

    def test_others_are_refused_at_the_door(self):
        clerk = self._create_lawyer(name="Carl Clerk", groups="base.group_user")
        for call in (
            lambda w: w.load_week(plain(MONDAY)),
            lambda w: w.load_day(plain(MONDAY)),
            lambda w: w.load_strip(plain(MONDAY)),
            lambda w: w.find_matters(""),
            lambda w: w.get_waiting(),
            lambda w: w.submit_week(plain(MONDAY)),
            lambda w: w.copy_week(plain(MONDAY), "entries"),
        ):
            with self.assertRaises(AccessError):
                call(self.env["legal.week"].with_user(clerk))

    # --------------------------------------------------------------------- copy

    def test_copy_matters_brings_rows_without_time(self):
        self._create_time_entry(matter=self.matter, date=MONDAY - timedelta(7))
        copied = self.week.copy_week(plain(MONDAY), "matters")
        self.assertEqual([row["id"] for row in copied["matters"]], self.matter.ids)
        self.assertFalse(copied["entries"])
        self.assertFalse(self._load()["entries"])

    def test_copy_entries_makes_drafts_once(self):
        self._create_rate()
        entry = self._create_time_entry(
            matter=self.matter, date=MONDAY - timedelta(5), unit_amount=1.25
        )
        entry.with_user(self.partner_user).action_approve()
        copied = self.week.copy_week(plain(MONDAY), "entries")
        (row,) = copied["entries"]
        self.assertEqual(row["date"], plain(MONDAY + timedelta(2)))
        self.assertEqual(row["minutes"], 75)
        self.assertEqual(row["state"], "draft")
        self.assertEqual(row["narrative"], "Secret narrative")
        self.assertFalse(copied["left_out"])
        again = self.week.copy_week(plain(MONDAY), "entries")
        self.assertFalse(again["entries"])
        self.assertIn("already", again["left_out"][0])

    def test_copy_leaves_out_what_is_refused_and_says_why(self):
        closed = self._create_matter()
        # the matter closed on a day between the two weeks
        for matter in (closed, self.matter):
            for day in (7, 6):
                self._create_time_entry(matter=matter, date=MONDAY - timedelta(day))
        self._create_rate()
        self.env["account.analytic.line"].search(
            [("matter_id", "=", closed.id)]
        ).with_user(self.partner_user).action_approve()
        closed.closed_on = MONDAY - timedelta(3)
        closed.action_close()
        start = datetime.combine(MONDAY, datetime.min.time())
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Mardi gras",
                "calendar_id": self.employee.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": start + timedelta(days=1, hours=2),
                "date_to": start + timedelta(days=1, hours=20),
            }
        )
        copied = self.week.copy_week(plain(MONDAY), "entries")
        self.assertEqual(
            [(row["matter_id"], row["date"]) for row in copied["entries"]],
            [(self.matter.id, plain(MONDAY))],
        )
        self.assertEqual(len(copied["left_out"]), 3)
        words = " ".join(copied["left_out"])
        self.assertIn("Mardi gras", words)
        self.assertIn("closed on", words)
        self.assertIn(closed.matter_number, words)

    # ------------------------------------------------------------------- submit

    def test_submitting_the_week_submits_its_drafts(self):
        for day in (0, 2, 9):
            self._create_time_entry(matter=self.matter, date=MONDAY + timedelta(day))
        done = self.week.submit_week(plain(MONDAY))
        self.assertEqual(done, {"count": 2, "hours": 2.0})
        self.assertEqual(
            {row["state"] for row in self._load()["entries"]}, {"submitted"}
        )

    # ------------------------------------------------------------------ matters

    @users("bob.associate")
    def test_matters_are_found_by_number_object_and_client(self):
        week = self.env["legal.week"]
        client = self._create_client(name="Zanzibar SARL")
        wanted = self._create_matter(name="Cession du fonds", partner_id=client.id)
        foreign = self._create_matter(
            name="Cession autre", members=self.env["res.users"]
        )
        for text in (wanted.matter_number, "cession", "zanzi fonds"):
            ids = [row["id"] for row in week.find_matters(text)]
            with self.subTest(text):
                self.assertIn(wanted.id, ids)
                self.assertNotIn(foreign.id, ids)
        self.assertFalse(week.find_matters("zanzi introuvable"))
