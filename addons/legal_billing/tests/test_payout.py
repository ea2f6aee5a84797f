import base64
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .online_common import OnlineCommon

STRIPE = (
    "automatic_payout_id,automatic_payout_effective_at,payment_intent_id,currency,"
    "gross,fee,net,reporting_category,description\n"
)


@tagged("post_install", "-at_install")
class TestPayout(OnlineCommon):
    """What a provider paid to the bank settles the payments it is made of, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.format = cls.env.ref("legal_billing.payout_format_stripe")
        cls.rule = cls.env["legal.payout.rule"].create(
            {
                "method_line_id": cls.method_line.id,
                "date_from": "2026-01-01",
                "percent_from": 1.0,
                "percent_to": 3.0,
                "each_to": 0.25,
                "bank_words": "DEMOPAY, demo pay",
                "format_id": cls.format.id,
            }
        )
        cls.moves = [cls._create_invoice() for _number in range(3)]

    def _look(self):
        return self.env["legal.payout"]._look_for_payouts(
            self.company, date(2026, 6, 6)
        )

    def _import(self, text, name="versements.csv"):
        return (
            self.env["legal.payout.import"]
            .create(
                {
                    "method_line_id": self.method_line.id,
                    "data": base64.b64encode(text.encode()),
                    "filename": name,
                }
            )
            .action_read()
        )

    def _row(self, payment, fee="10.00", payout="po_1", net=None, **kw):
        tx = payment.payment_transaction_id
        gross = kw.get("gross", f"{payment.amount:.2f}")
        net = net or f"{float(gross) - float(fee):.2f}"
        number = kw.get("number", tx.provider_reference)
        kind = kw.get("kind", "charge")
        return f"{payout},2026-06-05 10:00,{number},eur,{gross},{fee},{net},{kind},x\n"

    def _amounts(self, move):
        """Return [(code, balance)] of an entry, as they stand."""
        return sorted((line.account_id.code, line.balance) for line in move.line_ids)

    # -- figures worked by hand

    def test_bank_line_is_proposed_booked_and_undone(self):
        """3 × 672,00 = 2 016,00, fee 30,24 (1.5 %), 1 985,76 on the bank."""
        payments = [self._pay_by_code(move) for move in self.moves]
        self.assertEqual({p.state for p in payments}, {"paid"})
        self.assertFalse(any(p.is_matched for p in payments))
        statement = self._create_bank_line(1985.76, ref="DEMOPAY VIREMENT 4711")
        other = self._create_bank_line(1985.76, ref="VIREMENT CLIENT")
        [made] = self._look()
        self.assertEqual(made.statement_line_id, statement)
        self.assertFalse(other.legal_payout_ids)
        self.assertEqual(
            made.line_ids.payment_id, payments[0] | payments[1] | payments[2]
        )
        self.assertEqual(
            (made.amount_gross, made.amount_fee, made.amount_net, made.state),
            (2016.00, 30.24, 1985.76, "draft"),
        )
        self.assertFalse(made.warning)
        self.assertFalse(self._look())
        before = self._amounts(statement.move_id)
        made.action_book()
        bank = statement.move_id
        self.assertJournalItems(
            bank,
            {
                self.bank_journal.default_account_id.code: 1985.76,
                self.outstanding.code: -2016.00,
                "627800": 30.24,
            },
        )
        self.assertEqual(len(bank.line_ids), 5)
        self.assertAlmostEqual(sum(bank.line_ids.mapped("balance")), 0.0, 6)
        self.assertTrue(statement.is_reconciled)
        self.assertTrue(all(p.is_matched for p in payments))
        self.assertEqual(made.state, "booked")
        ledger = self.env["legal.ledger.check"]._get_rows(self.company, ["online"])
        self.assertEqual([row["difference"] for row in ledger], [0.0])
        self.assertFecBalanced()
        for refused in (
            made.action_book,
            made.unlink,
            made.line_ids.unlink,
            lambda: made.write({"amount_net": 1.0}),
            lambda: made.line_ids[0].write({"amount": 1.0}),
        ):
            with self.assertRaises(UserError):
                refused()
        made.action_undo()
        self.assertEqual(self._amounts(statement.move_id), before)
        self.assertFalse(any(p.is_matched for p in payments))
        self.assertEqual(made.state, "draft")
        self.assertEqual({m.payment_state for m in self.moves}, {"paid"})
        with self.assertRaises(UserError):
            made.action_undo()
        made.action_book()
        self.assertTrue(all(p.is_matched for p in payments))

    def test_fee_bears_its_tax_or_waits_for_the_providers_invoice(self):
        tax = self.env["account.chart.template"].ref(
            "tva_normale_ded_encaissement", False
        )
        tax = tax or self.env["account.tax"].search(
            [
                ("type_tax_use", "=", "purchase"),
                ("amount", "=", 20),
                ("price_include_override", "=", False),
                ("company_id", "=", self.company.id),
            ],
            limit=1,
        )
        self.rule.fee_tax_id = tax
        payment = self._pay_by_code(self.moves[0])
        statement = self._create_bank_line(660.00)
        statement.action_legal_payout()
        payout = statement.legal_payout_ids
        payout.action_book()
        fee = statement.move_id.line_ids.filtered(
            lambda line: line.account_id.code == "627800"
        )
        self.assertEqual(fee.balance, 10.00)
        rest = statement.move_id.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual((len(rest), rest.balance), (1, 2.00))
        self.assertTrue(payment.is_matched)
        self.assertAlmostEqual(
            sum(statement.move_id.line_ids.mapped("balance")), 0.0, 6
        )
        payout.action_undo()
        supplier = self.env["res.partner"].create({"name": "Demo Pay SA"})
        self.rule.write(
            {"books_fee": "supplier", "supplier_id": supplier.id, "fee_tax_id": False}
        )
        payout.action_book()
        owed = statement.move_id.line_ids.filtered(
            lambda line: line.partner_id == supplier
        )
        self.assertEqual(
            (owed.balance, owed.account_id.account_type), (12.00, "liability_payable")
        )
        self.assertFecBalanced()

    def test_file_waits_for_the_bank_then_settles_refunds_too(self):
        """2 × 672,00 − 72,00 given back − 20,00 = 1 252,00."""
        first, second = (self._pay_by_code(move) for move in self.moves[:2])
        refund = self._refund(first, 72.0)
        text = (
            STRIPE
            + self._row(first)
            + self._row(second)
            + self._row(
                refund,
                fee="0.00",
                gross="-72.00",
                kind="refund",
                number=first.payment_transaction_id.provider_reference,
            )
            + "po_1,2026-06-05,,eur,-1252.00,0.00,-1252.00,payout,\n"
        )
        action = self._import(text)
        payout = self.env["legal.payout"].browse(action["res_id"])
        self.assertEqual(
            (payout.amount_gross, payout.amount_refunded, payout.amount_net),
            (1344.00, 72.00, 1252.00),
        )
        self.assertEqual((payout.amount_fee, payout.reference), (20.00, "po_1"))
        self.assertTrue(payout.is_waiting)
        with self.assertRaises(UserError):
            payout.action_book()
        statement = self._create_bank_line(1252.00, ref="DEMOPAY PO_1")
        self.assertEqual(self._look(), payout)
        payout.action_book()
        self.assertJournalItems(
            statement.move_id,
            {
                self.bank_journal.default_account_id.code: 1252.00,
                self.outstanding.code: -1272.00,
                "627800": 20.00,
            },
        )
        self.assertTrue(first.is_matched and second.is_matched and refund.is_matched)
        with self.assertRaisesRegex(UserError, "po_1"):
            self._import(text)

    # -- what goes wrong -------------------------------------------------------

    def test_file_that_cannot_be_read_changes_nothing(self):
        payment = self._pay_by_code(self.moves[0])
        good = self._row(payment)
        cases = {
            "no such column": ("a,b\n1,2\n", "automatic_payout_id"),
            "amount": (STRIPE + good.replace("672.00", "abc"), "2.*gross.*abc"),
            "kind": (STRIPE + good.replace("charge", "gift"), "2.*category.*gift"),
            "sum": (STRIPE + self._row(payment, net="1.00"), "2.*net"),
            "day": (STRIPE + good.replace("2026-06-05", "5 juin"), "2.*effective"),
            "short": (STRIPE + "po_1,2026-06-05\n", "2.*payment_intent_id"),
            "empty": (STRIPE, "versements"),
            "currency": (STRIPE + good.replace("eur", "xxx"), "XXX"),
            "two currencies": (
                STRIPE + good + good.replace("eur", "usd"),
                "EUR, USD",
            ),
        }
        for case, (text, words) in cases.items():
            with self.subTest(case), self.assertRaisesRegex(UserError, words):
                self._import(text)
        self.assertFalse(self.env["legal.payout"].search([]))

    def test_unknown_payment_waits_for_a_person(self):
        payment = self._pay_by_code(self.moves[0])
        text = (
            STRIPE
            + self._row(payment)
            + self._row(payment, number="pi_boutique", gross="50.00", fee="1.00")
        )
        payout = self.env["legal.payout"].browse(self._import(text)["res_id"])
        unknown = payout.line_ids.filtered(lambda line: line.kind == "other")
        self.assertEqual((unknown.amount, payout.amount_net), (50.00, 711.00))
        payout.statement_line_id = self._create_bank_line(711.00)
        with self.assertRaisesRegex(UserError, "pi_boutique"):
            payout.action_book()
        unknown.account_id = self.company_data["default_account_revenue"]
        payout.action_book()
        self.assertJournalItems(
            payout.bank_move_id,
            {
                self.bank_journal.default_account_id.code: 711.00,
                self.outstanding.code: -672.00,
                unknown.account_id.code: -50.00,
                "627800": 11.00,
            },
        )

    def test_what_does_not_fit_is_refused_with_the_way_on(self):
        payments = [self._pay_by_code(move) for move in self.moves[:2]]
        usd = self.env.ref("base.USD")
        usd.active = True
        foreign = self._create_bank_line(
            700.0, foreign_currency_id=usd.id, amount_currency=672.0
        )
        part = self._create_bank_line(900.00)
        with self.assertRaises(UserError):
            part.action_legal_payout()
        payout = self.env["legal.payout"].create(
            {
                "method_line_id": self.method_line.id,
                "date": "2026-06-05",
                "amount_net": 662.00,
                "line_ids": [Command.create({"payment_id": payments[0].id})],
            }
        )
        with self.assertRaises(ValidationError):
            payout.statement_line_id = foreign
        payout.statement_line_id = part
        with self.assertRaisesRegex(UserError, "900.*662"):
            payout.action_book()
        payout.amount_net = 900.00
        with self.assertRaisesRegex(UserError, "228"):
            payout.action_book()
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            with self.env.cr.savepoint():
                self.env["legal.payout.line"].create(
                    {
                        "payout_id": payout.copy({"statement_line_id": False}).id,
                        "payment_id": payments[0].id,
                    }
                )
                self.env.flush_all()
        self.assertIn("payment_once", str(caught.exception))
        self.rule.unlink()
        payout.write({"amount_net": 660.0, "statement_line_id": False})
        payout.statement_line_id = self._create_bank_line(660.0)
        with self.assertRaisesRegex(UserError, "12"):
            payout.action_book()
        self.assertFalse(payout.statement_line_id.is_reconciled)
        self.assertEqual(len(payout.bank_move_id.line_ids), 2)

    def test_payouts_are_the_ledgers_alone(self):
        payment = self._pay_by_code(self.moves[0])
        statement = self._create_bank_line(660.0)
        statement.action_legal_payout()
        payout = statement.legal_payout_ids
        self.assertEqual(payout.line_ids.payment_id, payment)
        auditor = new_test_user(
            self.env,
            login="auditeur.versements",
            groups="account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        elsewhere = new_test_user(
            self.env,
            login="ailleurs.versements",
            groups="account.group_account_invoice",
            company_id=self.env.ref("base.main_company").id,
            company_ids=[Command.set(self.env.ref("base.main_company").ids)],
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(payout.with_user(auditor).amount_fee, 12.0)
        with self.assertRaises(AccessError):
            payout.with_user(auditor).action_book()
        with self.assertRaises(AccessError):
            payout.with_user(auditor).write({"date": "2026-06-06"})
        for model in ("legal.payout", "legal.payout.line", "legal.payout.rule"):
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(elsewhere).search([]))
                for call in (
                    lambda own: own.search([]),
                    lambda own: own._read_group([], [], ["__count"]),
                    lambda own: own.name_search(""),
                    lambda own: own.create({}),
                ):
                    with self.assertRaises(AccessError):
                        call(self.env[model].with_user(self.outsider))
        with self.assertRaises(AccessError):
            self.env["legal.payout"].with_user(self.outsider).action_look_for_payouts()
        with self.assertRaises(AccessError):
            statement.with_user(self.outsider).action_legal_payout()

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename LIKE 'legal_payout%'"
            " UNION SELECT conname FROM pg_constraint"
        )
        found = {name for (name,) in self.env.cr.fetchall()}
        self.assertLessEqual(
            {
                "legal_payout_line_payment_once",
                "legal_payout_one_line",
                "legal_payout_one_reference",
                "legal_payout_rule_no_overlap",
                "legal_payout_rule_fees_in_order",
            },
            {name.lstrip("_") for name in found},
        )
