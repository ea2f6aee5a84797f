"""The screens of one's own time, driven by real keys: the day and the list."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import LegalBuilders
from .keyboard import KeyboardCase

DAY = "/odoo/my-day"
ON_DAY = "!!document.querySelector('.o_legal_entries_panel .o_legal_entry_add')"
MINE = "/odoo/action-legal_timesheet.legal_time_entry_action_mine"
ON_LIST = "!!document.querySelector('.o_list_view .o_list_button_add')"
ON_ROW = "document.activeElement.matches('.o_legal_entry_row')"
IN_MINUTES = "document.activeElement.matches('.o_legal_entry_form_minutes')"


def in_field(name):
    return f"!!document.activeElement.closest(\".o_selected_row [name='{name}']\")"


class MyTimeCase(LegalBuilders, KeyboardCase, HttpCase):
    browser_size = "1440x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_legal()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.matter = cls._create_matter(
            name="Dismissal", opened_on=cls.today - timedelta(60)
        )
        # Read now: a story plays while the server uses the same cursor.
        cls.number = cls.matter.matter_number
        cls.login = cls.associate_user.login

    def _entries(self):
        return self.env["account.analytic.line"].search(
            [("matter_id", "=", self.matter.id)], order="id"
        )


@tagged("post_install", "-at_install")
class TestMyDay(MyTimeCase):
    def test_n_writes_a_line_and_enter_changes_it_in_place(self):
        def story(keys):
            keys.type("n")
            keys.wait("document.activeElement.matches('input')")
            keys.type(f"{self.number} 1h30 conclusions")
            keys.wait(
                "document.querySelector('.o_legal_timer_panel')"
                "?.innerText.includes('Dismissal')"
            )
            keys.press("Enter")
            keys.wait("document.querySelectorAll('.o_legal_entry_row').length == 1")
            keys.read(
                "document.activeElement.blur();"
                "document.querySelector('.o_legal_entry_row').focus()"
            )
            keys.wait(ON_ROW)
            keys.press("Enter")
            keys.wait(IN_MINUTES)
            keys.read("document.activeElement.select()")
            keys.type("2,5")
            keys.press("Tab", "Tab", "End")
            keys.type(" bis")
            keys.press("Enter")
            keys.wait(ON_ROW)
            self.assertIn("2:30", keys.text(".o_legal_entries_panel .o_legal_total"))

        self.drive(DAY, self.login, ON_DAY, story)
        entry = self._entries()
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.unit_amount, 2.5)
        self.assertEqual(entry.narrative, "conclusions bis")
        self.assertEqual(entry.date, self.today)
        self.assertEqual(entry.user_id, self.associate_user)

    def test_arrows_change_the_day_t_runs_the_timer_and_the_keys_are_shown(self):
        yesterday = self.today - timedelta(1)
        self._create_time_entry(matter=self.matter, date=yesterday)
        current = "document.querySelector('.o_legal_strip_day.o_current').innerText"

        def story(keys):
            keys.press("ArrowLeft")
            keys.wait(f"{current}.includes('{yesterday.day}')")
            keys.wait("document.querySelectorAll('.o_legal_entry_row').length == 1")
            keys.type("j")
            keys.wait("!document.querySelector('.o_legal_entry_row')")
            keys.press("ArrowRight", "ArrowLeft")
            keys.wait("document.querySelector('.o_legal_strip_day.o_current.o_today')")
            keys.type("?")
            keys.wait("document.querySelectorAll('.o_legal_keys kbd').length > 5")
            keys.type("?")
            keys.wait("!document.querySelector('.o_legal_keys')")
            keys.type("t")
            keys.wait("document.querySelector('.o_legal_timer_pause')")
            keys.type("t")
            keys.wait("document.querySelector('.o_legal_timer_resume')")

        self.drive(DAY, self.login, ON_DAY, story)
        timer = self.env["legal.time.timer"].search(
            [("user_id", "=", self.associate_user.id)]
        )
        self.assertEqual(len(timer), 1)


@tagged("post_install", "-at_install")
class TestMyDayPhone(MyTimeCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_entries_stay_in_sight_below_the_timer(self):
        for n in range(6):
            matter = self._create_matter(
                name=f"Object {n}", opened_on=self.today - timedelta(60)
            )
            self._create_time_entry(matter=matter, date=self.today - timedelta(1))
        self._create_time_entry(matter=self.matter, date=self.today)

        def story(keys):
            keys.wait("document.querySelector('.o_legal_timer_recent')")
            self.assertEqual(
                keys.read("document.querySelectorAll('.o_legal_timer_recent').length"),
                3,
            )
            top = keys.read(
                "document.querySelector('.o_legal_entry_row')"
                ".getBoundingClientRect().bottom"
            )
            self.assertLess(top, 844)
            title = "document.querySelector('.o_legal_day_title')"
            self.assertLess(keys.read(f"{title}.getBoundingClientRect().height"), 36)
            self.assertLessEqual(keys.read("document.documentElement.scrollWidth"), 390)

        self.drive(DAY, self.login, ON_DAY, story)


@tagged("post_install", "-at_install")
class TestMyTimeList(MyTimeCase):
    def _write_line(self, keys, hours, words):
        keys.wait(in_field("matter_id"))
        keys.type(self.number)
        keys.wait(
            "document.querySelector('.o-autocomplete--dropdown-menu')"
            "?.innerText.includes('Dismissal')"
        )
        keys.press("Tab")
        keys.wait(in_field("unit_amount"))
        keys.type(hours)
        keys.press("Tab")
        keys.wait(in_field("narrative"))
        keys.type(words)
        keys.press("Enter")

    def test_lines_are_added_by_keyboard_one_after_the_other(self):
        """Today has no line yet, then it has one: two ways to begin."""

        def story(keys):
            keys.click(".o_list_button_add")
            self._write_line(keys, "1h30", "Premier")
            self._write_line(keys, "90m", "Second")
            keys.wait(in_field("matter_id"))
            keys.press("Escape")
            keys.wait("!document.querySelector('.o_selected_row')")

        self.drive(MINE, self.login, ON_LIST, story)

        def again(keys):
            keys.wait("document.querySelectorAll('.o_group_header').length == 1")
            keys.wait("document.querySelectorAll('.o_data_row').length == 2")
            keys.click(".o_list_button_add")
            self._write_line(keys, "0,1", "Third")
            self._write_line(keys, "0:12", "Fourth")
            keys.wait(in_field("matter_id"))
            keys.press("Escape")
            keys.wait("!document.querySelector('.o_selected_row')")

        self.drive(MINE, self.login, ON_LIST, again)
        entries = self._entries()
        self.assertEqual(
            [(round(e.unit_amount * 60), e.narrative) for e in entries],
            [(90, "Premier"), (90, "Second"), (6, "Third"), (12, "Fourth")],
        )
        self.assertEqual(set(entries.mapped("date")), {self.today})
        self.assertEqual(entries.user_id, self.associate_user)
