from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import LegalBuilders
from .keyboard import KeyboardCase

URL = "/odoo/my-week"
GRID = "!!document.querySelector('.o_legal_week_grid')"
MENU_ITEMS = "document.querySelectorAll('.o-dropdown--menu .o-dropdown-item')"
ON_CELL = "document.activeElement.matches('[role=gridcell]')"
ON_BUTTON = "document.activeElement.matches('.o_legal_cell_ask .btn-danger')"
IN_WORDS = "document.activeElement.matches('textarea')"
#: how a lawyer may write the same thing
TYPED = [
    ("1,5", 90),
    ("1h30", 90),
    ("90m", 90),
    ("1:30", 90),
    ("0.3", 18),
]


class WeekScreenCase(LegalBuilders, KeyboardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_legal()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.monday = cls.today - timedelta(cls.today.weekday())
        #: all its days are over, whatever today is
        cls.last_monday = cls.monday - timedelta(7)
        cls.matters = cls.env["legal.matter"].union(
            *(
                cls._create_matter(
                    name=f"Object {n}", opened_on=cls.today - timedelta(60)
                )
                for n in range(4)
            )
        )
        # Read now: a story plays while the server uses the same cursor.
        cls.numbers = {matter: matter.matter_number for matter in cls.matters}
        cls.login = cls.associate_user.login

    def _entries(self):
        return self.env["account.analytic.line"].search(
            [("matter_id", "in", self.matters.ids)], order="matter_id, date"
        )

    def _cell(self, matter, day):
        return (
            f"[data-matter='{self.numbers[matter]}']"
            f" [data-day='{fields.Date.to_string(day)}']"
        )

    def _shows(self, cell, text):
        return f'{ON_CELL} && document.querySelector("{cell}").innerText == "{text}"'

    def _go_to_last_week(self, keys):
        keys.press("Control+ArrowLeft")
        keys.wait(f"document.querySelector('[data-total=\"{self.last_monday}\"]')")

    def _add_row(self, keys, matter):
        keys.type("/")
        keys.wait("document.activeElement.matches('[role=combobox]')")
        keys.type(self.numbers[matter])
        keys.press("Enter")
        keys.wait(
            "document.activeElement.closest"
            f"(\"[data-matter='{self.numbers[matter]}']\")"
        )


@tagged("post_install", "-at_install")
class TestWeekScreen(WeekScreenCase):
    browser_size = "1440x900"

    def test_week_of_twenty_entries_typed_by_keyboard_alone(self):
        def story(keys):
            self._go_to_last_week(keys)
            for matter in self.matters:
                self._add_row(keys, matter)
            keys.press(*["ArrowUp"] * 3)
            for row, matter in enumerate(self.matters):
                keys.press("Home")
                for col, (typed, _minutes) in enumerate(TYPED):
                    self._type_entry(keys, row, col, typed, matter)
                    if col < 4:
                        keys.press("ArrowRight" if row % 2 else "Tab")
                keys.press("ArrowDown")
            self.assertEqual(
                keys.text("tfoot .o_legal_week_total .o_legal_week_sum"), "25:12"
            )

        self.drive(URL, self.login, GRID, story)
        entries = self._entries()
        self.assertEqual(len(entries), 20)
        for row, matter in enumerate(self.matters):
            of_matter = entries.filtered(lambda e, m=matter: e.matter_id == m)
            for col, entry in enumerate(of_matter.sorted("date")):
                with self.subTest(matter=row, day=col):
                    self.assertEqual(entry.date, self.last_monday + timedelta(col))
                    self.assertAlmostEqual(entry.unit_amount, TYPED[col][1] / 60, 4)
                    self.assertEqual(entry.narrative, f"Work {row}{col}")
                    self.assertEqual(entry.user_id, self.associate_user)
                    self.assertEqual(entry.approval_state, "draft")

    def _type_entry(self, keys, row, col, typed, matter):
        """Write a time then its words; or both at once in the cell."""
        words = f"Work {row}{col}"
        if col == 4:
            keys.type(f"{typed} {words}")
            keys.press("Enter")
        else:
            keys.type(typed)
            keys.press("Enter")
            keys.wait(IN_WORDS)
            keys.type(words)
            keys.press("Enter")
        cell = self._cell(matter, self.last_monday + timedelta(col))
        keys.wait(f'{ON_CELL} && document.querySelector("{cell}").innerText.trim()')

    def test_cell_is_changed_opened_and_emptied_by_keyboard(self):
        matter = self.matters[0]
        entry = self._create_time_entry(matter=matter, date=self.last_monday)
        cell = self._cell(matter, self.last_monday)

        def story(keys):
            self._go_to_last_week(keys)
            keys.press("Home")
            keys.type("2h")
            keys.press("Enter")
            keys.wait(self._shows(cell, "2:00"))
            keys.press("Enter")
            keys.wait("document.activeElement.matches('.o_legal_entry_row')")
            keys.press("Enter")
            keys.wait("document.activeElement.matches('.o_legal_entry_form_minutes')")
            keys.press("Tab", "Tab", "End")
            keys.type(" bis")
            keys.press("Enter")
            keys.wait("document.activeElement.matches('.o_legal_entry_row')")
            keys.press("ArrowDown", "Enter")
            keys.wait("document.activeElement.matches('.o_legal_entry_form_minutes')")
            keys.type("6m")
            keys.press("Enter")
            keys.wait(IN_WORDS)
            # the last words on the matter are taken up by one key
            keys.press("ArrowDown", "Enter")
            keys.wait(f"{ON_CELL}")
            keys.wait(f'document.querySelector("{cell} sup").innerText == "2"')

        self.drive(URL, self.login, GRID, story)
        entries = self._entries()
        self.assertEqual(entry.unit_amount, 2.0)
        self.assertEqual(entries.mapped("narrative"), ["Secret narrative bis"] * 2)
        (entries - entry).unlink()
        entry.unit_amount = 1.0

        def delete(keys):
            self._go_to_last_week(keys)
            keys.press("Home", "Delete")
            keys.wait(ON_BUTTON)
            keys.press("Enter")
            keys.wait(self._shows(cell, ""))

        self.drive(URL, self.login, GRID, delete)
        self.assertFalse(self._entries())

    @mute_logger("odoo.http")
    def test_refusal_is_said_at_its_cell_and_the_text_stays(self):
        matter = self.matters[0]
        self._create_time_entry(matter=matter, date=self.last_monday)
        cell = self._cell(matter, self.last_monday)

        def story(keys):
            self._go_to_last_week(keys)
            keys.press("Home")
            keys.type("25h")
            keys.press("Enter")
            keys.wait(f'document.querySelector("{cell} [role=alert]")')
            said = keys.text(f"{cell} [role=alert]")
            self.assertIn("25", said)
            self.assertIn(matter.matter_number, said)
            self.assertEqual(
                keys.read(f'document.querySelector("{cell} input").value'), "25h"
            )
            keys.press("Escape")
            keys.wait(self._shows(cell, "1:00"))
            keys.type("1x")
            keys.press("Enter")
            keys.wait(f'document.querySelector("{cell} [role=alert]")')
            self.assertIn("1x", keys.text(f"{cell} [role=alert]"))
            keys.press("Escape")
            keys.wait(ON_CELL)

        self.drive(URL, self.login, GRID, story)
        self.assertEqual(self._entries().unit_amount, 1.0)

    def test_approved_cell_is_locked(self):
        self._create_rate()
        entry = self._create_time_entry(matter=self.matters[0], date=self.last_monday)
        entry.with_user(self.partner_user).action_approve()
        cell = self._cell(self.matters[0], self.last_monday)

        def story(keys):
            self._go_to_last_week(keys)
            keys.press("Home")
            keys.wait(f'document.querySelector("{cell} .fa-lock")')
            keys.press("Enter")
            keys.wait("document.activeElement.matches('.o_legal_entry_row')")
            keys.press("Delete")
            keys.wait("document.querySelector('.o_legal_week_panel [role=alert]')")
            keys.press("Escape")
            keys.wait(ON_CELL)

        self.drive(URL, self.login, GRID, story)
        self.assertTrue(entry.exists())

    def test_last_week_is_copied_by_its_button(self):
        for day in (0, 1):
            self._create_time_entry(
                matter=self.matters[0], date=self.last_monday + timedelta(day - 7)
            )

        def story(keys):
            self._go_to_last_week(keys)
            keys.click(".o_legal_week_copy")
            keys.wait(
                "document.querySelectorAll('.o-dropdown--menu .o-dropdown-item').length"
            )
            keys.read(f"{MENU_ITEMS}[1].click()")
            keys.wait("document.querySelector('.o_legal_week_words')")
            self.assertIn("2", keys.text(".o_legal_week_words"))

        self.drive(URL, self.login, GRID, story)
        copied = self._entries().filtered(lambda e: e.date >= self.last_monday)
        self.assertEqual(len(copied), 2)
        self.assertEqual(set(copied.mapped("approval_state")), {"draft"})

    def test_week_of_a_link_is_submitted_and_taken_back(self):
        """A reminder names the week; it waits for the responsible of its matter."""
        entry = self._create_time_entry(matter=self.matters[0], date=self.last_monday)
        responsible = self.matters[0].responsible_id.name

        def story(keys):
            keys.wait(f"document.querySelector('[data-total=\"{self.last_monday}\"]')")
            keys.click(".o_legal_week_submit")
            keys.wait("document.querySelector('[data-state=submitted]')")
            self.assertIn(responsible, keys.text(".o_legal_week_bar"))
            self.assertFalse(
                keys.read("document.querySelector('.o_legal_week_submit')")
            )
            keys.click(".o_legal_week_withdraw")
            keys.wait("document.querySelector('[data-state=draft]')")
            keys.wait("document.querySelector('.o_legal_week_submit')")

        self.drive(f"{URL}?monday={self.last_monday}", self.login, GRID, story)
        self.assertEqual(entry.approval_state, "draft")
        entry.with_user(self.associate_user).action_submit()
        entry.with_user(self.partner_user)._legal_return("Say more")

        def returned(keys):
            keys.wait("document.querySelector('[data-state=returned]')")
            self.assertIn("Say more", keys.text(".o_legal_week_bar q"))

        self.drive(f"/legal/week/{self.last_monday}", self.login, GRID, returned)

    def test_nothing_of_the_page_wraps_or_is_cut(self):
        for day in range(5):
            self._create_time_entry(
                matter=self.matters[0], date=self.last_monday + timedelta(day)
            )
        lines = (
            "[...document.querySelectorAll('.o_legal_week_buttons .btn,"
            " .o_legal_week_title, .o_control_panel .o_breadcrumb span')]"
            ".filter((el) => el.offsetHeight > 48"
            " || el.scrollWidth > el.clientWidth + 1 && el.clientWidth).length"
        )

        def story(keys):
            for width in (1440, 1280, 768):
                keys.browser._websocket_request(
                    "Emulation.setDeviceMetricsOverride",
                    params={
                        "width": width,
                        "height": 900,
                        "deviceScaleFactor": 1,
                        "mobile": False,
                    },
                )
                keys.wait(f"innerWidth == {width} && {GRID}")
                self.assertEqual(keys.read(lines), 0, width)
                self.assertLessEqual(
                    keys.read("document.documentElement.scrollWidth"), width
                )

        self.drive(f"{URL}?monday={self.last_monday}", self.login, GRID, story)


@tagged("post_install", "-at_install")
class TestWeekPhone(WeekScreenCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_week_on_a_phone_is_a_list_by_day_with_large_targets(self):
        self._create_time_entry(matter=self.matters[0], date=self.today)

        def story(keys):
            self.assertFalse(keys.read(GRID), "no grid on a phone")
            self.assertLessEqual(keys.read("document.documentElement.scrollWidth"), 390)
            for target in ("strip_day", "entry_row", "entry_add"):
                box = f"document.querySelector('.o_legal_{target}')"
                height = keys.read(f"{box}.getBoundingClientRect().height")
                self.assertGreaterEqual(height, 44, target)
            keys.click(".o_legal_entry_add")
            keys.wait("document.activeElement.matches('[role=combobox]')")
            keys.type(self.numbers[self.matters[1]])
            keys.press("Enter")
            keys.wait("document.activeElement.matches('.o_legal_entry_form_minutes')")
            keys.type("0h24")
            keys.press("Enter")
            keys.type("Call")
            keys.click(".o_legal_entry_save")
            keys.wait("document.querySelectorAll('.o_legal_entry_row').length == 2")

        self.drive(
            URL, self.login, "!!document.querySelector('.o_legal_week_phone')", story
        )
        entry = self._entries().filtered(lambda e: e.matter_id == self.matters[1])
        self.assertEqual((entry.date, entry.narrative), (self.today, "Call"))
        self.assertAlmostEqual(entry.unit_amount, 0.4)
