from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestTermsBadInput(LegalTermsCommon):
    """Each mistake: one sentence that names the place, and nothing saved."""

    def assertSignatureRefused(self, term, words):
        matter = self._create_matter()
        agreement = self._create_agreement(matter, [term], sign=False)
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            agreement.action_sign()
        sentence = str(caught.exception)
        self.assertNotIn("\n", sentence)
        self.assertIn(agreement.name, sentence)
        self.assertRegex(sentence, words)
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "draft")
        self.assertFalse(self.env["legal.rate"].search([("matter_id", "=", matter.id)]))

    def assertSaveRefused(self, term, words):
        matter = self._create_matter()
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            self._create_agreement(matter, [term], sign=False)
            self.env.flush_all()
        self.assertRegex(str(caught.exception), words)
        self.assertFalse(matter.agreement_ids.exists())

    def test_terms_that_cannot_be_billed_are_not_signed(self):
        self.env = self.env(context={**self.env.context, "lang": "en_US"})
        fixed, subscription = self._fixed(100), {"kind": "subscription", "amount": 9}
        cases = [
            ({**fixed, "included_hours": 2}, "Work beyond"),
            ({**fixed, "included_hours": 2, "overage": "rate"}, "gives none"),
            ({**subscription, "included_hours": 2}, "Work beyond"),
            ({**subscription, "included_amount": 200}, "Work beyond"),
            (
                {
                    **subscription,
                    "included_hours": 2,
                    "included_amount": 9,
                    "overage": "own",
                },
                "keep one",
            ),
            ({**subscription, "carry_over": "limited"}, "limit"),
            ({"kind": "subscription"}, "price"),
            (self._success(success_trigger=False), "trigger"),
            (self._success(success_base=False), "base"),
            (self._success(tiers=()), "first euro"),
            (self._success(tiers=((100, 8),)), "first euro"),
            (self._success(tiers=((0, 8), (0, 6))), "same amount"),
            (self._success(tiers=((0, 0),)), "0 %"),
            (self._success(floor_amount=9, ceiling_amount=5), "at most"),
            ({"kind": "opening"}, "no amount"),
            ({"kind": "minimum"}, "no amount"),
            ({"kind": "provision"}, "no amount"),
            ({"kind": "provision", "amount": 9, "provision_when": "date"}, "date"),
            ({"kind": "expense"}, "percentage"),
            ({"kind": "expense", "expense_mode": "flat"}, "no amount"),
            (
                {"kind": "hourly", "cap_amount": 9, "at_cap": "reduced"},
                "reduced rate",
            ),
            (
                {
                    "kind": "hourly",
                    "tier_ids": [Command.create({"above_hours": 9})],
                },
                "volume step",
            ),
            (
                {
                    "kind": "fixed",
                    "amount": 9,
                    "instalment_ids": [
                        Command.create(
                            {"name": "1", "trigger": "milestone", "amount": 9}
                        )
                    ],
                },
                "milestone",
            ),
            ({**fixed, "amount": 120}, "add up"),
        ]
        for term, words in cases:
            with self.subTest(words=words, kind=term["kind"]):
                self.assertSignatureRefused(term, words)

    def test_what_is_always_wrong_is_not_saved(self):
        cases = [
            ({"kind": "hourly", "blended_rate": -1}, "Blended"),
            ({"kind": "hourly", "cap_hours": -1}, "Cap"),
            ({"kind": "hourly", "discount_percent": 101}, "101"),
            ({"kind": "expense", "expense_percent": 100.5}, "100.5"),
            ({"kind": "provision", "provision_floor": -5}, "Floor"),
            (self._success(tiers=((0, 120),)), "120"),
        ]
        for term, words in cases:
            with self.subTest(words=words):
                self.assertSaveRefused(term, words)

    def test_percentage_of_an_instalment_over_100_is_refused(self):
        term = {
            "kind": "fixed",
            "amount": 100,
            "instalment_ids": [
                Command.create({"name": "1", "due_on": "2026-05-01", "percent": 130})
            ],
        }
        self.assertSaveRefused(term, "130")

    def test_two_results_of_one_success_fee_are_refused(self):
        _matter, agreement = self._create_term_matter(
            {"kind": "hourly"}, self._success()
        )
        values = {
            "term_id": agreement.term_ids[1].id,
            "name": "Jugement",
            "decided_on": "2026-04-15",
            "amount_obtained": 100,
        }
        Outcome = self.env["legal.fee.outcome"]
        Outcome.create(values)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            Outcome.create(values)
        self.assertEqual(
            Outcome.search_count([("term_id", "in", agreement.term_ids.ids)]), 1
        )

    def test_result_of_another_term_is_refused(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        with self.assertRaisesRegex(ValidationError, agreement.name):
            self.env["legal.fee.outcome"].create(
                {
                    "term_id": agreement.term_ids.id,
                    "name": "Jugement",
                    "decided_on": "2026-04-15",
                }
            )

    def test_foreign_currency_without_a_rate_is_refused(self):
        currency = self.env["res.currency"].create(
            {"name": "XTS", "symbol": "¤", "rounding": 0.01}
        )
        matter = self._create_matter()
        agreement = self._create_agreement(
            matter, [{"kind": "hourly"}], sign=False, currency_id=currency.id
        )
        with self.assertRaisesRegex(UserError, "XTS.*2026-01-02"):
            agreement.action_sign()

    def test_two_agreed_rates_of_one_scope_are_refused(self):
        row = {
            "grade_id": self.env.ref("legal_timesheet.grade_partner").id,
            "amount": 300,
        }
        self.assertSaveRefused(
            {
                "kind": "hourly",
                "rate_ids": [Command.create(row), Command.create({**row, "amount": 9})],
            },
            "two hourly rates|deux taux",
        )

    def test_signed_figures_do_not_change(self):
        _matter, agreement = self._create_term_matter(
            {"kind": "hourly", "discount_percent": 5}
        )
        for values in ({"discount_percent": 9}, {"kind": "fixed"}, {"cap_hours": 3}):
            with self.assertRaisesRegex(ValidationError, agreement.name):
                agreement.term_ids.write(values)
