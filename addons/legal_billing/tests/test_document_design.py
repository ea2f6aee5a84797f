import io
from unittest.mock import patch

from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from . import facturx_checker
from .common_document import DocumentCommon

CIBS = "code des impositions sur les biens et services"


@tagged("post_install", "-at_install")
class TestDesign(DocumentCommon):
    """Two designs, ways to tell the work, codes to pay, findings with a button."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._bill_hours()

    def _print(self, move, report="report_invoice"):
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        return engine._render_qweb_pdf(f"legal_billing.action_{report}", move.ids)[0]

    def _read(self, pdf):
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
        return [page.replace("\N{NO-BREAK SPACE}", " ") for page in pages]

    def test_contemporary_says_all_and_reads_in_order(self):
        self.company.legal_invoice_design = "contemporary"
        pdf = self._print(self.move)
        self.assertEqual(facturx_checker.check_pdf(pdf), [])
        (page,) = self._read(pdf)
        order = [
            "Lanterne Avocats",
            self.move.name,
            "Ateliers Vauban",
            "6 180,00 €",
            "IBAN",
            "Litige commercial",
            "−356,00",
            "1 030,00",
            "majoré de 10 points",
        ]
        places = [page.index(text) for text in order]
        self.assertEqual(places, sorted(places))

    def test_client_has_a_design_of_his_own(self):
        self.assertEqual(self.move._legal_get_design(), "classic")
        self.client.legal_invoice_design = "contemporary"
        self.assertEqual(self.move._legal_get_design(), "contemporary")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", self.move.ids
        )
        self.assertIn(b".lb-band", html)

    def test_samples_of_both_designs(self):
        for design in ("classic", "contemporary"):
            with self.subTest(design):
                pdf = self.company._legal_render_sample(design)
                self.assertEqual(facturx_checker.check_pdfa(pdf), [])
                values = self.company._legal_get_sample_values(design)
                self.assertIn(values["box"]["amount"], values["totals"][-1]["amount"])
        action = self.company.action_legal_preview("classic")
        self.assertIn(f"/legal/sample/{self.company.id}/classic.pdf", action["url"])

    def test_acts_by_person_and_by_kind(self):
        reader = self.move.with_context(lang=self.move.partner_id.lang)
        for policy, words in [
            ("person", "Claire Aubry"),
            ("kind", reader.env._("Other work")),
        ]:
            with self.subTest(policy):
                self.move.invoice_text_policy = policy
                text = "".join(self._read(self._print(self.move)))
                self.assertIn(words, text)
                self.assertNotIn("Diligence confidentielle", text)
                for block in self.move._legal_get_blocks():
                    for section in block["sections"]:
                        self.assertFalse(section["acts"])
                page = str(reader._legal_get_portal_values())
                self.assertIn(words, page)
                self.assertNotIn("Diligence confidentielle", page)
                self.assertTrue(self.move._legal_has_annex())
                annex = "".join(
                    self._read(self._print(self.move, "report_invoice_annex"))
                )
                self.assertIn("Diligence confidentielle", annex)

    def test_client_chooses_what_new_agreements_start_from(self):
        self.client.legal_text_policy = "neutral"
        matter = self._create_matter()
        agreement = self._create_agreement(matter, [{"kind": "hourly"}])
        self.assertEqual(agreement.invoice_text_policy, "neutral")

    def test_method_meter_and_closing_words(self):
        self.company.legal_invoice_thanks = "Merci de votre confiance."
        text = "".join(self._read(self._print(self.move)))
        self.assertIn("Merci de votre confiance.", text)
        (meter,) = self.move._legal_get_meters()
        self.assertEqual((meter["percent"], meter["tone"]), (100, "calm"))
        sentences = " ".join(self.move._legal_get_method())
        self.assertIn("6", sentences)
        agreement = self.move.prebill_ids.agreement_id
        self.assertIn(agreement.name, sentences)
        self.move.invoice_text_policy = "neutral"
        self.assertNotIn(agreement.name, " ".join(self.move._legal_get_method()))

    def test_cost_says_to_whom_it_was_paid(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        supplier = self.env["res.partner"].create({"name": "Courses & Plis"})
        self._create_cost(matter, "expense", 40, "2026-04-01", supplier_id=supplier.id)
        move = self._bill(matter, "2026-04-15")[1]
        for policy, words in [("detailed", supplier.name), ("neutral", "")]:
            move.invoice_text_policy = policy
            (section,) = move._legal_get_sections()
            explanation = section["lines"][0]["explanation"]
            self.assertEqual(words in explanation and bool(explanation), bool(words))

    def test_transfer_code_is_an_epc_code(self):
        lines = self.move._legal_get_epc_text().split("\n")
        self.assertEqual(lines[:4], ["BCD", "002", "1", "SCT"])
        self.assertEqual(lines[6:8], ["FR7630006000011234567890189", "EUR6180.00"])
        self.assertEqual(lines[10], self.move.payment_reference)
        for choice, count in [("link", 1), ("epc", 1), ("both", 2), ("none", 0)]:
            with self.subTest(choice):
                self.company.legal_invoice_codes = choice
                codes = self.move._legal_get_payment()["codes"]
                self.assertEqual(len(codes), count)

    # -- mentions ----------------------------------------------------------------

    def test_every_row_of_the_checklist_is_a_record(self):
        codes = set(self.env["legal.mention"].search([]).mapped("code"))
        wanted = {f"M{rank:02d}" for rank in range(1, 19)}
        wanted |= {"M08c", "M09c", "M08g", "M09g", "M14p", "CDD"}
        self.assertFalse(wanted - codes)
        cited = self.env["legal.mention"].search([("text", "like", "CGI")])
        self.assertTrue(all(mention.cgi_ref for mention in cited))

    def test_cibs_takes_over_on_its_day_in_print_and_xml(self):
        move = self._bill_case_5().copy({"invoice_date": "2028-06-30"})
        self.assertIn("CGI", move._legal_get_exemption_text("disbursement"))
        move.invoice_date = "2028-07-01"
        self.assertIn(CIBS, move._legal_get_exemption_text("disbursement"))
        mentions = move._legal_get_print_values()["mentions"]
        self.assertIn(CIBS, " ".join(mentions))
        for vat_case, code in [("franchise", "M12"), ("outside_eu", "M14")]:
            for day, words in [("2028-06-30", "CGI"), ("2028-07-01", CIBS)]:
                facts = move._legal_get_facts()._replace(vat_cases={vat_case})
                move.invoice_date = day
                facts = facts._replace(date=move.invoice_date)
                with (
                    self.subTest(code, day=day),
                    patch.object(
                        type(move), "_legal_get_facts", lambda self, f=facts: f
                    ),
                ):
                    self.assertIn(words, move._legal_get_exemption_text(vat_case))

    def test_text_in_english_but_not_in_the_e_invoice(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.client.lang = "en_US"
        printed = " ".join(self.move._legal_get_print_values()["mentions"])
        self.assertIn("No discount for early payment", printed)
        self.assertIn("escompte", self.move._legal_get_coded_notes()["AAB"])

    def test_own_text_of_a_firm_replaces_the_common_one(self):
        notice = self.env.ref("legal_billing.legal_mention_m10")
        own = notice.copy(
            {"code": "M10", "company_id": self.company.id, "text": "Escompte de 1 %."}
        )
        mentions = self.env["legal.mention"]._for_move(self.move)
        self.assertIn(own, mentions)
        self.assertNotIn(notice, mentions)

    def test_overlap_is_refused_by_the_database(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = 'legal_mention_no_overlap'"
        )
        self.assertTrue(self.env.cr.rowcount)

    # -- findings ----------------------------------------------------------------

    def test_what_is_missing_has_a_button_to_its_field(self):
        draft = self.move.copy({"invoice_date": "2026-05-01"})
        self.client.write({"street": False, "company_registry": False, "vat": False})
        self.company.write({"phone": False})
        self.env["legal.mention"].search([("note_code", "=", "AAB")]).active = False
        alerts = [
            alert
            for key, alert in draft._get_alerts().items()
            if key.startswith("legal_finding")
        ]
        found = {
            (alert["action"]["res_model"], alert["action"]["context"]["legal_focus"])
            for alert in alerts
        }
        self.assertLessEqual(
            {
                ("res.company", "phone"),
                ("res.partner", "street"),
                ("res.partner", "company_registry"),
                ("legal.mention", "AAB"),
            },
            found,
        )
        self.assertTrue(all(alert["action_text"] for alert in alerts))

    def test_firm_may_be_warned_only_where_no_machine_refuses(self):
        draft = self.move.copy({"invoice_date": "2026-05-01"})
        self.company.write({"phone": False, "legal_document_check": "warn"})
        levels = [alert["level"] for alert in draft._get_alerts().values()]
        self.assertIn("warning", levels)
        draft.action_post()
        self.assertEqual(draft.state, "posted")
        bodies = " ".join(draft.message_ids.mapped(lambda m: str(m.body)))
        self.assertIn(self.company.name, bodies)

    def test_meter_counts_this_document_and_those_before(self):
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "amount": 500,
                    "included_hours": 10,
                    "overrun_rate": 200,
                    "instalment_ids": [
                        Command.create(
                            {"name": "A", "due_on": "2026-03-01", "amount": 250}
                        ),
                        Command.create(
                            {"name": "B", "due_on": "2026-04-01", "amount": 250}
                        ),
                    ],
                }
            ],
        )
        self._create_entry(matter, "partner", 4, "2026-03-02")
        first = self._bill(matter, "2026-03-31")[1]
        self._create_entry(matter, "partner", 7, "2026-04-02")
        second = self._bill(matter, "2026-04-30")[1]
        for move, percent in [(first, 40), (second, 100)]:
            (meter,) = move._legal_get_meters()
            self.assertEqual(meter["percent"], percent)
