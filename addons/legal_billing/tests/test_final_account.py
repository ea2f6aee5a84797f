from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from . import facturx_checker
from .common_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestFinalAccount(DocumentCommon):
    """The account of a matter: from the ledger, tying to it, kept as issued."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._bill_case_5()
        cls.matter = cls.move.matter_ids
        cls._pay(cls.move, "2026-06-10", 869.16)

    @classmethod
    def _pay(cls, move, day, amount=None):
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": day, **({"amount": amount} if amount else {})})
            ._create_payments()
        )

    def _make(self, matter=None):
        return (matter or self.matter)._prepare_final_accounts()

    def _sum(self, account, *groups):
        lines = account.line_ids.filtered(lambda line: line.group in groups)
        return round(sum(lines.mapped("amount_total")), 2)

    def test_groups_are_told_apart_and_tie_to_the_ledger(self):
        account = self._make()
        for group, expected in [
            ("expenses", 101.40),
            ("disbursements", 327.76),
            ("tariff", 0.0),
            ("fees", 1440.0),
            ("payment", 869.16),
        ]:
            with self.subTest(group):
                self.assertEqual(self._sum(account, group), expected)
        receivable = self.env["account.move.line"]._read_group(
            [
                ("move_id", "=", self.move.id),
                ("account_id.account_type", "=", "asset_receivable"),
            ],
            [],
            ["amount_residual:sum"],
        )[0][0]
        self.assertEqual(account.balance, receivable)
        self.assertEqual(account.balance, 1000.0)
        costs = account.line_ids.filtered(lambda line: line.group == "disbursements")
        self.assertEqual(set(costs.mapped("number")), {self.move.name})
        self.assertIn("Timbre fiscal, procédure d'appel", costs.mapped("label"))

    def test_provisions_received_used_and_left(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        provision = self.env["legal.provision"].create(
            {
                "matter_id": matter.id,
                "work": "Assignation",
                "amount_untaxed": 1500,
                "date": "2026-03-01",
            }
        )
        provision.action_mark_requested()
        deposit = provision._issue_deposit(date(2026, 3, 5))
        unpaid = self._make(matter)
        self.assertEqual(unpaid.balance, 0.0)
        self._pay(deposit, "2026-03-05")
        account = self._make(matter)
        self.assertEqual(account, unpaid)
        self.assertEqual(self._sum(account, "provision"), 1800.0)
        self.assertEqual(account.balance, -1800.0)
        self._create_entry(matter, "partner", 2, "2026-03-20")
        self._bill(matter, "2026-03-31")
        account = self._make(matter)
        self.assertEqual(self._sum(account, "fees"), 672.0)
        self.assertEqual(account.balance, -1128.0)
        provision._refund(date(2026, 4, 2))
        credit = provision.move_line_ids.move_id.filtered(
            lambda move: move.move_type == "out_refund"
        )
        account = self._make(matter)
        self.assertEqual(account.balance, -1128.0)
        self._pay(credit, "2026-04-03")
        self.assertEqual(self._make(matter).balance, 0.0)

    def test_credit_note_and_write_off(self):
        move = self._bill_hours()
        credit = move._reverse_moves(
            [{"invoice_date": "2026-05-02", "date": "2026-05-02"}], cancel=True
        )
        account = self._make(move.matter_ids)
        self.assertEqual(account.balance, 0.0)
        self.assertEqual(account.amount_received, 0.0)
        self.assertIn(credit.name, account.line_ids.mapped("number"))

    def test_closing_proposes_it_and_warns(self):
        action = self.matter.action_close()
        self.assertEqual(action["res_model"], "legal.final.account")
        draft = self.env["legal.final.account"].browse(action["res_id"])
        self.assertEqual((draft.state, draft.matter_id), ("draft", self.matter))
        self.assertFalse(draft.warning)
        empty = self._create_matter()
        empty.action_open() if empty.state == "draft" else None
        self.assertFalse(empty.action_close())

    def test_issued_account_is_kept_and_replaced_by_a_version(self):
        first = self._make()
        first.action_issue()
        raw = first.attachment_id.raw
        self.assertEqual(facturx_checker.check_pdfa(raw), [])
        evidence = self.env["legal.evidence"].search(
            [("res_model", "=", first._name), ("res_id", "=", first.id)]
        )
        self.assertEqual((evidence.act, evidence.sha256), ("issued", first.sha256))
        self.assertTrue(evidence.is_intact)
        engine = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        self.company.legal_invoice_design = "contemporary"
        again, _type = engine._render_qweb_pdf(
            "legal_billing.action_report_final_account", first.ids
        )
        self.assertEqual(again, raw)
        for change in (
            lambda: first.write({"date": "2026-01-01"}),
            lambda: first.line_ids[:1].sudo().write({"amount_total": 1}),
            lambda: first.line_ids[:1].sudo().unlink(),
            first.unlink,
        ):
            with self.assertRaisesRegex(UserError, "was issued"):
                change()
        self._pay(self.move, "2026-06-20")
        second = self._make()
        self.assertNotEqual(second, first)
        second.action_issue()
        self.assertEqual((first.state, first.replaced_by_id), ("replaced", second))
        self.assertEqual((second.version, second.balance), (2, 0.0))
        self.assertEqual(facturx_checker.check_pdfa(second.attachment_id.raw), [])
        self.assertEqual(first.attachment_id.raw, raw)

    def test_each_payer_reads_of_his_own_invoices(self):
        other = self.env["res.partner"].create({"name": "Assureur", "is_company": True})
        page = self.matter._get_portal_page()
        self.assertEqual(page["accounts"], [])
        account = self._make()
        account.action_issue()
        (row,) = self.matter._get_portal_page(token="abc")["accounts"]
        self.assertIn(f"/accounts/{account.id}?access_token=abc", row["url"])
        rows, _currency = self.matter._get_final_rows(other)
        self.assertEqual(rows, [])

    def test_each_currency_has_its_own_section_and_nothing_is_added(self):
        """Euros, then francs: two sums due, two balances, one file."""
        franc = self.env.ref("base.CHF")
        franc.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": franc.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.95,
            }
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-06-01",
                "currency_id": franc.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Consultation à Genève",
                            "price_unit": 1000,
                            "matter_id": self.matter.id,
                            "tax_ids": [
                                Command.set(
                                    self.move.invoice_line_ids.tax_ids.filtered(
                                        "amount"
                                    )[:1].ids
                                )
                            ],
                        }
                    )
                ],
            }
        )
        move.action_post()
        self._pay(move, "2026-06-20", 200)
        account = self._make()
        self.assertEqual(account.currency_id, self.company.currency_id)
        self.assertTrue(account.has_currencies and account.is_to_pay)
        sums = account._get_sums()
        self.assertEqual(
            {currency.name: own["balance"] for currency, own in sums.items()},
            {"EUR": 1000.0, "CHF": 1000.0},
        )
        self.assertEqual((account.amount_due, account.balance), (1869.16, 1000.0))
        self.assertEqual(sums[franc]["due"], 1200.0)
        values = account._get_print_values()
        self.assertEqual(len(values["sections"]), 2)
        self.assertIn("CHF", values["sections"][1]["title"])
        self.assertIn("CHF", values["sections"][1]["sums"][-1]["amount"])
        self.assertNotIn("CHF", str(values["sections"][0]))
        account.action_issue()
        self.assertEqual(facturx_checker.check_pdfa(account.attachment_id.raw), [])
        (row,) = self.matter._get_portal_page()["accounts"]
        self.assertIn("CHF", row["amount"])
        self.assertNotIn("2\u202f000", row["amount"])

    def test_only_responsible_or_billing_manager_issues(self):
        account = self._make()
        colleague = new_test_user(
            self.env, "colleague", "legal_timesheet.group_legal_user"
        )
        self.matter.member_ids = [Command.create({"user_id": colleague.id})]
        with self.assertRaisesRegex(UserError, "billing manager"):
            account.with_user(colleague).action_issue()

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname ="
            " 'legal_final_account_issued_with_file' UNION ALL SELECT indexname FROM"
            " pg_indexes WHERE indexname IN ('legal_final_account_version_once',"
            " 'legal_final_account_one_in_force')"
        )
        self.assertEqual(self.env.cr.rowcount, 3)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models")
    def test_outsiders_see_nothing(self):
        account = self._make()
        account.action_issue()
        self.matter.is_walled = True
        legal = "legal_timesheet.group_legal_user"
        groups = {
            "outsider": legal,
            "office": "legal_timesheet.group_legal_office",
            "manager": f"{legal},legal_billing.group_legal_billing_manager",
            "admin": "legal_timesheet.group_legal_administrator,base.group_system",
        }
        export = self.env.ref("base.group_allow_export")
        for who, names in groups.items():
            user = new_test_user(self.env, f"fa_{who}", names)
            user.group_ids = [Command.link(export.id)]
            for record in (account, account.line_ids):
                own = record.with_user(user)
                domain = [("id", "in", record.ids)]
                with self.subTest(who, model=record._name):
                    self.assertFalse(own.search(domain))
                    self.assertFalse(own.name_search("", domain))
                    count = own._read_group(domain, [], ["__count"])[0][0]
                    self.assertEqual(count, 0)
                    with self.assertRaises(AccessError):
                        own.read(["display_name"])
                    with self.assertRaises(AccessError):
                        own.export_data(["date"])
                    with self.assertRaises(AccessError):
                        account.attachment_id.with_user(user).read(["raw"])
