from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_credit_note import CreditCommon

YEAR_END = date(2026, 3, 31)
NEXT_DAY = date(2026, 4, 1)


@tagged("post_install", "-at_install")
class TestWip(CreditCommon):
    """What was unbilled on a day, whatever happened since; and its entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls._create_agreement(
            cls.matter, [{"kind": "hourly", "name": "Temps", "discount_percent": 10}]
        )
        cls.early = cls._create_entry(cls.matter, "partner", 2.0, "2026-02-01")
        cls.late = cls._create_entry(cls.matter, "senior", 1.0, "2026-03-30")
        cls.capped = cls._create_matter(partner_id=cls.consumer.id)
        cls._create_agreement(
            cls.capped, [{"kind": "hourly", "name": "Plafond", "cap_amount": 500}]
        )
        cls._create_entry(cls.capped, "partner", 2.0, "2026-03-02")
        cls._create_cost(cls.capped, "expense", 100, "2026-03-03")
        cls._create_disbursement(cls.capped, 45.6, "2026-03-04")
        cls.fixed = cls._create_matter()
        cls._create_agreement(
            cls.fixed,
            [
                {
                    "kind": "fixed",
                    "name": "Forfait",
                    "amount": 1000,
                    "instalment_ids": [
                        Command.create(
                            {"name": "1", "amount": 400, "due_on": "2026-03-15"}
                        ),
                        Command.create(
                            {"name": "2", "amount": 600, "due_on": "2026-06-15"}
                        ),
                    ],
                }
            ],
        )
        cls._create_entry(cls.fixed, "associate", 3.0, "2026-03-10")

    def _get(self, day=YEAR_END, **kw):
        rows = self.env["legal.wip"]._get_rows(self.company, day)
        return [row for row in rows if all(row[k] == v for k, v in kw.items())]

    def _sum(self, name, day=YEAR_END, **kw):
        return round(sum(row[name] for row in self._get(day, **kw)), 2)

    def test_value_at_standard_and_after_the_agreement(self):
        cases = [
            ("discount", self.matter, "time", 780.0, 702.0),
            ("cap", self.capped, "time", 560.0, 500.0),
            ("expense", self.capped, "expense", 100.0, 100.0),
            ("disbursement", self.capped, "disbursement", 45.6, 45.6),
            ("package", self.fixed, "time", 540.0, 0.0),
            ("instalment due", self.fixed, "instalment", 400.0, 400.0),
        ]
        for label, matter, kind, standard, expected in cases:
            with self.subTest(label):
                wanted = {"matter_id": matter.id, "kind": kind}
                self.assertEqual(self._sum("amount_standard", **wanted), standard)
                self.assertEqual(self._sum("amount_expected", **wanted), expected)
        why = self._get(matter_id=self.capped.id, kind="time")[0]["explanation"]
        self.assertIn("Plafond", why)
        ages = {row["age"] for row in self._get(matter_id=self.matter.id)}
        self.assertEqual(ages, {"31_60", "0_30"})

    def test_day_asked_ignores_what_came_after(self):
        wanted = {"matter_id": self.matter.id}
        _prebill, move = self._bill(self.matter, "2026-04-05")
        self.assertEqual(self._sum("amount_standard", **wanted), 780.0)
        self.assertEqual({r["stage"] for r in self._get(**wanted)}, {"since"})
        self.assertFalse(self._get(date(2026, 4, 5), **wanted))
        refund = self._credit(move, scope="all")  # on 10 April
        self.assertEqual(refund.date, date(2026, 4, 10))
        self.assertFalse(self._get(date(2026, 4, 9), **wanted))
        self.assertEqual(
            self._sum("amount_standard", date(2026, 4, 10), **wanted), 780.0
        )
        self.assertEqual(
            self._sum("amount_standard", date(2026, 2, 28), **wanted), 560.0
        )

    def test_written_off_work_is_in_progress_no_more(self):
        prebill, _w = self.env["legal.prebill"]._generate(self.matter, YEAR_END)
        prebill.line_ids.filtered(lambda li: li.entry_id == self.early).write(
            {"decision": "write_off", "reason_id": self.reason.id}
        )
        prebill.action_approve()
        prebill._create_invoices(YEAR_END).action_post()
        self.assertFalse(self._get(matter_id=self.matter.id))
        self.assertEqual(
            self._sum("hours", date(2026, 3, 30), matter_id=self.matter.id), 3.0
        )

    def test_queries_do_not_grow_with_matters(self):
        def count():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["legal.wip"]._get_rows(self.company, YEAR_END)
            return self.cr.sql_log_count - before

        count()
        few = count()
        for rank in range(4):
            matter = self._create_matter()
            self._create_agreement(matter, [{"kind": "hourly", "cap_amount": 900}])
            self._create_entry(matter, "partner", 1, f"2026-03-1{rank}")
        self.assertLessEqual(count(), few + 2)

    # -- the wall ----------------------------------------------------------------

    def test_wall_leaves_a_sum_without_a_name(self):
        self.capped.is_walled = True
        export = ",base.group_allow_export"
        common = {
            "company_id": self.company.id,
            "company_ids": [Command.set(self.company.ids)],
        }
        manager = new_test_user(
            self.env,
            "wip.manager",
            groups="legal_billing.group_legal_billing_manager" + export,
            **common,
        )
        accountant = new_test_user(
            self.env,
            "wip.books",
            groups="account.group_account_user" + export,
            **common,
        )
        lawyer = new_test_user(
            self.env, "wip.lawyer", groups="legal_timesheet.group_legal_user", **common
        )
        total = self._sum("amount_standard")
        shown = {}
        for user in (manager, accountant, lawyer):
            Line = self.env["legal.wip.line"].with_user(user)
            domain = Line._rebuild(self.company.with_user(user), YEAR_END)
            lines = Line.search(domain)
            shown[user] = lines
            text = str(
                lines.export_data(
                    ["matter_label", "matter_id/name", "employee_id/name"]
                )
                if user != lawyer
                else lines.mapped("matter_label")
            )
            self.assertNotIn("Jeanne", text)
            self.assertNotIn(self.capped, lines.sudo().matter_id)
            groups = Line._read_group(domain, ["matter_label"], ["amount_standard:sum"])
            if user != lawyer:
                self.assertAlmostEqual(sum(amount for _l, amount in groups), total)
        self.assertNotIn(
            self.capped.matter_number, str(shown[manager].mapped("matter_label"))
        )
        self.assertIn(
            self.capped._neutral_label(), shown[accountant].mapped("matter_label")
        )
        self.assertFalse(shown[lawyer])
        with self.assertRaises(AccessError):
            shown[manager].with_user(lawyer).read(["amount_standard"])
        self.assertFalse(
            self.env["legal.wip.line"].with_user(lawyer).search([("hours", ">", 0)])
        )

    # -- the year's end ------------------------------------------------------------

    def _accrue(self, **kw):
        self.env.user.group_ids |= self.env.ref("account.group_account_manager")
        return self.env["legal.wip.accrual"].create({"date": YEAR_END, **kw})

    def test_entry_and_its_reversal_to_the_cent(self):
        """702 + 500 + 400 of fees and 100 of expenses; VAT a fifth; no débours."""
        wizard = self._accrue()
        self.assertEqual((wizard.amount_untaxed, wizard.amount_tax), (1702.0, 340.4))
        move = wizard._create_entry()
        self.assertEqual((move.state, move.date), ("draft", YEAR_END))
        self.assertJournalItems(
            move,
            {"418100": 2042.4, "706000": -1602.0, "708500": -100.0, "445870": -340.4},
        )
        labels = " ".join(move.line_ids.mapped("name"))
        self.assertIn(self.matter._neutral_label(), labels)
        self.assertNotIn(self.matter.name, labels)
        move.action_post()
        reversal = move.reversal_move_ids
        self.assertEqual((reversal.state, reversal.date), ("posted", NEXT_DAY))
        self.assertJournalItems(
            reversal,
            {"418100": -2042.4, "706000": 1602.0, "708500": 100.0, "445870": 340.4},
        )
        with self.assertRaisesRegex(UserError, move.name):
            self._accrue()._create_entry()
        move.button_draft()
        self.assertFalse(reversal.exists())
        move.button_cancel()
        self.assertTrue(self._accrue(valuation="standard")._create_entry())

    def test_valuations_groupings_and_bnc(self):
        _prebill, _move = self._bill(self.matter, "2026-02-28")  # 504 for 560
        wizard = self._accrue(valuation="realised", grouping="practice")
        self.assertEqual(wizard.realisation_percent, 90.0)
        self.assertIn("504", wizard.realisation_text)
        # (220 + 560 + 540) × 90 % + 100 + 400
        self.assertEqual(wizard.amount_untaxed, 1688.0)
        move = wizard._create_entry()
        self.assertEqual(len(move.line_ids.filtered(lambda li: li.debit)), 2)
        self.company.legal_bookkeeping = "cash"
        with self.assertRaisesRegex(UserError, "receipts and payments"):
            self._accrue(date=NEXT_DAY)._create_entry()

    def test_missing_accounts_are_made_when_confirmed(self):
        wizard = self._accrue()
        for code, account in (
            ("999181", wizard.receivable_id),
            ("999587", wizard.vat_id),
        ):
            account.with_company(self.company).code = code
        wizard = self._accrue()
        self.assertTrue(wizard.lacks_account)
        with self.assertRaisesRegex(UserError, "4181 / 44587"):
            wizard._create_entry()
        wizard.create_accounts = True
        move = wizard._create_entry()
        self.assertTrue(
            {"418100", "445870"} <= set(move.line_ids.account_id.mapped("code"))
        )

    def test_index_exists(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = %s",
            ["account_move_legal_accrual_once"],
        )
        self.assertTrue(self.env.cr.fetchone())
