import io
from unittest.mock import patch

from pypdf import PdfReader

from odoo.tests import BaseCase, tagged

from ..report import press
from . import facturx_checker
from .common_document import DocumentCommon, real_send

PAGE = "<html lang='fr'><head><title>D</title></head><body>Acte {}</body></html>"


def _read(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@tagged("post_install", "-at_install")
class TestPress(BaseCase):
    """Documents of a batch are laid out by helper processes, and none is lost."""

    def setUp(self):
        super().setUp()
        self.addCleanup(press.end_helpers)

    def _lay_out(self, batch, count=6):
        """Lay numbered documents out; check that each got its own text and XML."""
        files = [
            batch.lay_out(PAGE.format(rank), b"<a>%d</a>" % rank if rank % 2 else None)
            for rank in range(count)
        ]
        for rank, get_file in enumerate(files):
            pdf = get_file()
            self.assertIn(f"Acte {rank}", _read(pdf))
            attached = PdfReader(io.BytesIO(pdf)).attachments
            expected = {"factur-x.xml": [b"<a>%d</a>" % rank]} if rank % 2 else {}
            self.assertEqual(dict(attached), expected)
            self.assertEqual(facturx_checker.check_pdfa(pdf), [])

    def test_each_document_is_its_own_and_helpers_stay_for_the_next_batch(self):
        with press.Batch(2) as batch:
            self._lay_out(batch)
            pids = {helper._process.pid for helper in batch._helpers}
        self.assertEqual(len(pids), 2)
        with press.Batch(2) as batch:
            self.assertEqual({h._process.pid for h in batch._helpers}, pids)
            helpers = batch._helpers
        press.end_helpers()
        self.assertFalse(any(helper.is_alive for helper in helpers))
        self.assertFalse(press._idle)

    def test_a_helper_that_dies_loses_no_document(self):
        with press.Batch(2) as batch:
            batch._helpers[0]._process.kill()
            batch._helpers[0]._process.wait()
            with self.assertLogs(press.__name__, "WARNING") as logged:
                self._lay_out(batch)
            self.assertIn("laid out here instead", logged.output[0])
        self.assertEqual(len(press._idle), 1)

    def test_what_is_wrong_with_a_document_is_said_here(self):
        with press.Batch(1) as batch:
            bad = batch.lay_out(PAGE.format(1), b"no XML" * 3)
            good = batch.lay_out(PAGE.format(2))
            self.assertIn("Acte 2", _read(good()))
            with (
                patch.object(press.renderer, "lay_out", side_effect=OSError("no font")),
                patch.object(
                    press.Helper, "lay_out", side_effect=press.HelperLost("no font")
                ),
                self.assertLogs(press.__name__, "WARNING"),
                self.assertRaisesRegex(OSError, "no font"),
            ):
                batch.lay_out(PAGE.format(3))()
            bad()

    def test_without_helpers_documents_are_laid_out_at_once(self):
        with press.Batch() as batch:
            self.assertFalse(batch._helpers)
            self._lay_out(batch, 2)

    def test_no_helper_can_be_started(self):
        with (
            patch.object(press.subprocess, "Popen", side_effect=OSError("no room")),
            self.assertLogs(press.__name__, "WARNING"),
            press.Batch(2) as batch,
        ):
            self._lay_out(batch, 1)

    def test_how_many_helpers(self):
        with patch.object(press.os, "cpu_count", return_value=4):
            for documents, wanted, expected in (
                (1, None, 0),
                (5, 8, 0),
                (6, None, 2),
                (300, None, 4),
                (300, 0, 0),
                (300, 2, 2),
                (300, 99, press.MAX_HELPERS),
                (300, -1, 0),
            ):
                with self.subTest(documents=documents, wanted=wanted):
                    self.assertEqual(press.count_helpers(documents, wanted), expected)


@tagged("post_install", "-at_install")
class TestPressSending(DocumentCommon):
    """Invoices sent together get their own file and e-invoice each."""

    def test_invoices_sent_together(self):
        moves = self.env["account.move"]
        for hours in ((1, 0, 0), (2, 0, 0), (3, 0, 0)):
            moves |= self._bill_hours(hours)
        self.addCleanup(press.end_helpers)
        with (
            patch.object(press, "MIN_DOCUMENTS", 2),
            patch.object(press.os, "cpu_count", return_value=2),
            patch.object(
                press.Batch,
                "_lay_out_here",
                side_effect=AssertionError("laid out here"),
            ),
            real_send(self.env) as env,
        ):
            self.assertEqual(env["ir.actions.report"]._legal_count_helpers(3), 2)
            env["account.move.send"]._generate_and_send_invoices(
                moves.with_env(env),
                sending_methods=[],
                invoice_edi_format="facturx",
            )
        one, all_of_them = self._count_queries(moves[:1]), self._count_queries(moves)
        self.assertLessEqual(all_of_them - one, 4 * (len(moves) - 1))
        for move in moves:
            pdf = move.invoice_pdf_report_id.raw
            self.assertIn(move.name, _read(pdf))
            self.assertEqual(facturx_checker.check_pdfa(pdf), [])
            (einvoice,) = PdfReader(io.BytesIO(pdf)).attachments["factur-x.xml"]
            self.assertEqual(einvoice, move.ubl_cii_xml_id.raw)

    def _count_queries(self, moves):
        """Return the statements that the texts of these invoices take."""
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        moves._legal_prepare_print()
        for move in moves:
            move._legal_get_print_values()
        return self.env.cr.sql_log_count - before

    def test_the_server_says_how_many(self):
        Report = self.env["ir.actions.report"]
        config = self.env["ir.config_parameter"].sudo()
        with patch.object(press.os, "cpu_count", return_value=4):
            for value, expected in ((False, 4), ("0", 0), ("3", 3), ("many", 4)):
                config.set_param("legal_billing.pdf_helpers", value)
                self.assertEqual(Report._legal_count_helpers(50), expected)
