"""Rates and imports in the browser: why this rate, the revision, a file of time."""

import base64
from datetime import date, timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import LegalBuilders
from .keyboard import KeyboardCase

NEW_YEAR = date(2027, 1, 1)
FOOTER = ".modal-footer button[name='%s']:not(.d-none)"


class ScreenCase(LegalBuilders, KeyboardCase, HttpCase):
    browser_size = "1440x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_legal()
        cls.env["legal.rate"].search([]).unlink()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.matter = cls._create_matter(
            name="Dismissal", opened_on=cls.today - timedelta(400)
        )
        # Read now: a story plays while the server uses the same cursor.
        cls.number = cls.matter.matter_number
        cls.of_grade = cls._create_rate(amount=180, grade_id=cls.grade_associate.id)
        cls.admin = cls._create_lawyer(
            name="Ada Admin", groups="legal_timesheet.group_legal_administrator"
        )


@tagged("post_install", "-at_install")
class TestRateScreens(ScreenCase):
    def test_why_this_rate_says_who_won_and_who_did_not(self):
        self._create_rate(amount=300, matter_id=self.matter.id)
        entry = self._create_time_entry(matter=self.matter, date=self.today)

        def story(keys):
            keys.click(".o_legal_why_rate")
            keys.wait("document.querySelector('.o_legal_why_popover li')")
            said = keys.text(".o_legal_why_popover")
            self.assertIn("300", said)
            self.assertIn(self.number, said)
            self.assertIn("180", keys.text(".o_legal_why_popover ul"))
            keys.press("Escape")
            keys.wait("!document.querySelector('.o_legal_why_popover')")

        ready = "!!document.querySelector('.o_legal_why_rate')"
        login = self.associate_user.login
        for url in (
            "/odoo/action-legal_timesheet.legal_time_entry_action_mine",
            f"/odoo/action-legal_timesheet.legal_time_entry_action_mine/{entry.id}",
        ):
            with self.subTest(url):
                self.drive(url, login, ready, story)

    def test_a_revision_is_seen_before_it_is_applied(self):
        revision = self.env["legal.rate.revision"].create({"date_from": NEW_YEAR})
        self.assertEqual(revision.revised_count, 1)

        def story(keys):
            keys.click(".o_legal_rate_card_action ~ *, .o_control_panel .btn-primary")
            keys.wait(
                "document.querySelector('.modal [name=date_from] button,"
                " .modal [name=date_from] input')"
            )
            keys.wait("document.querySelector('.modal .o_legal_preview tbody tr')")
            self.assertIn("180", keys.text(".modal .o_legal_preview tbody"))
            self.assertIn("185", keys.text(".modal .o_legal_preview tbody"))
            keys.click(FOOTER % "action_apply")
            keys.wait(
                "!document.querySelector('.modal .o_legal_preview')"
                " || document.querySelectorAll('.modal').length > 1"
            )
            self.assertFalse(
                keys.read("[...document.querySelectorAll('.modal')].at(-1)?.innerText")
            )

        self.drive(
            "/odoo/rate-card",
            self.admin.login,
            "!!document.querySelector('.o_legal_rate_card_table')",
            story,
        )
        rates = self.env["legal.rate"].search(
            [("grade_id", "=", self.grade_associate.id)], order="date_from"
        )
        self.assertEqual(rates.mapped("amount"), [180, 185])
        self.assertTrue(self.of_grade.date_to)


@tagged("post_install", "-at_install")
class TestImportScreen(ScreenCase):
    def test_right_lines_are_taken_and_the_others_come_back(self):
        day = self.today.strftime("%d/%m/%Y")
        number = self.number
        content = "\n".join(
            [
                "Date;Dossier;Description;Durée",
                f"{day};{number};Conclusions;1h30",
                f"{day};{number};Sans durée;beaucoup",
                f"{day};{number};Appel;0,2",
            ]
        )
        raw = base64.b64encode(content.encode()).decode()
        choose = f"""
            (() => {{
                const text = Uint8Array.from(atob("{raw}"), (c) => c.charCodeAt(0));
                const data = new DataTransfer();
                data.items.add(new File([text], "temps.csv", {{ type: "text/csv" }}));
                const input = document.querySelector(".modal input[type=file]");
                input.files = data.files;
                input.dispatchEvent(new Event("change", {{ bubbles: true }}));
            }})()
        """

        def story(keys):
            keys.read(choose)
            keys.wait(
                "document.querySelector('.modal [name=file] input')"
                ".value == 'temps.csv'"
            )
            keys.click(FOOTER % "action_read")
            keys.wait("document.querySelectorAll('.modal .o_data_row').length == 3")
            self.assertIn("beaucoup", keys.text(".modal .o_data_row.text-danger"))
            self.assertFalse(
                keys.read(f'document.querySelector("{FOOTER % "action_import_all"}")')
            )
            keys.click(FOOTER % "action_import_right")
            keys.wait(f'document.querySelector("{FOOTER % "action_download_rest"}")')

        self.drive(
            "/odoo/import-time",
            self.associate_user.login,
            "!!document.querySelector('.modal input[type=file]')",
            story,
        )
        entries = self.env["account.analytic.line"].search(
            [("matter_id", "=", self.matter.id)], order="id"
        )
        self.assertEqual(
            [(round(e.unit_amount * 60), e.narrative) for e in entries],
            [(90, "Conclusions"), (12, "Appel")],
        )
        wizard = self.env["legal.time.import"].search([], order="id desc", limit=1)
        rest = base64.b64decode(wizard.rest_file).decode("utf-8-sig")
        self.assertIn("beaucoup", rest)
        self.assertNotIn("Appel", rest)
