import csv
import io
import json
import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged
from odoo.tools import config

from .test_provision import ProvisionCommon

COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum"
    " CompAuxLib PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet"
    " ValidDate Montantdevise Idevise"
).split()


@tagged("post_install", "-at_install")
class TestLedgerFile(ProvisionCommon):
    """The tax office's file of entries (FEC, LPF A47 A-1), by Odoo's own export."""

    def _export(self):
        wizard = self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": "2026-12-31", "test_file": True}
        )
        self.env.flush_all()
        exported = wizard.generate_fec()
        text = exported["file_content"].decode()
        return exported["file_name"], list(csv.reader(io.StringIO(text), delimiter="|"))

    def test_cases_5_and_6_with_their_receipts(self):
        """Case 6: provision 1 500 + 300, invoice 1 634,40 paid; case 5: 1 869,16.

        Receipts: 1 800 + 1 634,40 + 1 869,16 = 5 303,56; VAT due on them
        300 + 264,80 + 256,90 = 821,70; turnover 2 728 + 96 + 1 284,50 = 4 108,50;
        advanced for clients 45,60 + 327,76 = 373,36.
        """
        deposit = self._receive(self._ask(), invoiced="2026-03-05")
        _prebill, final = self._bill_case_6()
        self._pay_move(final, "2026-06-10")
        mixed = self._bill_case_5()
        self._pay_move(mixed, "2026-06-12")
        name, rows = self._export()
        self.assertRegex(name, r"^\d{9}FEC20261231\.txt$")
        header, rows = rows[0], rows[1:]
        self.assertEqual(header, COLUMNS)
        balances, entries = defaultdict(Decimal), defaultdict(Decimal)
        for row in rows:
            line = dict(zip(COLUMNS, row, strict=True))
            with self.subTest(line["EcritureNum"]):
                for day in ("EcritureDate", "PieceDate", "ValidDate"):
                    self.assertRegex(line[day], r"^20\d{6}$")
                self.assertTrue(line["EcritureLib"] and line["PieceRef"])
                self.assertNotIn("confidentielle", " ".join(row))
            debit, credit = (_number(line[side]) for side in ("Debit", "Credit"))
            balances[line["CompteNum"]] += debit - credit
            entries[line["JournalCode"], line["EcritureNum"]] += debit - credit
        self.assertFalse(any(entries.values()), "each entry is balanced")
        expected = {
            "411100": "0",
            "419100": "0",
            "445740": "0",
            "445710": "-821.70",
            "706000": "-3928.00",
            "708500": "-180.50",
        }
        for account, balance in expected.items():
            self.assertEqual(balances[account], Decimal(balance), account)
        advanced = sum(b for code, b in balances.items() if code.startswith("467"))
        self.assertEqual(advanced, Decimal("-373.36"))
        received = self._received(balances)
        self.assertEqual(received, Decimal("5303.56"))
        labels = {row[10] for row in rows if row[8] in (final.name, mixed.name)}
        matters = (self.matter | mixed.sudo().matter_ids).mapped("name")
        for label in labels:
            for matter in matters:
                self.assertNotIn(matter, label)
        self.assertTrue(deposit.name)

    def test_no_output_tells_what_was_done(self):
        """Under the neutral policy: not one word of an act, nor what the matter is
        called inside the firm, in anything that leaves it or that accounting reads."""
        secrets = ("confidentielle", "Litige commercial")
        invoices = self._bill_hours(policy="neutral")
        shared = self._create_matter(
            payer_ids=[
                Command.create(
                    {"partner_id": self.consumer.id, "kind": "percent", "percent": 40}
                ),
                Command.create({"partner_id": self.client.id, "kind": "remainder"}),
            ]
        )
        self._create_agreement(
            shared, [{"kind": "hourly"}], invoice_text_policy="neutral"
        )
        self._create_entry(shared, "partner", 2.0, "2026-04-02")
        invoices |= self._bill(shared, "2026-04-30")[1]
        for move in invoices:
            self._pay_move(move, "2026-06-10")
        credit = invoices[0]._reverse_moves([{"invoice_date": "2026-06-11"}])
        credit.action_post()
        documents = self._send(invoices | credit)
        outputs = {"FEC": json.dumps(self._export()[1], ensure_ascii=False)}
        report = self.env["legal.ereporting"].create(
            {"flux": "10.3", "date_from": "2026-04-01", "date_to": "2026-04-30"}
        )
        report.action_compute()
        outputs["e-reporting"] = str(report.read()) + str(report.line_ids.read())
        with tempfile.TemporaryDirectory() as folder:
            self.startPatcher(
                patch.dict(config.options, {"legal_exchange_dir": folder})
            )
            channel = self.env["legal.einvoice.channel"].create(
                {"name": "Dossier", "starts_on": "2026-01-01", "folder": "pa"}
            )
            channel.action_exchange()
            for path in sorted(Path(folder).rglob("*.*")):
                if path.suffix != ".pdf":
                    outputs[f"exchange {path.name}"] = path.read_text()
        for move in documents:
            pdf, xml = self._get_files(move)
            reader = PdfReader(io.BytesIO(pdf))
            texts = [page.extract_text() for page in reader.pages]
            outputs[f"PDF {move.name}"] = " ".join(texts)
            packet = reader.trailer["/Root"]["/Metadata"].get_object().get_data()
            outputs[f"metadata {move.name}"] = str(reader.metadata) + packet.decode()
            outputs[f"XML {move.name}"] = xml.decode()
            self.assertEqual(list(reader.attachments), ["factur-x.xml"])
            outputs[f"embedded {move.name}"] = b"".join(
                reader.attachments["factur-x.xml"]
            ).decode()
            attached = self.env["ir.attachment"].search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "=", move.id),
                    ("res_field", "in", (False, *move._fields)),
                ]
            )
            names = (attached | move.message_ids.attachment_ids).mapped("name")
            self.assertFalse([name for name in names if "annex" in name.lower()])
            outputs[f"messages {move.name}"] = str(
                move.message_ids.mapped(lambda m: (m.subject, m.body))
            )
            entries = move | self._cash_basis(move) | move.matched_payment_ids.move_id
            entries |= move.line_ids.full_reconcile_id.reconciled_line_ids.move_id
            self.assertEqual(bool(entries - move), move != credit)
            outputs[f"ledger {move.name}"] = str(
                [
                    entries.read(["name", "ref", "payment_reference", "narration"]),
                    entries.line_ids.mapped("name"),
                    entries.line_ids.analytic_line_ids.mapped("name"),
                ]
            )
        self.assertGreaterEqual(len(outputs), 20)
        for name, text in outputs.items():
            self.assertTrue(text.strip(), name)
            for secret in secrets:
                with self.subTest(output=name, secret=secret):
                    self.assertNotIn(secret, text)

    def _received(self, balances):
        """Return what came in: bank and payments on their way, class 5."""
        return sum(b for code, b in balances.items() if code.startswith("5"))


def _number(text):
    return Decimal(text.strip().replace(",", ".") or "0")
