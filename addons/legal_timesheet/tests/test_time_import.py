import base64
import io
from datetime import date, time, timedelta

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WORKED_ON, LegalCommon

HEADINGS = "Date;Dossier;Collaborateur;Activité;Description;Durée"


@tagged("post_install", "-at_install")
class TestTimeImport(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate()
        cls.matter = cls._create_matter()
        cls.number = cls.matter.matter_number
        cls.office = cls._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        for user in (cls.associate_user, cls.office):
            user.group_ids = [Command.link(cls.env.ref("base.group_allow_export").id)]

    def _wizard(self, content, user=None, **kw):
        raw = content if isinstance(content, bytes) else content.encode()
        return (
            self.env["legal.time.import"]
            .with_user(user or self.associate_user)
            .create(
                {
                    "file": base64.b64encode(raw),
                    "filename": "time.csv",
                    **kw,
                }
            )
        )

    def _csv(self, *lines, headings=HEADINGS):
        return "\n".join([headings, *lines])

    def _line(self, **kw):
        cells = {
            "day": "03/03/2026",
            "matter": self.number,
            "person": "Bob Associate",
            "activity": "acte",
            "words": "Conclusions",
            "hours": "1h30",
            **kw,
        }
        return ";".join(cells.values())

    def _read(self, *lines, **kw):
        wizard = self._wizard(self._csv(*lines), **kw)
        wizard.action_read()
        return wizard

    def _entries(self):
        return self.env["account.analytic.line"].search(
            [("matter_id", "=", self.matter.id)], order="date, id"
        )

    # --------------------------------------------------------------- the good way

    def test_a_preview_writes_nothing_then_all_is_imported(self):
        wizard = self._read(self._line(), self._line(day="04/03/2026", hours="0,5"))
        self.assertEqual(wizard.state, "preview")
        self.assertEqual((wizard.count_ready, wizard.count_error), (2, 0))
        self.assertEqual(wizard.hours_ready, 2)
        self.assertFalse(self._entries())
        wizard.action_import_all()
        first, second = self._entries()
        self.assertEqual(first.unit_amount, 1.5)
        self.assertEqual(first.date, WORKED_ON)
        self.assertEqual(first.user_id, self.associate_user)
        self.assertEqual(first.activity_code_id, self.activity)
        self.assertEqual(first.narrative, "Conclusions")
        self.assertEqual(first.rate, 200)
        self.assertEqual(second.unit_amount, 0.5)
        self.assertEqual(wizard.state, "done")
        self.assertEqual(wizard.count_imported, 2)
        self.assertFalse(wizard.file)

    def test_the_same_file_twice_changes_nothing_and_says_so(self):
        self._read(self._line()).action_import_all()
        entry = self._entries()
        entry.narrative = "Conclusions en réponse"  # edited since: still the same line
        wizard = self._read(self._line())
        self.assertEqual((wizard.count_ready, wizard.count_known), (0, 1))
        self.assertIn("already", wizard.line_ids.message)
        wizard.action_import_all()
        self.assertEqual(self._entries(), entry)
        self.assertEqual(wizard.count_imported, 0)

    def test_an_entry_typed_by_hand_is_not_imported_again(self):
        self._create_time_entry(
            matter=self.matter, unit_amount=1.5, narrative="Conclusions"
        )
        wizard = self._read(self._line())
        self.assertEqual(wizard.line_ids.state, "known")

    def test_an_identifier_of_the_other_program_decides(self):
        headings = f"{HEADINGS};Identifiant"
        line = self._line() + ";A-17"
        self._wizard(self._csv(line, headings=headings)).action_read()
        first = self._wizard(self._csv(line, headings=headings))
        first.action_read()
        first.action_import_all()
        self.assertEqual(self._entries().import_key, "x:A-17")
        changed = self._line(words="Autres mots") + ";A-17"
        again = self._wizard(self._csv(changed, headings=headings))
        again.action_read()
        self.assertEqual(again.line_ids.state, "known")

    # ------------------------------------------------------------------- formats

    def test_each_form_of_file_is_read(self):
        comma = "Date,Dossier,Description,Durée\n2026-03-03,{n},Été,{d}\n"
        for name, text, encoding in [
            ("utf-8", comma, "utf-8"),
            ("with a mark", comma, "utf-8-sig"),
            ("windows", comma.replace(",", ";"), "cp1252"),
            ("utf-16 and tabs", comma.replace(",", "\t"), "utf-16"),
            ("lines above", "Export du 3 mars\n\n" + comma, "utf-8"),
        ]:
            for duration in ("1h30", "1:30", "01:30:00", "90m", "1.5"):
                with self.subTest(name, duration=duration):
                    raw = text.format(n=self.number, d=duration).encode(encoding)
                    wizard = self._wizard(raw)
                    wizard.action_read()
                    line = wizard.line_ids
                    self.assertEqual((line.state, line.hours), ("ready", 1.5))
                    self.assertEqual(line.narrative, "Été")

    def test_a_workbook_with_days_and_durations_of_its_own(self):
        book = openpyxl.Workbook()
        book.active.append(["Date", "Dossier", "Description", "Durée"])
        for cell in (time(1, 30), timedelta(hours=1, minutes=30), 1.5, "1h30"):
            book.active.append(
                [date(2026, 3, 3), self.number, f"Work {type(cell).__name__}", cell]
            )
        output = io.BytesIO()
        book.save(output)
        wizard = self._wizard(output.getvalue())
        wizard.action_read()
        self.assertEqual(wizard.line_ids.mapped("state"), ["ready"] * 4)
        self.assertEqual(set(wizard.line_ids.mapped("hours")), {1.5})

    def test_columns_of_other_programs_are_recognised(self):
        email = self.associate_user.email
        toggl = (
            "User,Email,Client,Project,Task,Description,Billable,Start date,"
            "Start time,End date,End time,Duration,Tags,Amount ()\n"
            f"Bob Associate,{email},Client SA,{self.number} - Secret,,Claim,Yes,"
            "2026-03-03,09:00:00,2026-03-03,10:30:00,01:30:00,,\n"
        )
        clio = (
            "matter,date,activity_description,note,price,quantity,type,"
            "activity_user,non_billable\n"
            f"{self.number},03/13/2026,,Claim,200,1.5,TimeEntry,Bob Associate,\n"
        )
        jarvis = (
            "Date;Référence dossier;Intervenant;Type de diligence;Libellé;"
            "Temps passé;Facturable\n"
            f"03/03/2026;{self.number};Bob Associate;acte;Claim;1h30;Oui\n"
        )
        for program, text in [("toggl", toggl), ("clio", clio), ("jarvis", jarvis)]:
            with self.subTest(program):
                wizard = self._wizard(text)
                wizard.action_read()
                self.assertEqual(wizard.program, program)
                self.assertEqual(wizard.line_ids.message or "", "")
                self.assertEqual(wizard.line_ids.state, "ready")
                self.assertEqual(wizard.line_ids.hours, 1.5)

    def test_days_of_america_are_seen_by_a_day_after_the_twelfth(self):
        wizard = self._read(self._line(day="03/13/2026"), self._line(day="03/04/2026"))
        self.assertEqual(wizard.day_order, "mdy")
        self.assertEqual(
            set(wizard.line_ids.mapped("day")), {"2026-03-13", "2026-03-04"}
        )

    def test_not_billable_is_kept(self):
        headings = f"{HEADINGS};Facturable"
        wizard = self._wizard(self._csv(self._line() + ";Non", headings=headings))
        wizard.action_read()
        wizard.action_import_all()
        self.assertFalse(self._entries().is_billable)

    # -------------------------------------------------------------------- columns

    def test_columns_unknown_are_asked_for_and_remembered(self):
        text = f"Quand;Où;Quoi;Combien\n03/03/2026;{self.number};Claim;1h30"
        wizard = self._wizard("Description;" + text.replace("\n", "\nx;"))
        wizard.action_read()
        self.assertEqual(wizard.state, "columns")
        with self.assertRaisesRegex(UserError, "No column says"):
            wizard.action_check()
        for heading, target in [
            ("Description", False),
            ("Quand", "date"),
            ("Où", "matter"),
            ("Quoi", "narrative"),
            ("Combien", "hours"),
        ]:
            column = wizard.column_ids.filtered(lambda c, h=heading: c.heading == h)
            column.target = target
        wizard.profile_name = "Former program"
        wizard.action_check()
        self.assertEqual(wizard.line_ids.state, "ready")
        profile = self.env["legal.time.import.profile"].search(
            [("name", "=", "Former program")]
        )
        again = self._wizard("Description;" + text.replace("\n", "\nx;"))
        again.profile_id = profile
        again.action_read()
        self.assertEqual(again.state, "preview")

    def test_one_thing_is_said_by_one_column(self):
        wizard = self._read(self._line())
        wizard.action_columns()
        wizard.column_ids.write({"target": "date"})
        wizard.column_ids[0].target = "matter"
        wizard.column_ids[1].target = "hours"
        with self.assertRaisesRegex(UserError, "Two columns say"):
            wizard.action_check()

    # ------------------------------------------------------------------- refusals

    def test_files_that_are_no_table_are_refused_with_a_sentence(self):
        for name, raw, words in [
            ("empty", b"", "is empty"),
            ("blank", b"  \n ", "is empty"),
            ("picture", b"\x89PNG\r\n\x1a\n\x00\x00", "neither a CSV nor an Excel"),
            ("no headings", b"a;b\n1;2", "No row of headings"),
            ("headings alone", HEADINGS.encode(), "no line below"),
            ("broken workbook", b"PK\x03\x04 broken", "cannot be opened"),
            ("not utf-16", b"\xff\xfeabc", "cannot be read"),
            ("heavy", b"x" * (5 * 1024**2 + 1), "MB"),
        ]:
            with self.subTest(name), self.assertRaisesRegex(UserError, words):
                self._wizard(raw).action_read()

    def test_more_lines_than_are_read_at_once(self):
        lines = [self._line(words=f"Work {n}") for n in range(5001)]
        with self.assertRaisesRegex(UserError, "5001 lines"):
            self._read(*lines)

    def test_each_broken_line_has_its_sentence(self):
        closed = self._create_matter(closed_on="2026-02-01")
        draft = self._create_matter(state="draft")
        hidden = self._create_matter(members=self.office)
        twins = self._create_matter(name="Twin") | self._create_matter(name="Twin")
        self.assertEqual(len(twins), 2)
        cases = [
            ({"day": ""}, "is no day"),
            ({"day": "31/02/2026"}, "is no day"),
            ({"day": "demain"}, "is no day"),
            ({"day": "2026"}, "is no day"),
            ({"matter": ""}, "No matter"),
            ({"matter": "D1999-999"}, "No matter “D1999-999”"),
            ({"matter": hidden.matter_number}, "No matter"),
            ({"matter": "Twin"}, "Several matters"),
            ({"matter": closed.matter_number}, "closed on"),
            ({"matter": draft.matter_number}, "not open yet"),
            ({"day": "02/01/2026"}, "opened on"),
            ({"person": "Nobody"}, "Nobody of the firm"),
            ({"person": "Anne Partner"}, "you import your own"),
            ({"person": "nobody@example.com"}, "Nobody of the firm"),
            ({"activity": "danse"}, "No activity “danse”"),
            ({"activity": "#acte?"}, None),
            ({"words": ""}, "No description"),
            ({"words": "  "}, "No description"),
            ({"hours": ""}, "is no duration"),
            ({"hours": "une heure"}, "is no duration"),
            ({"hours": "0"}, "has no time"),
            ({"hours": "-1h"}, "has no time"),
            ({"hours": "0:00"}, "has no time"),
            ({"hours": "25h"}, "more than a day has"),
            ({"hours": "1h75"}, "is no duration"),
            ({"day": "13/13/2026"}, "is no day"),
            ({"day": "03/03/1926"}, "opened on"),
            ({"matter": "?"}, "No matter"),
            ({"person": "Bob"}, "Nobody of the firm"),
            ({"activity": "42"}, "No activity"),
        ]
        lines = [
            self._line(**{"words": f"Work {n}", **change})
            for n, (change, _words) in enumerate(cases)
        ]
        wizard = self._read(*lines, self._line(words="Right"))
        by_number = {line.number: line for line in wizard.line_ids}
        for number, (change, words) in enumerate(cases, start=2):
            with self.subTest(change):
                line = by_number[number]
                if words is None:
                    self.assertEqual(line.state, "ready", line.message)
                else:
                    self.assertEqual(line.state, "error")
                    self.assertIn(words, line.message)
        self.assertEqual(wizard.count_error, 29)
        self.assertFalse(self._entries())

    def test_a_day_of_the_file_has_24_hours_with_what_is_there(self):
        self._create_time_entry(matter=self.matter, unit_amount=5)
        wizard = self._read(
            self._line(words="One", hours="10h"),
            self._line(words="Two", hours="8h"),
            self._line(words="Three", hours="2h"),
        )
        states = {line.number: line.state for line in wizard.line_ids}
        self.assertEqual(states, {2: "ready", 3: "ready", 4: "error"})

    def test_the_same_line_twice_in_a_file(self):
        wizard = self._read(self._line(), self._line())
        self.assertEqual(wizard.line_ids.filtered("message").number, 3)
        self.assertIn("line 2", wizard.line_ids.filtered("message").message)

    def test_an_expense_of_clio_is_no_time(self):
        wizard = self._wizard(
            "matter,date,note,quantity,type\n"
            f"{self.number},03/03/2026,Stamp,1,ExpenseEntry\n"
        )
        wizard.action_read()
        self.assertIn("expense", wizard.line_ids.message)

    def test_a_line_without_a_rate_is_right_and_says_so(self):
        self.env["legal.rate"].search([]).active = False
        wizard = self._read(self._line())
        self.assertEqual(wizard.line_ids.state, "ready")
        self.assertIn("No rate", wizard.line_ids.message)

    # ------------------------------------------------------------- all or the right

    def test_one_wrong_line_and_nothing_is_written(self):
        wizard = self._read(self._line(), self._line(matter="D1999-999"))
        with self.assertRaisesRegex(UserError, "nothing was imported"):
            wizard.action_import_all()
        self.assertFalse(self._entries())

    def test_the_right_lines_alone_and_the_others_come_back(self):
        wizard = self._read(
            self._line(), self._line(matter="D1999-999", words="=cmd()")
        )
        wizard.action_import_right()
        self.assertEqual(len(self._entries()), 1)
        self.assertEqual(wizard.state, "done")
        rest = base64.b64decode(wizard.rest_file)
        self.assertIn("No matter “D1999-999”", rest.decode("utf-8-sig"))
        self.assertIn("'=cmd()", rest.decode("utf-8-sig"))
        mended = rest.replace(b"D1999-999", self.number.encode())
        again = self._wizard(mended)
        again.action_read()
        self.assertEqual(again.line_ids.state, "ready", again.line_ids.message)
        again.action_import_all()
        self.assertIn("=cmd()", self._entries().mapped("narrative"))

    def test_a_file_is_imported_once(self):
        wizard = self._read(self._line())
        wizard.action_import_all()
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_import_all()

    # --------------------------------------------------------------------- rights

    def test_the_office_imports_the_time_of_others(self):
        wizard = self._read(self._line(), user=self.office)
        self.assertEqual(wizard.line_ids.state, "ready", wizard.line_ids.message)
        wizard.action_import_all()
        self.assertEqual(self._entries().user_id, self.associate_user)

    def test_the_office_imports_nothing_behind_a_wall(self):
        self.matter.is_walled = True
        self.env.invalidate_all()
        wizard = self._read(self._line(), user=self.office)
        self.assertIn("No matter", wizard.line_ids.message)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_what_one_imports_is_seen_by_nobody_else(self):
        wizard = self._read(self._line())
        self.env.invalidate_all()
        for user in (self.office, self.partner_user):
            for records in (wizard, wizard.line_ids, wizard.column_ids):
                with self.subTest(user.name, model=records._name):
                    theirs = records.with_user(user)
                    self.assertFalse(theirs.search([("id", "in", records.ids)]))
                    with self.assertRaises(AccessError):
                        theirs.read(["display_name"])

    # --------------------------------------------------------------------- export

    def _export(self, file_format="csv", user=None, **kw):
        wizard = (
            self.env["legal.time.export"]
            .with_user(user or self.associate_user)
            .create(
                {
                    "date_from": "2026-01-01",
                    "date_to": "2026-12-31",
                    "file_format": file_format,
                    **kw,
                }
            )
        )
        action = wizard.action_export()
        self.assertIn("download=true", action["url"])
        return base64.b64decode(wizard.file)

    def test_what_was_imported_is_exported_and_back(self):
        texts = [
            "Échanges « à l'amiable » – œuvre, n° 7",
            'Quotes "double"; semicolons; and, commas',
            "Two lines\nof words",
            "=SUM(A1:A9)",
            "+33 1 44 00 00 00",
            "-1 day of delay",
            "@client",
            "'quoted'",
        ]
        minutes = [1, 6, 20, 59, 61, 80, 90, 125]
        entries = self.env["account.analytic.line"].create(
            [
                {
                    "matter_id": self.matter.id,
                    "employee_id": self.associate_user.employee_id.id,
                    "date": WORKED_ON + timedelta(index),
                    "unit_amount": length / 60,
                    "narrative": text,
                    "activity_code_id": self.activity.id,
                }
                for index, (text, length) in enumerate(zip(texts, minutes, strict=True))
            ]
        )
        names = ["date", "narrative", "matter_id", "employee_id", "activity_code_id"]
        before = [
            tuple(entry[name] for name in names)
            + (round(entry.unit_amount * 60), round(entry.hours_billable * 60))
            for entry in entries.sorted("date")
        ]
        for file_format in ("csv", "xlsx"):
            with self.subTest(file_format):
                raw = self._export(file_format)
                known = self._wizard(raw)
                known.action_read()
                self.assertEqual(set(known.line_ids.mapped("state")), {"known"})
                self._entries().unlink()
                wizard = self._wizard(raw)
                wizard.action_read()
                self.assertEqual(wizard.count_error, 0, wizard.line_ids[:1].message)
                wizard.action_import_all()
                after = [
                    tuple(entry[name] for name in names)
                    + (round(entry.unit_amount * 60), round(entry.hours_billable * 60))
                    for entry in self._entries().sorted("date")
                ]
                self.assertEqual(after, before)

    def test_a_formula_is_a_text_and_a_number_a_number(self):
        self._create_time_entry(matter=self.matter, narrative="=1+1")
        text = self._export("csv").decode("utf-8-sig")
        self.assertIn(";'=1+1;", text)
        self.assertIn(";200,00;", text)
        book = openpyxl.load_workbook(io.BytesIO(self._export("xlsx")))
        row = list(book.active.iter_rows(min_row=2))[0]
        formula = next(cell for cell in row if cell.value == "=1+1")
        self.assertEqual(formula.data_type, "s")
        self.assertTrue([cell for cell in row if cell.value == 200])

    def test_the_export_holds_what_one_may_read(self):
        self._create_time_entry(matter=self.matter, narrative="Mine")
        other = self._create_matter(members=self.office)
        self._create_time_entry(
            matter=other, user=self.office, narrative="Hidden words"
        )
        self.env.invalidate_all()
        text = self._export("csv", whose="all").decode("utf-8-sig")
        self.assertIn("Mine", text)
        self.assertNotIn("Hidden words", text)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_entries_named_by_hand_are_not_exported_past_the_rules(self):
        hidden = self._create_time_entry(
            matter=self._create_matter(members=self.office), user=self.office
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._export(entry_ids=[Command.set(hidden.ids)])

    def test_no_export_without_the_right_to(self):
        self.associate_user.group_ids = [
            Command.unlink(self.env.ref("base.group_allow_export").id)
        ]
        with self.assertRaisesRegex(AccessError, "exports no data"):
            self._export()

    # ---------------------------------------------------------------- performance

    def test_queries_do_not_grow_with_lines(self):
        counts = []
        for number in (20, 120):
            lines = [
                self._line(
                    day=f"{1 + n % 28:02d}/0{2 + n // 28 % 4}/2026",
                    hours="6m",
                    words=f"Work {number} {n}",
                )
                for n in range(number)
            ]
            wizard = self._wizard(self._csv(*lines))
            wizard.action_read()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_import_all()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(wizard.count_imported, number)
        # entries are written in a few queries a hundred, never one by one
        self.assertLess(counts[1], counts[0] * 2, counts)
