from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import DunningCommon

DAY = date(2026, 9, 1)
LATE = date(2033, 9, 1)


@tagged("post_install", "-at_install")
class TestBadDebt(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("account.group_account_manager")
        cls.matter.write({"mandate_ended_on": "2026-04-30"})
        cls.Debt = cls.env["legal.bad.debt"]

    def setUp(self):
        super().setUp()
        clock = freeze_time(f"{DAY} 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)

    def _make(self, move, percent=50):
        debt = self.Debt.create({"move_id": move.id, "reason": "age"})
        debt._book_doubtful(DAY, percent)
        return debt

    def _balances(self, debt):
        """Return the balance of each account that the invoice and the debt touch."""
        moves = debt.move_id | debt.entry_ids
        moves |= self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", debt.move_id.id)]
        )
        found = {}
        for line in moves.filtered(lambda m: m.state == "posted").line_ids:
            code = line.account_id.code
            found[code] = round(found.get(code, 0) + line.balance, 2)
        return {code: amount for code, amount in found.items() if amount}

    def _lose(self, debt):
        debt.write_off_reason = "Société radiée"
        self.env.user.group_ids |= self.env.ref(
            "legal_timesheet.group_legal_management"
        )
        debt.action_write_off()

    def test_vat_on_payment_to_the_cent(self):
        move = self._create_invoice()
        debt = self._make(move)
        self.assertEqual(
            self._balances(debt),
            {
                "706000": -1000,
                "445740": -200,
                "416000": 1200,
                "681740": 500,
                "491000": -500,
            },
        )
        # It stays open, and is chased like any other.
        self.assertEqual(move.amount_residual, 1200)
        rows = self.Action._get_receivables(DAY, self.company, moves=move)
        self.assertFalse(rows[0].hold)

        self._lose(debt)
        self.assertEqual(
            self._balances(debt),
            {"706000": -1000, "654100": 1000, "681740": 500, "781740": -500},
        )
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(debt.amount_vat, 200)
        self.assertFalse(debt.vat_note_id)

        debt.action_take_back()
        self.assertEqual(
            self._balances(debt),
            {"706000": -1000, "445740": -200, "411100": 1200},
        )
        self.assertEqual(move.amount_residual, 1200)

    def test_paid_in_part_before_and_after(self):
        move = self._create_invoice()
        self._pay(move, 500, on=date(2026, 6, 10))
        debt = self._make(move, 100)
        # 700 left, of which 583,33 without VAT
        self.assertEqual((debt.amount_doubtful, debt.amount_provision), (700, 583.33))
        self._pay(move, 100, on=date(2026, 8, 20))
        self.assertEqual(debt.amount_paid_since, 100)
        debt.action_adjust()
        self.assertEqual((debt.amount_doubtful, debt.state), (600, "doubtful"))
        balances = self._balances(debt)
        self.assertEqual(balances["416000"], 600)
        self.assertEqual(balances["491000"], -500)
        self._lose(debt)
        balances = self._balances(debt)
        self.assertEqual(balances["654100"], 500)
        self.assertNotIn("416000", balances)
        self.assertNotIn("491000", balances)
        self.assertNotIn("445740", balances)

    def test_paid_in_full_after_all(self):
        move = self._create_invoice()
        debt = self._make(move)
        self._pay(move, on=date(2026, 8, 20))
        debt.action_adjust()
        self.assertEqual(debt.state, "recovered")
        balances = self._balances(debt)
        self.assertNotIn("416000", balances)
        self.assertNotIn("491000", balances)
        self.assertEqual(balances["445710"], -200)

    def test_vat_on_the_invoice_is_recovered_with_a_note(self):
        move = self._create_invoice(post=False)
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 20),
                ("tax_exigibility", "=", "on_invoice"),
                ("price_include_override", "!=", "tax_included"),
            ],
            limit=1,
        )
        move.invoice_line_ids.tax_ids = tax
        move.invoice_line_ids.legal_category_id = False
        move.invoice_line_ids.matter_id = False
        move.action_post()
        debt = self._make(move)
        self._lose(debt)
        self.assertEqual(debt.amount_vat, 200)
        self.assertTrue(debt.vat_note_id.raw.startswith(b"%PDF"))
        line = debt.entry_ids.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual(line.balance, 200)
        self.assertEqual(
            line.tax_repartition_line_id.repartition_type
            + line.tax_repartition_line_id.document_type,
            "taxrefund",
        )
        self.assertNotIn("416000", self._balances(debt))

    def test_blocked_while_it_can_be_claimed(self):
        move = self._create_invoice()
        debt = self._make(move)
        accountant = new_test_user(
            self.env,
            "bad.accountant",
            groups="account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        own = debt.with_user(accountant)
        with self.assertRaisesRegex(UserError, move.name):
            own.action_write_off()
        debt.write_off_reason = "Société radiée"
        with self.assertRaisesRegex(UserError, move.name):
            own.action_write_off()
        self.assertEqual(debt.state, "doubtful")
        # Prescribed: nobody needs to be asked.
        with freeze_time(f"{LATE} 09:00:00"):
            self.env.invalidate_all()
            wizard = (
                self.env["legal.doubtful.proposal"]
                .with_user(accountant)
                .create({"mode": "lost", "company_id": self.company.id, "day": LATE})
            )
            line = wizard.line_ids.filtered(lambda item: item.move_id == move)
            self.assertEqual((line.reason, line.is_chosen), ("prescribed", True))
            wizard.action_apply()
        self.assertEqual(debt.state, "lost")
        self.assertEqual(self._balances(debt)["654400"], 1000)

    def test_proposal_by_age_and_risk(self):
        old = self._create_invoice()
        insolvent = self._create_invoice(
            matter=None,
            partner_id=self.consumer.id,
            invoice_date=date(2026, 8, 1),
            invoice_date_due=date(2026, 8, 20),
        )
        fresh = self._create_invoice(invoice_date_due=date(2026, 8, 20))
        self.consumer.write(
            {
                "insolvency_kind": "over_indebted",
                "insolvency_opened_on": date(2026, 8, 25),
            }
        )
        wizard = self.env["legal.doubtful.proposal"].create({"day": DAY})
        rows = {line.move_id: line for line in wizard.line_ids}
        self.assertNotIn(fresh, rows)
        self.assertEqual((rows[old].reason, rows[old].rate_percent), ("age", 25))
        self.assertEqual(
            (rows[insolvent].reason, rows[insolvent].rate_percent),
            ("insolvency", 100),
        )
        wizard.line_ids.filtered(
            lambda line: line.move_id not in old | insolvent
        ).is_chosen = False
        wizard.action_apply()
        debts = self.Debt.search([("move_id", "in", (old | insolvent).ids)])
        self.assertEqual(sum(debts.mapped("amount_provision")), 250 + 1000)
        again = self.env["legal.doubtful.proposal"].create({"day": DAY})
        self.assertFalse(again.line_ids.move_id & (old | insolvent))

    def test_rights(self):
        debt = self._make(self._create_invoice())
        for login, group in (
            ("lawyer", "legal_timesheet.group_legal_user"),
            ("collector", "legal_dunning.group_legal_collector"),
        ):
            user = new_test_user(
                self.env,
                f"bad.{login}",
                groups=group,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for method in ("action_write_off", "action_take_back", "action_adjust"):
                with self.assertRaises(UserError):
                    getattr(debt.with_user(user), method)()
        self.assertEqual(debt.state, "doubtful")

    def test_collective_proceedings(self):
        move = self._create_invoice()
        self.client.write(
            {
                "insolvency_kind": "liquidation",
                "insolvency_opened_on": date(2026, 6, 20),
                "insolvency_published_on": date(2026, 7, 2),
            }
        )
        self.assertEqual(self.client.insolvency_due_on, date(2026, 9, 2))
        kind = self.env.ref("legal_dunning.mail_activity_declaration")

        def tasks():
            return self.client.activity_ids.filtered(
                lambda a: a.activity_type_id == kind
            )

        self.assertEqual(tasks().date_deadline, date(2026, 9, 2))
        policy = move._get_dunning_policies()[move]
        self.assertEqual(move._get_dunning_hold(policy), "insolvent")
        self.assertTrue(self.Action._explain_hold("insolvent"))
        found = move._get_dunning_claims(date(2026, 5, 15), 1200, DAY)
        self.assertEqual(found["indemnity"], 0)
        # 36 days to the opening, at 12,15 %
        self.assertEqual(found["interest"], 14.38)
        self.assertTrue(move._is_indemnity_barred(DAY))
        self.assertEqual(float(move._get_interest_statement(DAY).interest), 14.38)
        # A debt born later is chased as ever.
        later = self._create_invoice(
            invoice_date=date(2026, 7, 20),
            invoice_date_due=date(2026, 8, 20),
            legal_period_from=date(2026, 7, 1),
            legal_period_to=date(2026, 7, 15),
        )
        self.assertFalse(later._get_dunning_hold(policy))
        with self.assertRaises(UserError):
            self.client.insolvency_declared_on = date(2026, 8, 15)
        self.client.write(
            {
                "insolvency_declared_on": date(2026, 8, 15),
                "insolvency_declared_proof": "LRAR 3",
            }
        )
        self.assertFalse(tasks())
        self.assertEqual(move.prescription_state, "interrupted")
        with self.assertRaises(ValidationError):
            self.client.insolvency_opened_on = False

    def test_other_stop_causes(self):
        move = self._create_invoice(
            matter=self._create_matter(partner_id=self.consumer.id),
            partner_id=self.consumer.id,
        )
        policy = move._get_dunning_policies()[move]
        self.assertFalse(move._get_dunning_hold(policy))
        move.matter_ids.legal_aid = "full"
        self.assertEqual(move._get_dunning_hold(policy), "legal_aid")
        move.matter_ids.legal_aid = "none"
        self.consumer.write(
            {
                "insolvency_kind": "over_indebted",
                "insolvency_opened_on": date(2026, 8, 1),
            }
        )
        self.assertEqual(move._get_dunning_hold(policy), "over_indebted")
        for reason in ("legal_aid", "over_indebted"):
            self.assertTrue(self.Action._explain_hold(reason))
