from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LegalBillingCommon

MONTH_END = date(2026, 3, 31)
CREDITED = date(2026, 4, 10)


class CreditCommon(LegalBillingCommon):
    def _credit(self, move, *chosen, scope="lines", **kw):
        """Credit by the wizard, as a billing manager does.

        :param chosen: (pre-bill line, outcome) or (line, "reduce", amount)
        """
        wizard = (
            self.env["legal.invoice.credit"]
            .with_context(default_move_id=move.id)
            .create({"reason": "erreur de saisie", "date": CREDITED, "scope": scope})
        )
        for line, outcome, *amount in chosen:
            row = wizard.line_ids.filtered(lambda r, li=line: r.prebill_line_id == li)
            row.write({"is_chosen": True, "outcome": outcome})
            if amount:
                row.amount = amount[0]
        wizard.write(kw)
        return wizard._credit()

    def _lines(self, prebill, *entries):
        by_entry = prebill.line_ids.grouped("entry_id")
        return [by_entry[entry] for entry in entries]


@tagged("post_install", "-at_install")
class TestCreditNote(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.first = cls._create_entry(cls.matter, "partner", 2.0, "2026-03-01")
        cls.second = cls._create_entry(cls.matter, "senior", 3.0, "2026-03-02")
        cls.cost = cls._create_cost(cls.matter, "expense", 40, "2026-03-03")

    # -- what comes back ---------------------------------------------------------

    def test_chosen_line_goes_back_and_is_billed_again(self):
        self.company.legal_seals_entries = False  # tests what a draft gives back
        prebill, move = self._bill(self.matter, MONTH_END)
        (line,) = self._lines(prebill, self.first)
        line._set_figures({"narrative": "Consultation du 1er mars"})
        refund = self._credit(move, (line, "give_back"))
        self.assertEqual(
            (refund.amount_untaxed, refund.amount_tax, refund.amount_total),
            (560.0, 112.0, 672.0),
        )
        self.assertEqual(refund.invoice_line_ids.filtered("quantity").quantity, 2.0)
        self.assertEqual(refund.reversed_entry_id, move)
        self.assertEqual(refund._legal_get_document_type_code(), "381")
        self.assertEqual(refund._legal_get_preceding_invoices(), move)
        self.assertEqual(refund._legal_get_credit_reason(), "Erreur de saisie")
        self.assertEqual(
            (self.first | self.second).mapped("billing_status"), ["approved", "billed"]
        )
        self.assertEqual(self.cost.billing_status, "billed")
        self.assertEqual(move.amount_residual, 840.0)
        self.assertTrue(refund.legal_can_rebill)
        again = self.env["legal.prebill"].browse(refund.action_legal_rebill()["res_id"])
        self.assertEqual(again.line_ids.entry_id, self.first)
        self.assertEqual(again.line_ids.narrative, "Consultation du 1er mars")
        self.assertEqual(again.amount_untaxed, 560.0)
        refund.invalidate_recordset(["legal_can_rebill"])
        self.assertFalse(refund.legal_can_rebill)
        with self.assertRaisesRegex(UserError, again.name):
            refund.button_draft()
        with self.assertRaisesRegex(UserError, "Nothing that"):
            refund.action_legal_rebill()

    def test_amount_lowered_leaves_the_hours_billed(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        (line,) = self._lines(prebill, self.first)
        refund = self._credit(move, (line, "reduce", 59.99), reason_id=self.reason.id)
        self.assertEqual((refund.amount_untaxed, refund.amount_tax), (59.99, 12.0))
        self.assertEqual(self.first.billing_status, "billed")
        self.assertEqual((line.amount, line.amount_net), (560.0, 500.01))
        self.assertEqual(line.credit_ids.reason_id, self.reason)
        with self.assertRaisesRegex(UserError, "500"):
            self._credit(move, (line, "reduce", 500.02), reason_id=self.reason.id)
        rest = self._credit(move, (line, "give_back"))
        self.assertEqual(rest.amount_untaxed, 500.01)
        self.assertEqual(self.first.billing_status, "approved")

    def test_given_up_work_is_never_billed_again(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        (line,) = self._lines(prebill, self.first)
        with self.assertRaisesRegex(UserError, "reason"):
            self._credit(move, (line, "write_off"))
        self._credit(move, (line, "write_off"), reason_id=self.reason.id)
        self.assertEqual(self.first.billing_status, "written_off")
        self.assertFalse(self.env["legal.prebill"]._generate(self.matter, CREDITED)[0])

    def test_whole_invoice_given_back_or_given_up(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        refund = self._credit(move, scope="all")
        self.assertEqual(refund.amount_total, move.amount_total)
        self.assertEqual(move.payment_state, "reversed")
        self.assertEqual(self.cost.billing_status, "to_bill")
        again, move = self._bill(self.matter, MONTH_END)
        self.assertEqual(again.amount_total, prebill.amount_total)
        self._credit(move, scope="all", outcome="write_off", reason_id=self.reason.id)
        self.assertEqual(move.payment_state, "reversed")
        self.assertEqual(
            {self.first.billing_status, self.second.billing_status}, {"written_off"}
        )
        self.assertEqual(self.cost.billing_status, "written_off")

    def test_paid_invoice_leaves_a_credit_of_the_client(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"payment_date": CREDITED})._create_payments()
        self.assertEqual(self.first.billing_status, "paid")
        (line,) = self._lines(prebill, self.first)
        refund = self._credit(move, (line, "give_back"))
        self.assertEqual(refund.amount_residual, 672.0)
        self.assertEqual(
            (self.first | self.second).mapped("billing_status"), ["approved", "paid"]
        )

    # -- what follows from the lines -----------------------------------------------

    def test_cap_follows_what_stays_billed(self):
        """840 + 660 capped at 1 000; without the 660 the cap takes nothing off."""
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly", "cap_amount": 1000}])
        stays = self._create_entry(matter, "partner", 3.0, "2026-03-01")
        goes = self._create_entry(matter, "senior", 3.0, "2026-03-02")
        prebill, move = self._bill(matter, MONTH_END)
        self.assertEqual(move.amount_untaxed, 1000.0)
        (line,) = self._lines(prebill, goes)
        refund = self._credit(move, (line, "give_back"))
        self.assertEqual(refund.amount_untaxed, 160.0)
        self.assertEqual(
            (stays | goes).mapped("billing_status"), ["billed", "approved"]
        )
        _again, second = self._bill(matter, MONTH_END)
        self.assertEqual(second.amount_untaxed, 160.0)

    def test_discount_follows_in_proportion(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly", "discount_percent": 10}])
        self._create_entry(matter, "partner", 1.0, "2026-03-01")
        goes = self._create_entry(matter, "senior", 1.0, "2026-03-02")
        prebill, move = self._bill(matter, MONTH_END)
        (line,) = self._lines(prebill, goes)
        refund = self._credit(move, (line, "give_back"))
        self.assertEqual((move.amount_untaxed, refund.amount_untaxed), (450.0, 198.0))
        self.assertEqual(sum(prebill.line_ids.mapped("amount_net")), 252.0)

    def test_payers_are_credited_together_to_the_cent(self):
        matter = self._create_matter(
            payer_ids=[
                Command.create(
                    {
                        "partner_id": self.consumer.id,
                        "kind": "percent",
                        "percent": 33.33,
                    }
                ),
                Command.create({"partner_id": self.client.id, "kind": "remainder"}),
            ]
        )
        self._create_agreement(matter, [{"kind": "hourly"}])
        goes = self._create_entry(matter, "partner", 1.0, "2026-03-01")
        stays = self._create_entry(matter, "senior", 1.0, "2026-03-02")
        prebill, moves = self._bill(matter, MONTH_END)
        (line,) = self._lines(prebill, goes)
        with self.assertRaisesRegex(UserError, "billed on .* too"):
            self._credit(moves[0], (line, "give_back"), with_others=False)
        payers = moves.legal_payer_id
        billed = payers._get_amounts_billed()
        refunds = self._credit(moves[0], (line, "give_back"))
        self.assertEqual(len(refunds), 2)
        self.assertEqual(refunds.legal_payer_id, payers)
        self.assertEqual(sum(refunds.mapped("amount_untaxed")), 280.0)
        after = payers._get_amounts_billed()
        self.assertAlmostEqual(sum(billed.values()) - sum(after.values()), 280.0)
        self.assertEqual(
            (goes | stays).mapped("billing_status"), ["approved", "billed"]
        )

    # -- stock ways lead there too ---------------------------------------------------

    def test_stock_button_opens_the_choice_of_acts(self):
        _prebill, move = self._bill(self.matter, MONTH_END)
        self.assertEqual(move.action_reverse()["res_model"], "legal.invoice.credit")

    def test_stock_reversal_gives_everything_back(self):
        self.company.legal_seals_entries = False  # tests what a draft gives back
        prebill, move = self._bill(self.matter, MONTH_END)
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": CREDITED, "journal_id": move.journal_id.id})
        )
        reversal.refund_moves()
        refund = reversal.new_move_ids
        self.assertEqual(self.first.billing_status, "billed")
        refund.action_post()
        self.assertEqual(self.first.billing_status, "approved")
        self.assertEqual(prebill.line_ids.credit_ids.mapped("amount"), [560, 660, 40])
        refund.button_draft()
        self.assertEqual(self.first.billing_status, "billed")
        self.assertEqual(move.amount_residual, move.amount_total)
        refund.action_post()
        with self.assertRaisesRegex(UserError, "takes back a part"):
            move.button_draft()

    def test_stock_draft_changed_by_hand_is_refused(self):
        _prebill, move = self._bill(self.matter, MONTH_END)
        refund = move._reverse_moves([{"invoice_date": CREDITED}])
        refund.invoice_line_ids.filtered(lambda line: line.display_type == "product")[
            0
        ].price_unit = 100
        with self.assertRaisesRegex(UserError, "use “Credit note” on the invoice"):
            refund.action_post()
        with self.assertRaisesRegex(UserError, "draft credit note"):
            move.action_legal_credit()
        refund.unlink()
        self.assertFalse(self.env["legal.prebill.credit"].search([]))

    def test_stock_reversal_takes_what_is_left(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        (line,) = self._lines(prebill, self.first)
        self._credit(move, (line, "give_back"))
        refund = move._reverse_moves([{"invoice_date": CREDITED}])
        refund.action_post()
        self.assertEqual(refund.amount_untaxed, 700.0)
        self.assertEqual(move.payment_state, "reversed")

    def test_stock_correct_and_reinvoice_is_refused(self):
        _prebill, move = self._bill(self.matter, MONTH_END)
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": CREDITED, "journal_id": move.journal_id.id})
        )
        with self.assertRaisesRegex(UserError, "Bill again"):
            reversal.modify_moves()

    def test_one_of_several_invoices_is_not_cancelled_alone(self):
        matter = self._create_matter(
            payer_ids=[
                Command.create(
                    {"partner_id": self.consumer.id, "kind": "percent", "percent": 50}
                ),
                Command.create({"partner_id": self.client.id, "kind": "remainder"}),
            ]
        )
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(matter, "partner", 1.0, "2026-03-01")
        prebill, moves = self._bill(matter, MONTH_END, post=False)
        with self.assertRaisesRegex(UserError, "cancel them together"):
            moves[0].button_cancel()
        moves.button_cancel()
        self.assertEqual(prebill.state, "approved")

    # -- screen and wall -----------------------------------------------------------

    def test_form_shows_what_will_be_credited(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        wizard = self.env["legal.invoice.credit"].with_context(default_move_id=move.id)
        with Form(wizard) as form:
            form.reason = "erreur"
            self.assertEqual(form.amount_untaxed, 1260.0)
            form.scope = "lines"
            with form.line_ids.edit(0) as row:
                row.is_chosen = True
                row.outcome = "reduce"
                row.amount = 60
            self.assertEqual(form.amount_untaxed, 60.0)
            self.assertTrue(form.has_loss)
            form.reason_id = self.reason

    def test_wall_hides_the_acts_and_what_became_of_them(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        refund = self._credit(move, scope="all")
        self.matter.is_walled = True
        outsider = new_test_user(
            self.env,
            "outside.manager",
            groups="legal_billing.group_legal_billing_manager,base.group_allow_export",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        credits = prebill.line_ids.credit_ids
        Credit = self.env["legal.prebill.credit"].with_user(outsider)
        self.assertFalse(Credit.search([("id", "in", credits.ids)]))
        self.assertFalse(
            Credit._read_group([("id", "in", credits.ids)], [], ["__count"])[0][0]
        )
        with self.assertRaises(AccessError):
            credits.with_user(outsider).export_data(["amount"])
        move = self._bill(self.matter, MONTH_END)[1]
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "may not open"):
            self.env["legal.invoice.credit"].with_user(outsider).with_context(
                default_move_id=move.id
            ).create({"reason": "x"})
        with self.assertRaisesRegex(UserError, "may not open"):
            move.with_user(outsider).action_reverse()
        # The books go on all the same: a whole reversal shows no act.
        self.assertTrue(refund.with_user(outsider).read(["amount_total"]))

    def test_constraint_exists(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = 'legal_prebill_credit_once'"
        )
        self.assertTrue(self.env.cr.fetchone())
