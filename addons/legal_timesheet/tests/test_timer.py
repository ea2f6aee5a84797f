import threading
from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command, api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalCommon

NINE = datetime(2026, 3, 3, 8)  # 9:00 in Paris


class TimerCommon(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.associate_user.tz = "Europe/Paris"
        cls.matter = cls._create_matter()
        cls.other_matter = cls._create_matter(name="Other object")
        cls.task = cls.env["project.task"].create(
            {"name": "Draft the claim", "project_id": cls.matter.project_id.id}
        )
        cls.Timer = cls.env["legal.time.timer"].with_user(cls.associate_user)
        cls.Line = cls.env["account.analytic.line"]

    def setUp(self):
        super().setUp()
        self.clock = freeze_time(NINE)
        self.frozen = self.clock.start()
        self.addCleanup(self.clock.stop)

    def _wait(self, **kw):
        self.frozen.tick(timedelta(**kw))

    def _mine(self):
        return self.env["legal.time.timer"].search(
            [("user_id", "=", self.associate_user.id)]
        )

    def _entries(self):
        return self.Line.search([("user_id", "=", self.associate_user.id)])

    def _start(self, **kw):
        return self.Timer.start({"matter_id": self.matter.id, **kw})["timer"]


@tagged("post_install", "-at_install")
class TestTimer(TimerCommon):
    def test_runs_pauses_and_resumes(self):
        timer = self._start(narrative="Claim")
        self.assertEqual((timer["state"], timer["seconds"]), ("running", 0))
        self._wait(minutes=10)
        timer = self.Timer.pause()["timer"]
        self.assertEqual((timer["state"], timer["seconds"]), ("paused", 600))
        self._wait(minutes=50)
        self.assertEqual(self.Timer.pause()["timer"]["seconds"], 600)
        self.Timer.resume()
        self._wait(minutes=5)
        self.assertEqual(self.Timer.get_state()["timer"]["seconds"], 900)
        self.Timer.resume()
        self.assertEqual(self.Timer.get_state()["timer"]["seconds"], 900)

    def test_stopping_makes_the_entry(self):
        self._start(activity_code_id=self.activity.id, task_id=self.task.id)
        self._wait(minutes=62)
        proposal = self.Timer.get_proposal()
        self.assertEqual(proposal["minutes"], 62)
        self.assertEqual(proposal["narrative"], "Draft the claim")
        outcome = self.Timer.stop({"narrative": "Drafted the claim"})["outcome"]
        entry = self.Line.browse(outcome["id"])
        self.assertEqual(entry.matter_id, self.matter)
        self.assertEqual(entry.employee_id, self.associate_user.employee_id)
        self.assertEqual(entry.task_id, self.task)
        self.assertEqual(entry.activity_code_id, self.activity)
        self.assertEqual(entry.narrative, "Drafted the claim")
        self.assertEqual(str(entry.date), "2026-03-03")
        self.assertAlmostEqual(entry.unit_amount * 60, 62)
        self.assertAlmostEqual(entry.hours_billable, 1.1)
        self.assertFalse(self._mine())

    def test_minutes_typed_win_over_minutes_counted(self):
        self._start(narrative="Claim")
        self._wait(minutes=20)
        outcome = self.Timer.stop({"minutes": 90})["outcome"]
        self.assertAlmostEqual(self.Line.browse(outcome["id"]).unit_amount, 1.5)

    def test_a_second_start_is_refused_by_name(self):
        self._start()
        with self.assertRaisesRegex(UserError, self.matter.matter_number):
            self.Timer.start({})
        self.assertEqual(len(self._mine()), 1)

    def test_a_matter_may_be_said_at_the_end(self):
        self.Timer.start({})
        self._wait(minutes=6)
        with self.assertRaisesRegex(UserError, "Which matter"):
            self.Timer.stop({"narrative": "Call"})
        self.assertTrue(self._mine())
        self.Timer.stop({"narrative": "Call", "matter_id": self.matter.id})
        self.assertEqual(self._entries().matter_id, self.matter)

    def test_words_are_revised_while_it_runs(self):
        self._start()
        self.Timer.revise(
            {"matter_id": self.other_matter.id, "narrative": "Call", "user_id": 2}
        )
        timer = self._mine()
        self.assertEqual(timer.user_id, self.associate_user)
        self.assertEqual(timer.matter_id, self.other_matter)
        self.assertEqual(timer.narrative, "Call")

    def test_a_task_names_its_matter(self):
        self.Timer.start({"task_id": self.task.id})
        self.assertEqual(self._mine().matter_id, self.matter)

    def test_discarding_records_nothing(self):
        self._start()
        self._wait(hours=1)
        self.assertFalse(self.Timer.discard()["timer"])
        self.assertFalse(self._mine() or self._entries())

    def test_less_than_a_minute_is_said_and_is_a_minute_if_kept(self):
        self._start(narrative="Call")
        self._wait(seconds=20)
        self.assertTrue(self.Timer.get_proposal()["is_short"])
        self.Timer.stop()
        self.assertAlmostEqual(self._entries().unit_amount * 60, 1)

    def test_the_last_words_on_the_matter_are_proposed(self):
        for words, activity in [
            ("Earlier hearing", self.env.ref("legal_timesheet.activity_hearing")),
            ("Later claim", self.activity),
        ]:
            self._create_time_entry(
                matter=self.matter, narrative=words, activity_code_id=activity.id
            )
        self._start()
        self.assertEqual(
            self.Timer.get_proposal()["narratives"], ["Later claim", "Earlier hearing"]
        )

    # ------------------------------------------------------------------- switching

    def test_switching_makes_the_entry_and_starts_the_other(self):
        self._start(narrative="Claim")
        self._wait(minutes=30)
        state = self.Timer.switch({"matter_id": self.other_matter.id})
        self.assertEqual(state["outcome"]["kind"], "entry")
        self.assertEqual(state["timer"]["matter"]["id"], self.other_matter.id)
        self.assertEqual(state["timer"]["seconds"], 0)
        self.assertEqual(self._entries().narrative, "Claim")
        self.assertEqual(self._entries().matter_id, self.matter)

    def test_switching_without_words_sets_aside_and_never_invents_them(self):
        self._create_time_entry(matter=self.matter, narrative="Earlier words")
        self._start()
        self._wait(minutes=30)
        state = self.Timer.switch({"matter_id": self.other_matter.id})
        self.assertEqual(state["outcome"]["kind"], "aside")
        self.assertEqual(len(self._entries()), 1)
        self._wait(minutes=60)
        [aside] = self.Timer.get_state()["aside"]
        self.assertEqual((aside["state"], aside["seconds"]), ("aside", 1800))
        self.Timer.stop({"narrative": "Call"}, aside["id"])
        self.assertEqual(self._entries()[0].narrative, "Call")
        self.assertEqual(self._mine().matter_id, self.other_matter)

    def test_switching_after_some_seconds_forgets_them(self):
        self._start()
        self._wait(seconds=15)
        state = self.Timer.switch({"matter_id": self.other_matter.id})
        self.assertEqual(state["outcome"]["kind"], "discarded")
        self.assertFalse(state["aside"])

    def test_switching_from_work_that_is_refused_loses_nothing(self):
        self._start(narrative="Claim")
        self._wait(minutes=30)
        self.matter.closed_on = NINE.date() - timedelta(1)
        self.matter.action_close()
        state = self.Timer.switch({"matter_id": self.other_matter.id})
        self.assertEqual(state["outcome"]["kind"], "aside")
        self.assertFalse(self._entries())
        [aside] = state["aside"]
        self.assertEqual((aside["narrative"], aside["seconds"]), ("Claim", 1800))

    def test_switching_with_no_timer_just_starts(self):
        state = self.Timer.switch({"matter_id": self.matter.id})
        self.assertEqual(state["timer"]["state"], "running")

    # ------------------------------------------------------------------ refusals

    def test_a_refused_entry_keeps_the_timer(self):
        self._create_time_entry(matter=self.matter, unit_amount=23.5)
        self._start(narrative="Claim")
        self._wait(hours=1)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.Timer.stop()
        timer = self.Timer.get_state()["timer"]
        self.assertEqual((timer["narrative"], timer["seconds"]), ("Claim", 3600))

    def test_a_matter_closed_meanwhile_is_said(self):
        self._start(narrative="Claim")
        self._wait(hours=1)
        self.matter.closed_on = NINE.date() - timedelta(1)
        self.matter.action_close()
        self.assertFalse(self.Timer.get_state()["timer"]["matter"]["is_open"])
        with self.assertRaisesRegex(ValidationError, "closed on"):
            self.Timer.stop()

    def test_a_matter_walled_off_meanwhile_shows_its_number_alone(self):
        self._start(narrative="Claim")
        self._wait(hours=1)
        self.matter.write(
            {
                "excluded_user_ids": [Command.link(self.associate_user.id)],
                "exclusion_reason": "Conflict",
            }
        )
        self.env.invalidate_all()
        shown = self.Timer.get_state()["timer"]["matter"]
        self.assertTrue(shown["is_lost"])
        self.assertEqual(shown["number"], self.matter.matter_number)
        self.assertNotIn("Secret", str(self.Timer.get_proposal()))
        with self.assertRaisesRegex(UserError, "closed to you"):
            self.Timer.stop()
        self.Timer.stop({"matter_id": self.other_matter.id})
        self.assertEqual(self._entries().matter_id, self.other_matter)

    def test_a_walled_matter_cannot_be_timed(self):
        walled = self._create_matter(is_walled=True, members=self.env["res.users"])
        state = self.Timer.start({"matter_id": walled.id})
        self.assertFalse(state["timer"]["matter"])
        self.Timer.revise({"matter_id": walled.id})
        self.assertFalse(self._mine().matter_id)
        with self.assertRaises(UserError):
            self.Timer.stop({"matter_id": walled.id, "narrative": "Call"})

    # ------------------------------------------------------- long and overnight

    def test_a_long_run_asks_and_does_not_stop_by_itself(self):
        self._start(narrative="Claim")
        self._wait(hours=3, minutes=59)
        self.assertFalse(self.Timer.get_state()["timer"]["question"])
        self._wait(minutes=1)
        timer = self.Timer.get_state()["timer"]
        self.assertEqual(timer["question"], "long")
        self.assertEqual([c["keep"] for c in timer["choices"]], ["all"])
        with self.assertRaisesRegex(UserError, "how much of it to keep"):
            self.Timer.stop()
        self.Timer.answer("all")
        self._wait(hours=1)
        timer = self.Timer.get_state()["timer"]
        self.assertEqual((timer["question"], timer["seconds"]), (False, 18000))

    def test_the_firm_sets_how_long_is_long(self):
        self.company.legal_timer_ask_hours = 0
        self._start()
        self._wait(hours=12)
        self.assertFalse(self.Timer.get_state()["timer"]["question"])

    def test_after_midnight_it_asks_what_to_keep_of_the_first_day(self):
        self._wait(hours=13)  # 22:00
        self._start(narrative="Claim")
        self._wait(hours=10)  # 8:00, the day after
        timer = self.Timer.get_state()["timer"]
        self.assertEqual(timer["question"], "overnight")
        self.assertFalse(timer["is_of_today"])
        self.assertEqual(
            [(c["keep"], c["minutes"]) for c in timer["choices"]],
            [("all", 600), ("day", 120)],
        )
        timer = self.Timer.answer("day")["timer"]
        self.assertEqual((timer["state"], timer["seconds"]), ("paused", 7200))
        self.Timer.stop()
        self.assertEqual(str(self._entries().date), "2026-03-03")
        self.assertAlmostEqual(self._entries().unit_amount, 2)

    def test_all_of_a_night_may_be_kept(self):
        self._wait(hours=13)
        self._start(narrative="Claim")
        self._wait(hours=3)
        self.Timer.answer("all")
        self.assertFalse(self.Timer.get_state()["timer"]["question"])
        self.Timer.stop()
        self.assertAlmostEqual(self._entries().unit_amount, 3)
        self.assertEqual(str(self._entries().date), "2026-03-03")

    def test_a_duration_may_be_kept_and_the_timer_go_on(self):
        self._start()
        self._wait(hours=24)
        self.Timer.answer("minutes", 45, go_on=True)
        self._wait(minutes=5)
        timer = self.Timer.get_state()["timer"]
        self.assertEqual((timer["state"], timer["seconds"]), ("running", 3000))
        self.assertFalse(timer["question"])

    def test_a_silence_is_cut_out_at_the_moment_it_began(self):
        self._start()
        self._wait(minutes=90)
        self.Timer.answer("until", "2026-03-03 08:40:00")
        timer = self.Timer.get_state()["timer"]
        self.assertEqual((timer["state"], timer["seconds"]), ("paused", 2400))

    def test_an_answer_never_keeps_more_than_was_counted(self):
        self._start()
        self._wait(minutes=10)
        timer = self.Timer.answer("until", "2027-01-01 00:00:00")["timer"]
        self.assertEqual(timer["seconds"], 600)

    def test_a_night_is_not_switched_away_silently(self):
        self._start(narrative="Claim")
        self._wait(hours=24)
        state = self.Timer.switch({"matter_id": self.other_matter.id})
        self.assertEqual(state["outcome"]["kind"], "aside")
        self.assertEqual(state["aside"][0]["question"], "overnight")
        self.assertFalse(self._entries())
        with self.assertRaisesRegex(UserError, "how much"):
            self.Timer.stop({}, state["aside"][0]["id"])
        self.Timer.stop({"minutes": 30}, state["aside"][0]["id"])
        self.assertAlmostEqual(self._entries().unit_amount, 0.5)

    def test_a_paused_timer_asks_nothing(self):
        self._start()
        self._wait(minutes=10)
        self.Timer.pause()
        self._wait(hours=48)
        self.assertFalse(self.Timer.get_state()["timer"]["question"])

    def test_an_unknown_answer_is_refused(self):
        self._start()
        with self.assertRaisesRegex(UserError, "what to keep"):
            self.Timer.answer("whatever")

    # --------------------------------------------------------------------- tabs

    def test_each_change_tells_the_person_and_nobody_else_and_nothing_of_the_work(self):
        sent = []

        def send(_bus, channel, kind, message):
            sent.append((channel, kind, message))

        self.patch(self.registry["bus.bus"], "_sendone", send)
        self._start(narrative="Claim")
        self.Timer.pause()
        mine = [s for s in sent if s[1] == "legal.time.timer/changed"]
        self.assertEqual(len(mine), 2)
        for channel, _kind, message in mine:
            self.assertEqual(channel, self.associate_user.partner_id)
            self.assertFalse(message)

    def test_the_state_costs_a_fixed_number_of_queries(self):
        self._start(narrative="Claim")
        self.Timer.get_state()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            self.Timer.get_state()


@tagged("post_install", "-at_install")
class TestTimerSecrecy(TimerCommon):
    """Nobody else reads a timer, whatever his groups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        legal = "legal_timesheet.group_legal_user"
        export = "base.group_allow_export"
        cls.others = [
            cls.partner_user,
            cls._create_lawyer(
                name="Olga Office",
                groups=f"legal_timesheet.group_legal_office,{export}",
            ),
            cls._create_lawyer(
                name="Paul Manager",
                groups=f"{legal},{export},hr_timesheet.group_timesheet_manager"
                ",project.group_project_manager",
            ),
            cls._create_lawyer(
                name="Ada Admin",
                groups=f"{export},legal_timesheet.group_legal_administrator"
                ",base.group_system,base.group_erp_manager",
            ),
        ]

    def setUp(self):
        super().setUp()
        self._start(narrative="Secret words")
        self.timer = self._mine()
        self.env.flush_all()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_others_find_and_read_nothing(self):
        for user in [*self.others, self.env.ref("base.user_admin")]:
            with self.subTest(user.name):
                self.env.invalidate_all()
                theirs = self.timer.with_user(user)
                self.assertFalse(theirs.search([("id", "=", theirs.id)]))
                self.assertEqual(theirs.search_count([]), 0)
                self.assertEqual(theirs._read_group([], [], ["__count"]), [(0,)])
                self.assertFalse(
                    theirs.formatted_read_group([], ["user_id"], ["__count"])
                )
                self.assertFalse(theirs.name_search(""))
                for call in (
                    lambda t: t.read(["narrative"]),
                    lambda t: t.export_data(["narrative"]),
                    lambda t: t.web_read({"narrative": {}}),
                ):
                    with self.assertRaises(UserError):
                        call(theirs)
                self.assertFalse(theirs.has_access("read"))

    def test_others_do_not_move_it(self):
        Timer = self.Timer.with_user(self.partner_user)
        with self.assertRaisesRegex(UserError, "No timer of yours"):
            Timer.pause()
        with self.assertRaisesRegex(UserError, "no more"):
            Timer.discard(self.timer.id)
        with self.assertRaisesRegex(UserError, "no more"):
            Timer.stop({"minutes": 5}, self.timer.id)
        self.assertFalse(Timer.get_state()["timer"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_its_person_moves_it_by_its_methods_only(self):
        mine = self.timer.with_user(self.associate_user)
        self.assertEqual(mine.narrative, "Secret words")
        for call in (
            lambda: mine.write({"accumulated_seconds": 99999}),
            lambda: mine.copy(),
            lambda: mine.unlink(),
            lambda: mine.create({"started_at": NINE}),
        ):
            with self.assertRaises(AccessError):
                call()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_is_no_lawyer_has_no_timer(self):
        employee = self._create_lawyer(name="Ella", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.Timer.with_user(employee).get_state()
        with self.assertRaises(AccessError):
            self.Timer.with_user(employee).start({})

    def test_no_relation_leads_to_it(self):
        """No stored or computed field of another model shows timers."""
        leads = [
            f"{field.model_name}.{field.name}"
            for model in self.env.registry.values()
            for field in model._fields.values()
            if field.comodel_name == "legal.time.timer"
        ]
        self.assertFalse(leads)


@tagged("post_install", "-at_install")
class TestTimerIndex(TimerCommon):
    def test_the_index_is_there_and_partial(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = %s",
            ["legal_time_timer_one_per_person"],
        )
        [definition] = self.env.cr.fetchone()
        self.assertIn("UNIQUE", definition)
        self.assertIn("(user_id) WHERE (stopped_at IS NULL)", definition)

    def test_the_database_refuses_a_second_one(self):
        self._start()
        values = {
            "user_id": self.associate_user.id,
            "company_id": self.company.id,
            "started_at": NINE,
        }
        Timer = self.env["legal.time.timer"]
        Timer.create({**values, "stopped_at": NINE})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception) as refusal,
            self.env.cr.savepoint(),
        ):
            Timer.create(values)
        self.assertIn("legal_time_timer_one_per_person", str(refusal.exception))

    def test_two_starts_at_once_leave_one_timer(self):
        """Two real connections: the second waits for the first, then is refused."""
        dbname = self.env.cr.dbname
        admin_id = self.env.ref("base.user_admin").id
        both_ready = threading.Barrier(2, timeout=30)
        outcomes = []

        def start():
            with db_connect(dbname).cursor() as cr:
                Timer = api.Environment(cr, admin_id, {})["legal.time.timer"]
                self.assertFalse(Timer._get_current())
                both_ready.wait()
                try:
                    Timer._begin({})
                    cr.commit()
                    outcomes.append("started")
                except UniqueViolation:
                    cr.rollback()
                    outcomes.append("refused")

        threads = [threading.Thread(target=start) for _each in range(2)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        with db_connect(dbname).cursor() as cr:
            cr.execute(
                "DELETE FROM legal_time_timer WHERE user_id = %s RETURNING id",
                [admin_id],
            )
            left = cr.fetchall()
            cr.commit()
        self.assertEqual(sorted(outcomes), ["refused", "started"])
        self.assertEqual(len(left), 1)
