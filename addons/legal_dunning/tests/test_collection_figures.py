from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.legal_dunning.models.legal_receivable_age import AGED_ON, AMOUNTS

from .common import DUE
from .test_collection_case import LATE, CollectionCommon

DAYS = [
    date(2026, 4, 14),
    date(2026, 4, 30),
    DUE,
    DUE + timedelta(days=1),
    date(2026, 5, 31),
    date(2026, 6, 14),
    date(2026, 6, 15),
    date(2026, 7, 20),
    date(2026, 9, 30),
]


@tagged("post_install", "-at_install")
class TestCollectionFigures(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Age = cls.env["legal.receivable.age"].with_company(cls.company)
        cls.Age = cls.Age.with_context(allowed_company_ids=cls.company.ids)
        cls._fill_books()

    @classmethod
    def _fill_books(cls):
        """Partial payments, a credit note, free money, a loss of change, an entry."""
        one = cls._create_invoice()
        cls._pay(one, 333.33, on=date(2026, 5, 20))
        cls._pay(one, 200, on=date(2026, 6, 20))
        two = cls._create_invoice(700)
        refund = two._reverse_moves(
            [{"invoice_date": date(2026, 6, 10), "date": date(2026, 6, 10)}]
        )
        refund.invoice_line_ids.price_unit = 100
        refund.action_post()
        (two | refund).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        cls._receive(cls.client, 41.5, on=date(2026, 5, 25))
        cls._create_invoice(80, partner_id=cls.consumer.id, matter=None)
        dollar = cls.env.ref("base.USD")
        dollar.active = True
        for day, rate in (("2026-01-01", 1.1), ("2026-06-01", 1.3)):
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": dollar.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        foreign = cls._create_invoice(1000, currency_id=dollar.id)
        cls._pay(foreign, on=date(2026, 7, 1))
        cls.second = cls._create_matter(name="Second")
        fee = cls.env["legal.money.category"]._get_by_code("fee", cls.company)
        cls.both = cls._create_invoice(100.01, post=False)
        cls.both.invoice_line_ids = [
            Command.create(
                {
                    "name": "Honoraires",
                    "quantity": 1,
                    "price_unit": 33.33,
                    "account_id": fee.account_id.id,
                    "tax_ids": [Command.set(fee.tax_id.ids)],
                    "legal_category_id": fee.id,
                    "matter_id": cls.second.id,
                }
            )
        ]
        cls.both.action_post()

    def _get_ledger(self, day):
        """Return the trial balance of the receivable accounts on a day."""
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("date", "<=", day),
            ],
            [],
            ["balance:sum"],
        )
        return round(balance or 0, 2)

    def _get_sums(self, day, groupby=()):
        names = [*AMOUNTS, "amount_overdue", "amount"]
        rows = self.Age.with_context(**{AGED_ON: str(day)})._read_group(
            [], groupby, [f"{name}:sum" for name in names]
        )
        width = len(groupby)
        return {
            row[:width]: dict(zip(names, (r or 0 for r in row[width:]), strict=True))
            for row in rows
        }

    def test_balance_ties_to_the_ledger_on_any_day(self):
        for day in DAYS:
            with self.subTest(day=day):
                ledger = self._get_ledger(day)
                whole = self._get_sums(day)[()]
                self.assertAlmostEqual(whole["amount"], ledger, 2)
                self.assertAlmostEqual(sum(whole[n] for n in AMOUNTS), ledger, 2)
                for group in ("partner_id", "matter_number", "user_id", "age"):
                    parts = self._get_sums(day, [group]).values()
                    self.assertAlmostEqual(sum(p["amount"] for p in parts), ledger, 2)
                ages = self.Age._get_payer_ages(self.company, day)
                total = sum(age.amount_due for age in ages.values())
                self.assertAlmostEqual(float(total), ledger, 2)
        self.assertNotEqual(self._get_ledger(DAYS[-1]), self._get_ledger(DAYS[2]))

    def test_ages_move_with_the_day(self):
        ages = self.Age._get_payer_ages(self.company, DUE, self.consumer)
        self.assertEqual(float(ages[self.consumer.id].amount_not_due), 96)
        for late, name in ((1, 30), (30, 30), (31, 60), (60, 60), (61, 90), (90, 90)):
            ages = self.Age._get_payer_ages(self.company, DUE + timedelta(days=late))
            age = ages[self.consumer.id]
            self.assertEqual(float(getattr(age, f"amount_{name}")), 96, late)
        ages = self.Age._get_payer_ages(self.company, DUE + timedelta(days=91))
        self.assertEqual(float(ages[self.consumer.id].amount_older), 96)
        self.assertEqual(ages[self.consumer.id].oldest_due_on, DUE)

    def test_an_invoice_of_two_matters_is_split_to_the_cent(self):
        rows = self.Age.with_context(**{AGED_ON: str(LATE)}).search(
            [("move_id", "=", self.both.id)]
        )
        numbers = {row.matter_number: row.amount for row in rows}
        self.assertEqual(
            set(numbers), {self.matter.matter_number, self.second.matter_number}
        )
        self.assertAlmostEqual(sum(numbers.values()), self.both.amount_residual, 2)
        self.assertAlmostEqual(numbers[self.second.matter_number], 40, 2)

    def test_board_ties_to_the_ledger_and_its_figures_open(self):
        day = date(2026, 6, 15)
        board = self.env["legal.collection.board"].with_company(self.company)
        board = board.with_context(allowed_company_ids=self.company.ids)
        self._sync(day)
        with self._at(day):
            page = board.get_board()
            self.assertAlmostEqual(page["total"]["amount"], self._get_ledger(day), 2)
            self.assertAlmostEqual(
                sum(age["amount"] for age in page["ages"]), page["total"]["amount"], 2
            )
            self.assertAlmostEqual(
                sum(lead["overdue"] for lead in page["leads"]),
                page["total"]["amount_overdue"],
                2,
            )
            action = board.get_action("overdue")
            rows = self.Age.with_context(**action["context"]).search(action["domain"])
            self.assertAlmostEqual(
                sum(rows.mapped("amount_overdue")), page["total"]["amount_overdue"], 2
            )
            for figure in ("amount", "wip", "queue", "promises", "broken"):
                self.assertTrue(board.get_action(figure)["res_model"], figure)
            for figure in ("disputes", "planned", "forecast"):
                self.assertTrue(board.get_action(figure)["res_model"], figure)

    def test_forecast_learns_from_the_payer_and_says_so(self):
        Forecast = self.env["legal.payment.forecast"].with_company(self.company)
        for month in (1, 2, 3):
            past = self._create_invoice(
                invoice_date=date(2026, month, 1),
                invoice_date_due=date(2026, month, 10),
            )
            self._pay(past, on=date(2026, month, 25))
        with self._at(date(2026, 4, 20)):
            rows = Forecast._refresh(self.company)
        again = Forecast._refresh(self.company, date(2026, 4, 20))
        row = again.filtered(lambda r: r.move_id == self.both)
        self.assertEqual(len(again), len(rows))
        self.assertEqual(row.payer_count, 3)
        self.assertGreater(row.expected_on, DUE)
        self.assertTrue(row.explanation)
        self.assertEqual(self.company.collection_forecast_count, 3)
        self.assertEqual(
            self.both.expected_payment_on, row.expected_on, "shown on the invoice"
        )
