import csv
import io
from collections import defaultdict
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user

from .common import LegalBillingCommon
from .portal_common import offer_demo_provider

NARRATIVE = "Étude de la clause secrète"


class OnlineCommon(LegalBillingCommon):
    """Clients who paid online, without a browser: the demonstration provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_journal = cls.company_data["default_journal_bank"]
        cls.provider, cls.pay_method = offer_demo_provider(cls.env, cls.bank_journal)
        cls.method_line = cls.bank_journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == cls.provider
        )
        cls.outstanding = cls.method_line.payment_account_id
        cls.outsider = new_test_user(
            cls.env,
            login="hors.dossier",
            groups="legal_timesheet.group_legal_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_invoice(cls, post=True, **kw):
        """Return an invoice of 2 h at 280 €: 560,00 + VAT = 672,00 €."""
        matter = kw.pop("matter", None) or cls._create_matter(
            **kw.pop("matter_values", {})
        )
        if not matter.agreement_ids:
            cls._create_agreement(matter, [{"kind": "hourly"}])
        cls._create_entry(matter, "partner", 2.0, "2026-04-01", narrative=NARRATIVE)
        _prebill, move = cls._bill(matter, "2026-04-30", post=False)
        move.write(
            {"invoice_payment_term_id": False, "invoice_date_due": "2099-05-30", **kw}
        )
        if post:
            move.action_post()
        move._portal_ensure_token()
        return move

    def _create_tx(self, moves=None, amount=None, **kw):
        """Return a transaction, as the page makes it."""
        moves = moves if moves is not None else self.env["account.move"]
        partner = kw.pop("partner", None) or moves[:1].partner_id or self.client
        count = self.env["payment.transaction"].search_count([])
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.pay_method.id,
                    "reference": f"T{count}-{moves[:1].id}",
                    "amount": amount or sum(moves.mapped("amount_residual")),
                    "currency_id": self.company.currency_id.id,
                    "partner_id": partner.id,
                    "operation": "online_direct",
                    "invoice_ids": [Command.set(moves.ids)],
                    **kw,
                }
            )
        )

    def _pay_by_code(self, moves, amount=None, day="2026-06-01", **kw):
        """Return the payment of a transaction that the provider confirmed."""
        tx = self._create_tx(moves, amount, **kw)
        with freeze_time(f"{day} 10:00:00"):
            tx._process("demo", {"reference": tx.reference, "simulated_state": "done"})
            tx._post_process()
        return tx.payment_id.sudo(False).with_env(self.env)

    def _refund(self, payment, amount, day="2026-06-02"):
        """Return the payment by which a part was given back online."""
        source = payment.payment_transaction_id.sudo()
        tx = source._create_child_transaction(amount, is_refund=True)
        with freeze_time(f"{day} 10:00:00"):
            tx._process("demo", {"reference": tx.reference, "simulated_state": "done"})
            tx._post_process()
        return tx.payment_id.sudo(False).with_env(self.env)

    def _create_bank_line(self, amount, ref="DEMOPAY", day="2026-06-05", **kw):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "date": day,
                "payment_ref": ref,
                "amount": amount,
                **kw,
            }
        )

    def assertFecBalanced(self):
        """Assert that the tax office's file balances, entry by entry."""
        wizard = self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": "2026-12-31", "test_file": True}
        )
        self.env.flush_all()
        text = wizard.generate_fec()["file_content"].decode()
        head, *rows = csv.reader(io.StringIO(text), delimiter="|")
        self.assertTrue(rows)
        entries = defaultdict(Decimal)
        for row in rows:
            line = dict(zip(head, row, strict=True))
            debit, credit = (
                Decimal(line[name].replace(",", ".")) for name in ("Debit", "Credit")
            )
            entries[line["JournalCode"], line["EcritureNum"]] += debit - credit
        self.assertEqual({k: v for k, v in entries.items() if v}, {})
