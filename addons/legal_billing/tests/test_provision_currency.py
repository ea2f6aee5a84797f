from datetime import date

from odoo.tests import tagged

from .test_provision import ProvisionCommon

RATES = {"2026-01-01": 0.95, "2026-03-10": 0.90, "2026-04-10": 0.99}


@tagged("post_install", "-at_install")
class TestProvisionCurrency(ProvisionCommon):
    """A provision in francs while the franc moves: 4191 ends at zero, natively."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.franc = cls.env.ref("base.CHF")
        cls.franc.active = True
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.franc.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
                for day, rate in RATES.items()
            ]
        )
        cls.client.legal_fee_currency_id = cls.franc
        cls.env["legal.rate"].create(
            {
                "grade_id": cls.env.ref("legal_timesheet.grade_partner").id,
                "amount": 300,
                "currency_id": cls.franc.id,
                "date_from": "2025-01-01",
            }
        )
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])

    def _of_provision(self, provision):
        """Return what account 4191 holds of a provision, in euros."""
        self.env.flush_all()
        lines = provision.move_line_ids.filtered(
            lambda line: (
                line.account_id.code == "419100" and line.parent_state == "posted"
            )
        )
        return self.company.currency_id.round(sum(lines.mapped("balance")))

    def _exchanges(self):
        moves = self.env["account.move"].search(
            [
                ("journal_id", "=", self.company.currency_exchange_journal_id.id),
                ("state", "=", "posted"),
            ],
            order="date, id",
        )
        return [
            (
                str(move.date),
                {line.account_id.code: line.balance for line in move.line_ids},
            )
            for move in moves
        ]

    def test_used_up_it_leaves_nothing_on_4191(self):
        """1 500 CHF at 0,95 (1 578,95 €); 600 used at 0,90, 900 at 0,99.

        600 came in for 631,58 € and went for 666,67 €: a loss of 35,09. 900 came in
        for 947,37 € and went for 909,09 €: a gain of 38,28.
        """
        provision = self._ask(1500)
        self.assertEqual(provision.currency_id, self.franc)
        deposit = self._receive(provision, "2026-03-05")
        self.assertJournalItems(
            deposit, {"411100": 1894.74, "419100": -1578.95, "445740": -315.79}
        )
        self.assertEqual(self._exchanges(), [])
        self._create_entry(self.matter, "partner", 2, "2026-03-20")
        first = self._bill(self.matter, "2026-03-31")[1]
        self.assertJournalItems(first, {"419100": 666.67, "706000": -666.67})
        self.assertEqual(self._of_provision(provision), -947.37)
        self._create_entry(self.matter, "partner", 6, "2026-04-14")
        second = self._bill(self.matter, "2026-04-30")[1]
        self._pay_move(second, "2026-05-05")
        self.assertEqual(
            self._exchanges(),
            [
                ("2026-03-31", {"419100": -35.09, "666000": 35.09}),
                ("2026-04-30", {"419100": 38.28, "766000": -38.28}),
            ],
        )
        self.assertEqual((provision.balance, provision.state), (0.0, "allocated"))
        self.assertEqual((self._of_provision(provision), self._ledger_4191()), (0, 0))
        (check,) = self.env["legal.ledger.check"]._get_rows(
            self.company, families=("provisions",)
        )
        self.assertFalse(check["is_off"], check)
        # Taken back, it is as it was before: the difference goes with it.
        credit = second._reverse_moves(
            [{"invoice_date": "2026-05-06", "date": "2026-05-06"}]
        )
        credit.action_post()
        self.assertEqual(provision.balance, 900.0)
        self.assertEqual(self._of_provision(provision), -909.09)

    def test_moved_and_given_back_it_leaves_nothing_either(self):
        """1 000 CHF at 0,95; 400 to another matter at 0,90, 600 back at 0,99."""
        provision = self._ask(1000)
        self._receive(provision, "2026-03-05")
        other = self._create_matter()
        target = provision._move_to(
            other, 400, date(2026, 3, 15), "Accord écrit", date(2026, 3, 16)
        )
        self.assertEqual(self._of_provision(target), -444.44)
        provision._refund(date(2026, 4, 20))
        self.assertEqual((provision.balance, target.balance), (0.0, 400.0))
        self.assertEqual(self._of_provision(provision), 0.0)
        self.assertEqual(self._ledger_4191(), 444.44)
        self.assertEqual(len(self._exchanges()), 2)
