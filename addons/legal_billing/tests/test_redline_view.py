import io
from datetime import date

from pypdf import PdfReader

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_redline import MONTH_END, RedlineCommon


@tagged("post_install", "-at_install")
class TestRedlineView(RedlineCommon):
    """The bill beside what was proposed, on screen and on paper; for the firm."""

    def _rows(self, prebill):
        return {
            line["id"]: line
            for section in prebill.get_redline()["sections"]
            for line in section["lines"]
        }

    def _print(self, report, record):
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, _kind = engine._render_qweb_pdf(f"legal_billing.{report}", record.ids)
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
        return " ".join(" ".join(pages).replace("\xa0", " ").split())

    def test_nothing_changed(self):
        redline = self.prebill.get_redline()
        totals = redline["totals"]
        self.assertEqual((totals["proposed"], totals["billed"]), (1220, 1220))
        self.assertEqual((totals["steps"], redline["acts"]), ([], []))
        self.assertEqual(
            {line["status"] for line in redline["sections"][0]["lines"]}, {"same"}
        )

    def test_struck_and_inserted_values_and_the_way_to_the_total(self):
        """Proposed 1 000 (cap of 220 off 1 220); 280 given up, so the cap goes."""
        prebill = self._propose_capped(1000)
        one, two = prebill.line_ids.filtered("entry_id").sorted("id")
        one.write(
            {
                "hours": 1,
                "decision": "write_down",
                "reason_id": self.reason.id,
                "narrative": "Étude",
            }
        )
        other = self._create_matter()
        two.move_to_matter(other.id, note="Mauvais dossier")
        redline, rows = prebill.get_redline(), self._rows(prebill)
        first, second = rows[one.id], rows[two.id]
        self.assertEqual(first["status"], "changed")
        self.assertEqual(
            first["narrative"],
            {
                "old": "Diligence confidentielle partner 2.0",
                "new": "Étude",
                "is_changed": True,
            },
        )
        self.assertEqual((first["hours"]["old"], first["hours"]["new"]), (2, 1))
        self.assertEqual((first["amount"]["old"], first["amount"]["new"]), (560, 280))
        self.assertIn(self.reason.name, first["tags"])
        self.assertEqual(second["status"], "moved")
        self.assertEqual((second["amount"]["old"], second["amount"]["new"]), (660, 0))
        self.assertIn(other.matter_number, second["tags"][0])
        totals = redline["totals"]
        self.assertEqual((totals["proposed"], totals["billed"]), (1000, 280))
        steps = {step["kind"]: step["amount"] for step in totals["steps"]}
        self.assertEqual(steps, {"lost": -280, "moved": -660, "derived": 220})
        self.assertEqual([act["act"] for act in redline["acts"]], ["move", "edit"])
        self.assertEqual(redline["acts"][0]["note"], "Mauvais dossier")
        self.assertEqual(redline["acts"][0]["amount_change"], -660)
        prebill.undo_last()
        rows = self._rows(prebill)
        self.assertEqual(rows[two.id]["status"], "same")
        self.assertTrue(prebill.get_redline()["acts"][1]["is_undone"])

    def test_what_follows_later_was_not_proposed(self):
        """A minimum of 500 under 560 of hours: 60 off, and 0 of it was proposed."""
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {"kind": "hourly"},
                {"kind": "minimum", "amount": 500, "minimum_scope": "period"},
            ],
            date_from="2026-04-01",
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-01")
        prebill = self._propose(matter)
        self.assertEqual(prebill.amount_fees, 560)
        prebill.line_ids.act("write_down", self.reason.id, amount=100)
        totals = prebill.get_redline()["totals"]
        self.assertEqual((totals["proposed"], totals["billed"]), (560, 500))
        steps = {step["kind"]: step["amount"] for step in totals["steps"]}
        self.assertEqual(steps, {"lost": -100, "derived": 40})
        figures = prebill.get_review_figures()[prebill.id]
        self.assertEqual((figures["proposed"], figures["billed"]), (560, 500))

    def test_every_figure_adds_up_after_all_acts(self):
        other = self._create_matter()
        self._create_cost(self.matter, "expense", 100, "2026-04-03")
        self._create_entry(self.matter, "associate", 4, "2026-04-04")
        self._create_entry(self.matter, "associate", 1, "2026-04-05")
        self.prebill.action_cancel()
        prebill = self._propose(self.matter)
        lines = prebill.line_ids.sorted(lambda line: (line.kind, line.id))
        cost, one, two, three, four = lines
        cost.act("write_off", self.reason.id)
        three.split_entry([1, 3])
        prebill.adjust_to(1500, reason_id=self.reason.id)
        four.act("postpone")
        prebill.set_discount(5, reason_id=self.reason.id)
        one.move_to_matter(other.id)
        two.write({"rate": 300, "decision": "bill", "amount": 900})
        redline = prebill.get_redline()
        totals = redline["totals"]
        gap = totals["billed"] - totals["proposed"]
        self.assertAlmostEqual(
            sum(step["amount"] for step in totals["steps"]), gap, places=2
        )
        self.assertEqual(totals["proposed"], 2220)
        self.assertEqual(totals["billed"], prebill.amount_untaxed)
        for section in redline["sections"]:
            self.assertAlmostEqual(
                sum(line["amount"]["new"] for line in section["lines"]),
                section["new"],
                places=2,
            )
        move = self._invoice(prebill)
        self.assertEqual(move.amount_untaxed, totals["billed"])

    def test_the_redline_is_read_in_few_queries(self):
        def measure(count):
            matter = self._create_matter()
            self._create_agreement(matter, [{"kind": "hourly"}])
            for day in range(count):
                self._create_entry(matter, "partner", 1, f"2026-04-{day + 1:02d}")
            prebill = self._propose(matter)
            for line in prebill.line_ids:
                line.write({"narrative": f"Acte {line.id}"})
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            prebill.get_redline()
            prebill.get_review_figures()
            return self.env.cr.sql_log_count - start

        measure(1)  # what is read once a process
        self.assertEqual(measure(2), measure(9))

    def test_the_printed_redline_and_what_the_client_never_reads(self):
        self.agreement.invoice_text_policy = "detailed"
        self.first.write(
            {
                "hours": 1,
                "decision": "write_down",
                "reason_id": self.reason.id,
                "narrative": "Étude du bail",
            }
        )
        self.second.act("write_off", self.reason.id, note="Trop long pour ce dossier")
        text = self._print("action_report_prebill_redline", self.prebill)
        for words in (
            self.env._("internal document, not for the client"),
            "Diligence confidentielle partner 2.0",
            "Étude du bail",
            "560,00",
            "280,00",
            self.reason.name,
            "Trop long pour ce dossier",
            self.env.user.name,
        ):
            self.assertIn(words, text)
        move = self._invoice(self.prebill)
        printed = self._print("action_report_invoice", move)
        detail = str(move._legal_get_detail()) + str(move._legal_get_portal_values())
        self.assertIn("Étude du bail", printed)
        for secret in (
            "confidentielle",
            "560",
            "660",
            self.reason.name,
            "Trop long",
            self.env._("internal document, not for the client"),
        ):
            self.assertNotIn(secret, printed)
            self.assertNotIn(secret, detail)

    def test_clients_and_outsiders_have_no_redline(self):
        self.first.narrative = "Autre"
        for name, groups in (
            ("portal", "base.group_portal"),
            ("office", "base.group_user,legal_timesheet.group_legal_user"),
        ):
            user = new_test_user(
                self.env,
                f"redline_{name}",
                groups=groups,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            self.env.invalidate_all()
            for method in ("get_redline", "get_review_figures"):
                with self.subTest(name, method=method):
                    with self.assertRaises(AccessError):
                        getattr(self.prebill.with_user(user), method)()

    # -- figures ---------------------------------------------------------------------

    def test_figures_for_many_prebills_at_once(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly", "cap_amount": 5000}])
        self._create_entry(matter, "partner", 1.0, "2026-03-01")
        _old, move = self._bill(matter, "2026-03-31")
        self._create_entry(matter, "partner", 2.0, "2026-04-01")
        self._create_entry(matter, "senior", 3.0, "2026-04-02")
        prebill = self._propose(matter)
        line = prebill.line_ids.filtered("entry_id").sorted("id")[0]
        line.act("write_down", self.reason.id, amount=60)
        both = prebill | self.prebill
        figures = both.with_user(self.lawyers["partner"].user_id).get_review_figures()
        own = figures[prebill.id]
        self.assertEqual((own["standard"], own["billed"]), (1220, 1160))
        self.assertEqual(own["proposed"], 1220)
        self.assertAlmostEqual(own["realisation"], 95.08, places=2)
        self.assertEqual(
            own["lost"],
            [{"reason_id": self.reason.id, "reason": self.reason.name, "amount": 60}],
        )
        (cap,) = own["caps"]
        self.assertEqual((cap["limit"], cap["left"]), (5000, 5000 - 1160 - 280))
        self.assertEqual(
            [(row["number"], row["residual"]) for row in own["invoices"]],
            [(move.name, move.amount_total)],
        )
        self.assertEqual(own["client_due"], move.amount_total)
        self.assertEqual(figures[self.prebill.id]["invoices"], [])
        self.assertEqual(figures[self.prebill.id]["client_due"], move.amount_total)

    def test_provisions_by_payer(self):
        provision = self.env["legal.provision"].create(
            {"matter_id": self.matter.id, "amount_untaxed": 900, "work": "Étude"}
        )
        (row,) = self.prebill.get_review_figures()[self.prebill.id]["provisions"]
        self.assertEqual((row["partner"], row["available"]), (self.client.name, 0))
        self.assertEqual(provision.amount_available, 0)

    # -- the call --------------------------------------------------------------------

    def test_the_call_planned_is_an_activity_and_a_warning_when_sending(self):
        responsible = self.lawyers["partner"].user_id
        self.prebill.plan_call("2026-05-04", "Expliquer le dépassement")
        activity = self.prebill.activity_ids
        self.assertEqual(activity.user_id, responsible)
        self.assertEqual(activity.date_deadline, date(2026, 5, 4))
        self.assertIn("dépassement", activity.note)
        self.prebill.call_planned_on = "2026-05-05"
        self.assertEqual(len(self.prebill.activity_ids), 1)
        move = self._invoice(self.prebill)
        Send = self.env["account.move.send"]

        def get_alert():
            data = {"sending_methods": set(), "mail_partner_ids": []}
            data = {move: {**data, "invoice_edi_format": None, "extra_edis": set()}}
            return Send._get_alerts(move, data).get("legal_call_planned")

        alert = get_alert()
        self.assertEqual(alert["level"], "warning")
        self.assertIn(self.prebill.name, alert["message"])
        self.prebill.with_user(responsible).activity_ids.action_feedback()
        self.assertEqual(self.prebill.call_done_on, fields.Date.today())
        self.assertFalse(get_alert())
        self.prebill.plan_call(False)
        self.assertFalse(self.prebill.call_planned_on)

    def test_the_call_is_marked_on_the_prebill(self):
        self.prebill.plan_call("2026-05-04")
        self.prebill.action_call_made()
        self.assertTrue(self.prebill.call_done_on)
        self.assertFalse(self.prebill.activity_ids)
        self.assertEqual(MONTH_END, self.prebill.date_to)
