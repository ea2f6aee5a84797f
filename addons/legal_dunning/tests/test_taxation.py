import io
import re
import zipfile
from datetime import date, datetime

from freezegun import freeze_time
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.legal_billing.tests import facturx_checker

from .common import FIRST, DunningCommon

TODAY = date(2026, 8, 20)
LIMIT = "legal_dunning.mail_activity_assessment_limit"
ALERT = "legal_dunning.mail_activity_assessment_alert"


@tagged("post_install", "-at_install")
class TestTaxation(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"legal_form": "SELARL", "legal_capital": 10000})
        cls.File = cls.env["legal.taxation.file"]

    def setUp(self):
        super().setUp()
        clock = freeze_time(f"{TODAY} 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)

    def _bill_matter(self, **kw):
        """A matter with an agreement, hours on an invoice, a disbursement, a payment
        in part and a reminder."""
        matter = self._create_matter(**kw)
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(matter, "partner", 6.5, "2026-03-03")
        self._create_entry(matter, "senior", 4, "2026-03-20")
        self._create_disbursement(matter, 89.76, "2026-03-21")
        _prebill, move = self._bill(matter, "2026-03-31", post=False)
        move.write(
            {
                "invoice_date": date(2026, 4, 15),
                "invoice_payment_term_id": False,
                "invoice_date_due": date(2026, 5, 15),
            }
        )
        move.action_post()
        return matter, move

    def _make(self, matter):
        matter.action_make_taxation_files()
        record = self.File.search([("matter_id", "=", matter.id)])
        record._make(datetime(2026, 8, 20, 9, 0))
        return record

    def test_one_click_file(self):
        matter, move = self._bill_matter()
        with freeze_time("2026-05-22 09:00:00"):
            self._run(FIRST)
        self._pay(move, 500, on=date(2026, 6, 10))
        matter.mandate_ended_on = date(2026, 7, 1)
        move._client_contest("dispute", [], "200", "Je conteste.", self.client)
        self.env["legal.reading.event"]._log("opened", move, address=self.client.email)
        record = self._make(matter)
        kinds = record.piece_ids.filtered("is_included").mapped("kind")
        for kind in (
            "agreement",
            "invoice",
            "account",
            "work",
            "payments",
            "costs",
            "proof",
            "reminder",
            "reading",
            "interest",
            "prescription",
        ):
            self.assertIn(kind, kinds)
        self.assertEqual(record.amount_claimed, move.amount_residual)
        pdf = record.pdf_attachment_id.raw
        self.assertEqual(facturx_checker.check_pdfa(pdf), [])
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
        self.assertEqual(record.page_count, len(pages))
        # Each page bears its number, each exhibit its stamp on the pages of the index.
        index = next(text for text in pages if re.search(r"Index|Bordereau", text))
        for number, text in enumerate(pages, 1):
            self.assertIn(f"Page {number} / {len(pages)}", text)
        included = record.piece_ids.filtered("is_included")
        for piece in included:
            span = (
                str(piece.page_from)
                if piece.page_from == piece.page_to
                else f"{piece.page_from}–{piece.page_to}"
            )
            self.assertRegex(index.replace("\n", " "), rf"\b{piece.number} .*{span}")
            for page in range(1, len(pages) + 1):
                stamped = re.search(
                    rf"(?:Exhibit no\.|Pièce n°)\s*{piece.number}\b(?!\s*,)",
                    pages[page - 1].split(f"Page {page} /")[-2][-40:]
                    + pages[page - 1][-60:],
                )
                inside = piece.page_from <= page <= piece.page_to
                self.assertEqual(bool(stamped), inside, (piece.name, page))
        # The sums are those of the ledger; the petition quotes its exhibits.
        whole = " ".join(pages).replace("\u202f", " ").replace("\xa0", " ")
        self.assertIn(move.name, whole)
        # What the client objected to is proposed; a person puts it in.
        objection = record.piece_ids.filtered(lambda p: p.kind == "objection")
        self.assertEqual((len(objection), objection.is_included), (1, False))
        self.assertNotIn("Je conteste.", whole)
        objection.is_included = True
        record._make(datetime(2026, 8, 20, 9, 0))
        reader = PdfReader(io.BytesIO(record.pdf_attachment_id.raw))
        self.assertIn("Je conteste.", " ".join(p.extract_text() for p in reader.pages))
        objection.is_included = False
        record._make(datetime(2026, 8, 20, 9, 0))
        # The same facts give the same bytes; the ZIP holds each exhibit.
        digest = record.pdf_sha256
        archive = record.zip_attachment_id.raw
        record._make(datetime(2026, 8, 20, 9, 0))
        self.assertEqual(record.pdf_sha256, digest)
        self.assertEqual(record.zip_attachment_id.raw, archive)
        names = zipfile.ZipFile(io.BytesIO(archive)).namelist()
        self.assertEqual(len(names), len(included) + 2)

    def test_missing_pieces_are_sentences(self):
        matter = self._create_matter()
        move = self._create_invoice(matter=matter)
        matter.action_make_taxation_files()
        record = self.File.search([("matter_id", "=", matter.id)])
        self.assertEqual(record.move_ids, move)
        findings = record.finding_text.split("\n")
        self.assertGreaterEqual(len(findings), 4)
        self.assertTrue(record.criteria)
        before = len(findings)
        record.criteria = "Fortune : moyenne. Difficulté : réelle."
        record.invalidate_recordset(["finding_text"])
        self.assertEqual(len(record.finding_text.split("\n")), before - 1)
        # Pressed twice: the same file.
        matter.action_make_taxation_files()
        self.assertEqual(self.File.search_count([("matter_id", "=", matter.id)]), 1)

    def test_large_and_broken_documents(self):
        matter = self._create_matter()
        self._create_invoice(matter=matter)
        matter.action_make_taxation_files()
        record = self.File.search([("matter_id", "=", matter.id)])
        broken = self.env["ir.attachment"].create(
            {"name": "x.pdf", "raw": b"%PDF-1.4 no"}
        )
        huge = self.env["ir.attachment"].create(
            {"name": "y.pdf", "raw": b"%PDF-1.4" + b"0" * (26 * 1024 * 1024)}
        )
        for attachment in (broken, huge):
            self.env["legal.taxation.piece"].create(
                {
                    "file_id": record.id,
                    "kind": "other",
                    "name": attachment.name,
                    "attachment_id": attachment.id,
                }
            )
        record._make(datetime(2026, 8, 20, 9, 0))
        slips = record.piece_ids.filtered("is_slip")
        self.assertEqual(slips.attachment_id, broken | huge)
        self.assertEqual(facturx_checker.check_pdfa(record.pdf_attachment_id.raw), [])

    def test_limits_of_the_procedure(self):
        matter = self._create_matter(partner_id=self.consumer.id)
        matter.mandate_ended_on = date(2024, 9, 30)
        self._create_invoice(matter=matter, partner_id=self.consumer.id)
        record = self._make(matter)
        with self.assertRaises(UserError):
            record._file(date(2026, 8, 21), "LRAR 1")
        record._file(TODAY, "LRAR 1A 1")
        self.assertEqual(record.decision_due, date(2026, 12, 20))
        self.assertEqual(record.president_until, date(2027, 1, 20))
        self.assertEqual(matter.prescription_state, "interrupted")
        with self.assertRaises(UserError):
            record.facts = "autre"

        def limits(xmlid):
            kind = self.env.ref(xmlid)
            found = record.activity_ids.filtered(lambda a: a.activity_type_id == kind)
            return found.mapped("date_deadline")

        self.assertEqual(limits(LIMIT), [date(2026, 12, 20)])
        warned = []
        for day in ("2026-12-21", "2027-01-05", "2027-01-06", "2027-01-13"):
            with freeze_time(f"{day} 09:00:00"):
                self.env.invalidate_all()
                self.File._cron_watch_limits()
                warned.append(len(limits(ALERT)))
        self.assertEqual(limits(LIMIT), [date(2027, 1, 20)])
        self.assertEqual(warned, [0, 1, 1, 2])
        with self.assertRaises(ValidationError):
            record.extension_months = 5
        record.extension_months = 2
        self.assertEqual(record.president_until, date(2027, 3, 20))

        # Rejected for good: the interruption never was.
        with freeze_time("2027-01-30 09:00:00"):
            record.write({"decided_on": date(2027, 1, 25), "outcome": "withdrawn"})
            self.assertEqual(matter.prescription_state, "expired")
            record.write({"outcome": "granted"})
            self.assertEqual(matter.prescription_on, date(2029, 1, 25))
            record.notified_on = date(2027, 1, 28)
            self.assertEqual(record.appeal_until, date(2027, 2, 28))
            record.appealed_on = date(2027, 2, 1)
            self.assertEqual(matter.prescription_state, "interrupted")

    def test_decision_is_executed_to_the_cent(self):
        for kind in ("acts", "lines"):
            with self.subTest(kind):
                if kind == "acts":
                    matter, move = self._bill_matter()
                else:
                    matter = self._create_matter()
                    move = self._create_invoice(matter=matter)
                record = self._make(matter)
                record._file(TODAY, "LRAR 2")
                claimed = record.amount_claimed
                record.write(
                    {
                        "decided_on": TODAY,
                        "outcome": "partly",
                        "amount_taxed": claimed - 600,
                    }
                )
                record.action_execute()
                self.assertEqual(record.credit_move_ids.amount_total, 600)
                self.assertEqual(record.credit_move_ids.amount_untaxed, 500)
                self.assertEqual(move.amount_residual, claimed - 600)
                self.assertEqual(record.state, "decided")
                with self.assertRaises(UserError):
                    record.action_execute()

    def test_claim_outside_that_jurisdiction(self):
        move = self._create_invoice(matter=None)
        move.action_make_taxation_files()
        record = self.File.search([("move_ids", "in", move.ids)])
        self.assertEqual(record.procedure, "order")
        record.procedure_reason = "Frais de postulation entre confrères"
        record._make(datetime(2026, 8, 20, 9, 0))
        text = "".join(
            page.extract_text()
            for page in PdfReader(io.BytesIO(record.pdf_attachment_id.raw)).pages
        )
        self.assertIn("1405", text)
        self.assertIn("postulation", text)
        record._file(TODAY, "Récépissé")
        self.assertFalse(record.limit_on)

    def test_payer_with_several_matters(self):
        first = self._create_invoice(matter=self._create_matter())
        second = self._create_invoice(matter=self._create_matter())
        self.client.action_make_taxation_files()
        files = self.File.search([("partner_id", "=", self.client.id)])
        self.assertEqual(len(files), 2)
        self.assertEqual(files.move_ids, first | second)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_wall(self):
        walled = self._create_matter(name="Secret", is_walled=True, member_ids=[])
        self._create_invoice(matter=walled)
        record = self._make(walled)
        for login, group in (
            ("outsider", "legal_timesheet.group_legal_user"),
            ("office", "legal_timesheet.group_legal_office"),
            ("manager", "legal_billing.group_legal_billing_manager"),
            ("collector", "legal_dunning.group_legal_collector"),
            ("admin", "legal_timesheet.group_legal_administrator"),
        ):
            user = new_test_user(
                self.env,
                f"tax.{login}",
                groups=f"{group},base.group_allow_export",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            self.env.flush_all()
            self.env.invalidate_all()
            for records in (record, record.piece_ids):
                theirs = records.with_user(user)
                with self.subTest(login=login, model=records._name):
                    self.assertFalse(theirs.search([("id", "in", records.ids)]))
                    self.assertFalse(theirs.name_search(""))
                    self.assertEqual(
                        theirs._read_group(
                            [("id", "in", records.ids)], [], ["__count"]
                        ),
                        [(0,)],
                    )
                    with self.assertRaises(AccessError):
                        theirs[:1].read(["name"])
                    with self.assertRaises(AccessError):
                        theirs[:1].export_data(["name"])
            for attachment in record.pdf_attachment_id | record.zip_attachment_id:
                with self.assertRaises(AccessError):
                    attachment.with_user(user).read(["name"])
        responsible = self.lawyers["partner"].user_id
        self.assertTrue(record.with_user(responsible).read(["amount_claimed"]))

    def test_lawyer_makes_a_file_without_accounting_rights(self):
        matter, _move = self._bill_matter()
        responsible = self.lawyers["partner"].user_id
        matter.with_user(responsible).action_make_taxation_files()
        record = self.File.search([("matter_id", "=", matter.id)])
        record.with_user(responsible).action_make()
        self.assertTrue(record.page_count > 5)
