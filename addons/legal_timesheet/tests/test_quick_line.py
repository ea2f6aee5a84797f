from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalCommon


@tagged("post_install", "-at_install")
class TestQuickLine(LegalCommon):
    """One line of text, understood and priced before it is saved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate(amount=333.33)
        cls.matter = cls._create_matter(matter_number="D2031-014")
        cls.odd = cls._create_matter(matter_number="MARTIN / 31 bis", name="Merger")
        cls.Line = cls.env["account.analytic.line"].with_user(cls.associate_user)

    def _count(self):
        return self.env["account.analytic.line"].search_count([])

    def _matter_of(self, line):
        shown = self.Line.legal_quick_preview(line)["matter"]
        return shown and shown["number"]

    # ------------------------------------------------------------- preview = result

    def test_the_preview_is_the_result_and_writes_nothing(self):
        for line in [
            "D2031-014 1h02 conclusions #acte",
            "martin 31 bis 37m appel #appel @hier",
            "D2031-014 0,1 courriel #gestion",
            "D2031-014 7h #audience plaidoirie @lundi",
        ]:
            with self.subTest(line):
                before = self._count()
                preview = self.Line.legal_quick_preview(line)
                self.env.flush_all()
                self.assertEqual(self._count(), before)
                self.assertFalse(preview["missing"] or preview["refused"])
                result = self.Line.legal_quick_create(line)
                entry = self.Line.browse(result["id"])
                self.assertEqual(preview["price"], result["price"])
                self.assertEqual(preview["minutes"], round(entry.unit_amount * 60))
                price = preview["price"]
                self.assertEqual(
                    price["billable_minutes"], round(entry.hours_billable * 60)
                )
                self.assertEqual(price["rate"], entry.rate)
                self.assertEqual(price["amount"], entry.amount_billable)
                self.assertEqual(price["why"], entry.rate_source)
                self.assertEqual(price["is_billable"], entry.is_billable)
                self.assertEqual(preview["date"], str(entry.date))
                self.assertEqual(preview["narrative"], entry.narrative)
                self.assertEqual(preview["matter"]["id"], entry.matter_id.id)

    def test_a_preview_costs_a_fixed_number_of_queries(self):
        line = "D2031-014 1h02 conclusions #acte"
        self.Line.legal_quick_preview(line)
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            self.Line.legal_quick_preview(line)

    # ------------------------------------------------------------------- numbers

    def test_a_number_is_found_in_the_format_of_the_firm(self):
        for line, number in [
            ("d2031-014 1h x", "D2031-014"),
            ("1h x D2031 014", "D2031-014"),
            ("martin/31bis 1h x", "MARTIN / 31 bis"),
            ("1h Martin 31 bis x", "MARTIN / 31 bis"),
            ("014 1h x", None),
            ("2031-014 1h x", "D2031-014"),
            ("1h x 2031/014", "D2031-014"),
            ("1h sur l'article 2031", False),
            ("nowhere 1h x", False),
        ]:
            with self.subTest(line):
                found = self._matter_of(line)
                if number is None:  # 014 may be the end of another number too
                    self.assertIn(found, (False, "D2031-014"))
                else:
                    self.assertEqual(found, number)

    def test_a_part_that_two_numbers_share_names_none(self):
        self._create_matter(matter_number="C2031-014")
        self.assertFalse(self._matter_of("2031-014 1h x"))
        self.assertEqual(self._matter_of("C2031-014 1h x"), "C2031-014")

    def test_a_number_follows_its_matter(self):
        self.matter.sudo().matter_number = "NEW-1"
        self.assertEqual(self._matter_of("new1 1h x"), "NEW-1")

    def test_a_client_names_his_only_matter(self):
        client = self._create_client(name="Zéphyrin Quincaillerie")
        mine = self._create_matter(partner_id=client.id)
        self.assertEqual(self._matter_of("@@zéphyrin 1h x"), mine.matter_number)
        self._create_matter(partner_id=client.id)
        shown = self.Line.legal_quick_preview("@@zéphyrin 1h x")
        self.assertFalse(shown["matter"])
        self.assertIn("several matters", shown["missing"])
        shown = self.Line.legal_quick_preview("@@nobody 1h x")
        self.assertIn("nobody", shown["missing"])

    def test_what_one_may_not_see_is_never_understood_or_completed(self):
        client = self._create_client(name="Zéphyrin Quincaillerie")
        walled = self._create_matter(
            is_walled=True,
            members=self.env["res.users"],
            matter_number="W2031-99",
            partner_id=client.id,
            name="Hidden object",
        )
        for line in ["W2031-99 1h x", "W2031 1h x", "@@zéphyrin 1h x", "hidden", "W20"]:
            with self.subTest(line):
                shown = self.Line.legal_quick_preview(line, None, len(line))
                self.assertFalse(shown["matter"])
                self.assertFalse(shown["completions"])
        shown = self.Line.legal_quick_preview("1h x", {"matter_id": walled.id})
        self.assertFalse(shown["matter"])
        with self.assertRaises(UserError):
            self.Line.legal_quick_create("1h x", {"matter_id": walled.id})

    # ------------------------------------------------------------------- what lacks

    def test_each_thing_that_lacks_is_one_sentence(self):
        for line, words in [
            ("1h conclusions", "Which matter"),
            ("D2031-014 conclusions", "How long"),
            ("D2031-014 1h", "What was done"),
            ("D2031-014 1h x #nothing", "#nothing"),
            ("D2031-014 1h x #co", "#co may be"),
        ]:
            with self.subTest(line):
                before = self._count()
                self.assertIn(words, self.Line.legal_quick_preview(line)["missing"])
                with self.assertRaisesRegex(UserError, words):
                    self.Line.legal_quick_create(line)
                self.assertEqual(self._count(), before)

    def test_a_refusal_is_shown_before_saving(self):
        outsider = self._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        line = "D2031-014 1h conclusions"
        shown = self.Line.with_user(outsider).legal_quick_preview(line)
        self.assertIn("not on the team", shown["refused"])
        with self.assertRaisesRegex(ValidationError, "not on the team"):
            self.Line.with_user(outsider).legal_quick_create(line)
        shown = self.Line.legal_quick_preview("D2031-014 1h x @2025-12-31")
        self.assertIn("opened on", shown["refused"])

    def test_no_rate_is_said_and_refuses_nothing(self):
        self.env["legal.rate"].search([]).unlink()
        shown = self.Line.legal_quick_preview("D2031-014 1h conclusions")
        self.assertFalse(shown["missing"] or shown["refused"])
        self.assertFalse(shown["price"]["has_rate"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_records_no_time_is_refused(self):
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "quick.portal",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        with self.assertRaises(AccessError):
            self.Line.with_user(portal).legal_quick_preview("D2031-014 1h x")

    # --------------------------------------------------------------- what is known

    def test_the_line_wins_over_what_the_screen_knows(self):
        day = fields.Date.context_today(self.Line) - timedelta(days=3)
        defaults = {
            "matter_id": self.odd.id,
            "date": str(day),
            "minutes": 30,
            "narrative": "Meeting",
            "activity_code_id": self.activity.id,
        }
        shown = self.Line.legal_quick_preview("", defaults)
        self.assertEqual(shown["matter"]["id"], self.odd.id)
        self.assertEqual((shown["minutes"], shown["date"]), (30, str(day)))
        self.assertEqual(shown["narrative"], "Meeting")
        shown = self.Line.legal_quick_preview("D2031-014 1h appel #rdv @hier", defaults)
        self.assertEqual(shown["matter"]["id"], self.matter.id)
        self.assertEqual((shown["minutes"], shown["narrative"]), (60, "appel"))

    def test_a_task_of_another_matter_is_left_out(self):
        task = self.env["project.task"].create(
            {"name": "Claim", "project_id": self.matter.project_id.id}
        )
        defaults = {"task_id": task.id, "matter_id": self.matter.id}
        line = self.Line.legal_quick_create("1h x", defaults)
        self.assertEqual(self.Line.browse(line["id"]).task_id, task)
        line = self.Line.legal_quick_create("martin 31 bis 1h x", defaults)
        self.assertFalse(self.Line.browse(line["id"]).task_id)

    def test_nonsense_from_a_browser_is_harmless(self):
        for defaults in [
            {"matter_id": "1 OR 1", "minutes": "x", "date": False},
            {"matter_id": -1, "task_id": 10**9},
            {"user_id": 1},
        ]:
            shown = self.Line.legal_quick_preview("1h x", defaults)
            self.assertFalse(shown["matter"])

    # ----------------------------------------------------------------- completion

    def test_words_are_completed_by_what_begins_them(self):
        for line, kind, text in [
            ("1h #aud", "activity", "#audience"),
            ("1h @hi", "day", "@hier"),
            ("1h merg", "matter", "MARTIN / 31 bis"),
            ("2031-014", "matter", None),
            ("1h @@client", "matter", "D2031-014"),
        ]:
            with self.subTest(line):
                shown = self.Line.legal_quick_preview(line, None, len(line))
                found = [c for c in shown["completions"] if c["kind"] == kind]
                if text:
                    self.assertIn(text, [c["text"] for c in found])
                    start, stop = found[0]["start"], found[0]["stop"]
                    self.assertEqual(line[start:stop], line.split()[-1])
                else:
                    self.assertFalse(found)

    def test_records_say_what_they_know(self):
        task = self.env["project.task"].create(
            {"name": "Claim", "project_id": self.matter.project_id.id}
        )
        event = self.env["calendar.event"].create(
            {
                "name": "Meeting with the client",
                "start": "2026-03-03 09:00:00",
                "stop": "2026-03-03 10:30:00",
                "res_model_id": self.env["ir.model"]._get_id("legal.matter"),
                "res_id": self.matter.id,
            }
        )
        me = self.associate_user
        action = self.matter.with_user(me).action_record_time()
        self.assertEqual(action["params"], {"matter_id": self.matter.id})
        params = task.with_user(me).action_start_timer()["params"]
        self.assertEqual(
            params,
            {"matter_id": self.matter.id, "task_id": task.id, "narrative": "Claim"},
        )
        params = event.with_user(me).action_record_time()["params"]
        self.assertEqual(params["minutes"], 90)
        self.assertEqual(params["date"], "2026-03-03")
        self.assertEqual(params["narrative"], "Meeting with the client")
        self.assertEqual(params["matter_id"], self.matter.id)
