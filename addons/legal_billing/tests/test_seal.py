from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_document import DocumentCommon
from .test_billing_run_steps import RunCommon


@tagged("post_install", "-at_install")
class TestSeal(DocumentCommon, RunCommon):
    """What is posted stays: by the screens, by the ORM, and SQL is found out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.company_data["default_journal_sale"]

    def _bill_one(self):
        self.assertFalse(self.company.legal_sealed_on)
        move = self._bill_hours()
        self.assertTrue(move.inalterable_hash)
        return move

    def _pay(self, move):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": "2026-05-20"})
            ._create_payments()
        )

    def _check_chains(self):
        """Return {journal: status} of Odoo's own report."""
        self.env.flush_all()
        results = self.company._check_hash_integrity()["results"]
        return {
            (one["journal_name"], one["status"])
            for one in results
            if one["status"] != "no_data"
        }

    def test_the_first_invoice_seals_and_no_way_leads_around(self):
        self.assertFalse(self.sales.restrict_mode_hash_table)
        move = self._bill_one()
        company = self.company
        self.assertEqual(company.legal_sealed_on, fields.Date.context_today(company))
        self.assertTrue(company.restrictive_audit_trail)
        journals = company._legal_get_sealed_journals()
        self.assertEqual(
            set(journals.mapped("type")) - {"credit"},
            {"sale", "bank", "cash", "general"},
        )
        self.assertIn(company.tax_cash_basis_journal_id, journals)
        self.assertTrue(all(journals.mapped("restrict_mode_hash_table")))
        new = self.env["account.journal"].create(
            {"name": "Banque 2", "type": "bank", "code": "BQ2"}
        )
        self.assertTrue(new.restrict_mode_hash_table)
        fee = move.invoice_line_ids.filtered(lambda li: li.display_type == "product")[0]
        term = move.line_ids.filtered(lambda li: li.display_type == "payment_term")
        sudo = move.sudo().with_context(
            skip_readonly_check=True, force_delete=True, check_move_validity=False
        )
        line = fee.sudo().with_context(check_move_validity=False)
        before = (move.name, move.amount_total, move.inalterable_hash)
        ways = {
            "name": lambda: sudo.write({"name": "FAC/2026/09999"}),
            "date": lambda: sudo.write({"date": "2026-04-16"}),
            "invoice date": lambda: sudo.write({"invoice_date": "2026-04-16"}),
            "client": lambda: sudo.write({"partner_id": self.consumer.id}),
            "state": lambda: sudo.write({"state": "draft"}),
            "cancelled": lambda: sudo.write({"state": "cancel"}),
            "draft": sudo.button_draft,
            "cancel": sudo.button_cancel,
            "unlink": sudo.unlink,
            "total": lambda: sudo.write({"amount_total": 1}),
            "hash": lambda: sudo.write({"inalterable_hash": False}),
            "sealing": lambda: sudo.with_context(legal_sealing=True).write(
                {"inalterable_hash": "$4$0"}
            ),
            "price": lambda: line.write({"price_unit": 1}),
            "quantity": lambda: line.write({"quantity": 99}),
            "balance": lambda: line.write({"balance": -1}),
            "credit": lambda: line.write({"credit": 1}),
            "currency amount": lambda: line.write({"amount_currency": -1}),
            "label": lambda: line.write({"name": "autre"}),
            "tax": lambda: line.write({"tax_ids": [Command.clear()]}),
            "account": lambda: line.write({"account_id": term.account_id.id}),
            "line away": lambda: line.unlink(),
            "line moved": lambda: line.write({"move_id": move.copy().id}),
            "line added": lambda: self.env["account.move.line"].create(
                {"move_id": move.id, "account_id": fee.account_id.id, "debit": 1}
            ),
            "line by the move": lambda: sudo.write(
                {"line_ids": [Command.update(fee.id, {"price_unit": 3})]}
            ),
            "journal": lambda: self.sales.sudo().write(
                {"restrict_mode_hash_table": False}
            ),
            "setting": lambda: company.write({"legal_seals_entries": False}),
            "audit trail": lambda: company.write({"restrictive_audit_trail": False}),
        }
        for name, way in ways.items():
            with self.subTest(name), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    way()
                    self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((move.name, move.amount_total, move.inalterable_hash), before)
        self.assertEqual(move.state, "posted")

    def test_what_has_to_go_on_goes_on_and_the_chain_is_whole(self):
        move = self._bill_one()
        term = move.line_ids.filtered(lambda li: li.display_type == "payment_term")
        term.date_maturity = "2026-07-01"
        move.write({"narration": "Merci", "invoice_date_due": "2026-07-01"})
        self._send(move)
        self.assertTrue(move.invoice_pdf_report_id)
        payment = self._pay(move)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        entries = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id)]
        )
        self.assertTrue(entries)
        self.assertTrue(all(entries.mapped("inalterable_hash")))
        self.assertTrue(not payment.move_id or payment.move_id.inalterable_hash)
        # A wrong match is undone by a reversal, never by taking the entry away.
        term.remove_move_reconcile()
        self.assertTrue(all(entries.exists().mapped("inalterable_hash")))
        other = self._bill_case_5()
        credit = other._reverse_moves([{"invoice_date": other.invoice_date}])
        credit.action_post()
        self.assertTrue(credit.inalterable_hash)
        found = self._check_chains()
        self.assertEqual({status for _journal, status in found}, {"verified"})
        numbers = sorted((move | other).mapped("sequence_number"))
        self.assertEqual(numbers, [numbers[0], numbers[0] + 1])
        # Beside the ORM nothing is refused, but everything shows.
        fee = move.invoice_line_ids.filtered(lambda li: li.display_type == "product")[0]
        self.env.cr.execute(
            "UPDATE account_move_line SET credit = credit - 1 WHERE id = %s", [fee.id]
        )
        self.env.invalidate_all()
        self.assertIn(
            "corrupted", {status for _journal, status in self._check_chains()}
        )

    def test_history_with_a_hole_and_bank_lines_not_matched(self):
        self.company.legal_seals_entries = False
        old = [self._bill_hours() for _rank in range(3)]
        self.assertFalse(old[2].inalterable_hash)
        old[1].button_draft()
        old[1].name = False
        old[1].button_cancel()
        bank = self.company_data["default_journal_bank"]
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "date": "2026-05-02",
                "payment_ref": "VIR",
                "amount": 10,
            }
        )
        self.company.legal_seals_entries = True
        move = self._bill_hours()
        self.assertTrue(move.inalterable_hash and old[2].inalterable_hash)
        self.assertFalse(old[0].inalterable_hash, "before the hole")
        self.assertFalse(line.move_id.inalterable_hash, "not matched yet")
        second = line.copy({"date": "2026-05-03", "amount": 20})
        self._pay(move)
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.company_data["default_account_revenue"]
        self.assertTrue(line.is_reconciled)
        self.env["account.journal"]._legal_cron_seal()
        self.assertTrue(line.move_id.inalterable_hash)
        self.assertFalse(second.move_id.inalterable_hash)
        self.assertEqual(
            {status for _journal, status in self._check_chains()}, {"verified"}
        )

    def test_sealing_costs_less_than_a_query_an_invoice(self):
        matters = self._create_many(24)
        run = self._create_run()
        run._run_prebills()
        run._run_approve()
        prebills = run.line_ids.prebill_id
        self.assertEqual(len(prebills), len(matters))
        counts = {}
        for rank, is_sealed in enumerate((False, True)):
            self.company.legal_seals_entries = is_sealed
            some = prebills[12 * rank : 12 * rank + 12]
            warm, some = some[:2], some[2:]
            warm._create_invoices(run.invoice_date)._legal_post_at_once()
            self.env.flush_all()
            before = self.cr.sql_log_count
            moves = some._create_invoices(run.invoice_date)
            moves._legal_post_at_once()
            self.env.flush_all()
            counts[is_sealed] = self.cr.sql_log_count - before
            self.assertEqual(all(moves.mapped("inalterable_hash")), is_sealed)
        self.assertLessEqual(counts[True] - counts[False], 10, counts)
