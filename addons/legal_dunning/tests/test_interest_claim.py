from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.legal_billing.tests.facturx_checker import check_pdfa

from .common import FIRST, SECOND, DunningCommon

LATE = date(2026, 9, 10)


@tagged("post_install", "-at_install")
class TestInterestClaim(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.matter.responsible_id
        cls.move = cls._create_invoice(5150)  # 6 180,00 incl. VAT
        cls.env.user.group_ids |= cls.env.ref("account.group_account_user")
        cls.Claim = cls.env["legal.interest.claim"]

    def _amounts(self, move, until=LATE):
        statement = move._get_interest_statement(until)
        return float(statement.interest), float(statement.indemnity)

    def _as_lead(self):
        return self.Claim.with_user(self.lead)

    def test_worked_examples(self):
        self.assertEqual(self._amounts(self.move), (245.79, 40.0))
        self._pay(self.move, 2000, date(2026, 7, 20))
        self.assertEqual(self._amounts(self.move), (210.46, 40.0))
        self._pay(self.move, on=LATE)
        self.assertEqual(self._amounts(self.move, date(2026, 12, 1)), (210.46, 40.0))

    def test_interest_first(self):
        """94,6302 + 6 180 × 12,40 % × 20/365 = 136,6203 are paid first; then
        4 180 + 136,6203 = 4 316,6203 bear 12,40 % × 52/365 = 76,2563: 212,88."""
        self.company.interest_imputation = "interest"
        self._pay(self.move, 2000, date(2026, 7, 20))
        self.assertEqual(self._amounts(self.move)[0], 212.88)

    def test_consumer_pays_from_the_day_after_the_receipt(self):
        move = self._create_invoice(1362, partner_id=self.consumer.id, matter=None)
        statement = move._get_interest_statement(date(2026, 6, 30))
        self.assertIn(move.name, statement.refusal)
        self.assertEqual((statement.interest, statement.indemnity), (0, 0))
        self._notify()
        move.invalidate_recordset()
        # 10 days, 21 to 30 June: 1 634,40 × 2,62 % × 10/365 = 1,1732
        self.assertEqual(self._amounts(move, date(2026, 6, 30)), (1.17, 0.0))
        with self.assertRaises(UserError) as caught:  # no rate of the second half
            move._get_interest_statement(date(2026, 7, 2))
        self.assertIn(move.name, str(caught.exception))

    def _create_notified(self):
        move = self._create_invoice(1362, partner_id=self.consumer.id, matter=None)
        self._notify()
        move.invalidate_recordset()
        return move

    def _notify(self):
        """Let the consumer receive a formal notice on 20 June 2026."""
        for day in (FIRST, SECOND, date(2026, 6, 19)):
            notice = self._run(day).filtered(
                lambda action: action.partner_id == self.consumer
            )
        with freeze_time("2026-06-25 10:00:00"):
            notice.sudo()._mark_posted_registered(date(2026, 6, 19), "1A 1")
            notice.sudo()._mark_notified(received=date(2026, 6, 20))

    def test_public_body_owes_the_rate_of_public_procurement(self):
        """118 days at 10,15 %, the rate of the half-year it began in: 202,7885.

        Source: CCP, art. R. 2192-31; 40 €: art. D. 2192-35.
        """
        self.move.legal_client_kind = "public"
        self.assertEqual(self._amounts(self.move), (202.79, 40.0))
        statement = self.env["legal.interest.statement"].create(
            {"move_id": self.move.id, "until": LATE}
        )
        self.assertIn("10.15", statement.explanation.replace(",", "."))
        self.assertTrue(statement._get_print_values()["rate_words"])

    def test_five_points_two_months_after_an_enforceable_decision(self):
        """1 634,40 at 2,62 % for 10 days, 2,60 % for 107, 7,60 % for 16 from 16 Oct."""
        move = self._create_notified()
        self.env["legal.interest.rate"].create(
            {
                "kind": "legal",
                "rate_percent": 2.60,
                "date_from": "2026-07-01",
                "source": "test",
            }
        )
        until = date(2026, 10, 31)
        self.assertEqual(self._amounts(move, until)[0], 15.49)
        self.env["legal.taxation.file"].create(
            {
                "move_ids": [Command.set(move.ids)],
                "partner_id": self.consumer.id,
                "enforceable_on": date(2026, 8, 15),
            }
        )
        self.assertEqual(self._amounts(move, until)[0], 19.08)

    def test_statement_is_printed_with_each_period(self):
        wizard = self.env["legal.interest.statement"].create(
            {"move_id": self.move.id, "until": LATE}
        )
        self.assertEqual(
            (wizard.amount_interest, wizard.amount_total), (245.79, 6465.79)
        )
        content, _kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("legal_dunning.report_interest", wizard.ids)
        )
        self.assertEqual(check_pdfa(content), [])
        rows = wizard._get_print_values()["rows"]
        self.assertEqual([row["days"] for row in rows], [46, 72])
        self.assertEqual([row["amount"] for row in rows], ["94,6302", "151,1645"])

    def test_waived_by_a_partner_with_a_reason(self):
        collector = new_test_user(
            self.env,
            "claim.collector",
            groups="legal_dunning.group_legal_collector",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.Claim.with_user(collector)._waive(self.move, LATE, "no")
        with self.assertRaises(UserError):
            self._as_lead()._waive(self.move, LATE, " ")
        claim = self._as_lead()._waive(self.move, LATE, "A first delay")
        self.assertEqual((claim.amount_interest, claim.amount_indemnity), (245.79, 40))
        self.assertIn("151,1645", claim.arithmetic)
        self.assertIn("A first delay", self.move.message_ids[0].body)
        with self.assertRaises(UserError):
            self._as_lead()._waive(self.move, LATE, "twice")
        self._run(FIRST)
        action = self._run(SECOND)
        self.assertEqual(action.state, "sent")
        self.assertFalse(action.line_ids.amount_interest)
        self.assertNotIn("441-10", action.body_sent)
        self.assertIn("6\xa0180,00", action.body_sent.replace("\u202f", "\xa0"))
        claim.with_user(self.lead).action_cancel()
        self.assertFalse(self.move._is_dunning_claim_waived())

    def test_booked_once_received_on_its_own_without_vat(self):
        residual = self.move.amount_residual
        self._pay(self.move, on=LATE)
        self._receive(self.client, 285.79, on=LATE)
        claim = self.Claim._book(self.move, LATE, "received", LATE)
        entry = claim.entry_id
        self.assertEqual((entry.move_type, entry.state), ("entry", "posted"))
        amounts = {
            line.account_id.code[:4]: line.balance
            for line in entry.line_ids
            if line.account_type != "asset_receivable"
        }
        self.assertEqual(amounts, {"7631": -245.79, "7581": -40.0})
        self.assertFalse(entry.line_ids.tax_ids | entry.line_ids.tax_line_id)
        receivable = entry.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertTrue(receivable.reconciled)
        self.assertEqual(self.move.amount_total, residual)
        with self.assertRaises(UserError):
            claim.action_cancel()

    def test_indemnity_account_of_before_2025(self):
        account = self.company._get_interest_account("indemnity", date(2025, 1, 1))
        self.assertEqual(account.code[:4], "7581")
        own = self.env["account.account"].create(
            {"name": "Pénalités", "code": "763999", "account_type": "income_other"}
        )
        self.company.interest_account_id = own
        self.assertEqual(self.company._get_interest_account("interest", LATE), own)

    @mute_logger("odoo.sql_db")
    def test_one_decision_an_invoice(self):
        self._as_lead()._waive(self.move, LATE, "once")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.Claim.sudo().search([], limit=1).copy()
            self.env.flush_all()
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = %s",
            ["legal_interest_claim_one_decision"],
        )
        self.assertIn("UNIQUE", self.env.cr.fetchone()[0])
        self.env.cr.execute(
            "SELECT count(*) FROM pg_constraint WHERE conname = ANY(%s)",
            [
                [
                    "legal_interest_claim_waived_with_reason",
                    "legal_dunning_wording_one_a_level",
                    "legal_payer_profile_percent_valid",
                    "legal_payer_profile_counts_valid",
                ]
            ],
        )
        self.assertEqual(self.env.cr.fetchone()[0], 4)

    def test_who_sees_a_decision(self):
        self._as_lead()._waive(self.move, LATE, "secret reason")
        self.matter.sudo().is_walled = True
        self.env.flush_all()
        for group, sees in (
            ("legal_timesheet.group_legal_user", False),
            ("legal_timesheet.group_legal_office", False),
            ("legal_timesheet.group_legal_management", False),
            ("legal_timesheet.group_legal_administrator", False),
            ("legal_dunning.group_legal_collector", True),
        ):
            user = new_test_user(
                self.env,
                f"claim.{group.rsplit('_', 1)[1]}",
                groups=f"{group},base.group_allow_export",
                company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            self.env.invalidate_all()
            Claim = self.Claim.with_user(user)
            self.assertEqual(bool(Claim.search([])), sees, group)
            self.assertEqual(bool(Claim.name_search("")), sees, group)
            self.assertEqual(bool(Claim._read_group([], [], ["__count"])[0][0]), sees)
            if not sees:
                claim = self.Claim.sudo().search([]).with_user(user)
                with self.assertRaises(AccessError):
                    claim.read(["reason"])
                with self.assertRaises(AccessError):
                    claim.export_data(["reason"])
