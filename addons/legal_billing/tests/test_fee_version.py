from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestFeeVersion(LegalTermsCommon):
    """An amendment applies from its day; what was before stays as it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})

    def _amend(self, agreement, day):
        action = agreement.action_amend(date_from=day)
        return self.env["legal.fee.agreement"].browse(action["res_id"])

    def _hourly(self, **kw):
        grade = self.env.ref("legal_timesheet.grade_partner")
        rate = kw.pop("rate", 300)
        return {
            "kind": "hourly",
            "rate_ids": [Command.create({"grade_id": grade.id, "amount": rate})],
            **kw,
        }

    def test_amendment_takes_the_terms_over_and_is_numbered(self):
        _matter, agreement = self._create_term_matter(
            self._hourly(cap_amount=5000), self._success(), name="CH-TEST"
        )
        new = self._amend(agreement, "2026-05-01")
        self.assertEqual((new.version, new.name), (2, "CH-TEST-A1"))
        self.assertEqual(new.version_label, "Amendment no. 1")
        self.assertEqual((new.previous_id, new.root_id), (agreement, agreement))
        self.assertEqual(new.state, "draft")
        self.assertEqual(new.term_ids.continues_id, agreement.term_ids)
        self.assertEqual(new.term_ids.root_id, agreement.term_ids)
        self.assertEqual(new.term_ids[0].cap_amount, 5000)
        self.assertEqual(new.term_ids[0].rate_ids.amount, 300)
        self.assertFalse(new.term_ids[0].rate_ids.rate_id)
        self.assertEqual(len(new.term_ids[1].tier_ids), 2)
        again = self._amend(agreement, "2026-06-01")
        self.assertEqual(again, new, "one draft amendment at a time")
        self.assertEqual(new.date_from, date(2026, 6, 1))

    def test_signing_ends_the_version_before_the_day_before(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        new = self._amend(agreement, "2026-05-01")
        new.action_sign()
        self.assertEqual(agreement.date_to, date(2026, 4, 30))
        self.assertEqual(agreement.state, "ended")
        self.assertEqual(new.state, "signed")
        third = self._amend(new, "2026-07-01")
        self.assertEqual((third.version, third.name[-3:]), (3, "-A2"))
        third.action_sign()
        self.assertEqual(third.chain_ids, agreement | new | third)

    def test_work_is_billed_under_the_version_of_its_day(self):
        """2 h in April at 300 = 600; 3 h in May at 330 = 990; together 1 590.

        The May hours were approved at 300 before the client signed 330."""
        matter, agreement = self._create_term_matter(self._hourly())
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        self._create_entry(matter, "partner", 3.0, "2026-05-11")
        new = self._amend(agreement, "2026-05-01")
        new.term_ids.rate_ids.amount = 330
        results = new._compare_results(date(2026, 5, 31))
        self.assertEqual((results["before"], results["after"]), (900, 990))
        self.assertEqual(len(results["rows"]), 1)
        self.assertEqual((new.state, agreement.date_to), ("draft", False))
        self.assertFalse(
            self.env["legal.prebill"].search([("matter_id", "=", matter.id)])
        )
        new.action_sign()
        prebill, warnings = self._generate(matter, "2026-05-31")
        self.assertFalse(warnings)
        amounts = {line.term_id: line.amount for line in prebill.line_ids}
        self.assertEqual(amounts, {agreement.term_ids: 600, new.term_ids: 990})
        self.assertEqual(prebill.amount_fees, 1590)

    def test_cap_runs_on_over_the_versions(self):
        """Cap 1 000. April 3 h × 280 = 840. May 2 h × 280 = 560: 160 left, so 400 is
        taken off. With the cap raised to 1 200, 360 is left and 200 is taken off."""
        matter, agreement = self._create_term_matter(
            {"kind": "hourly", "cap_amount": 1000}
        )
        self._create_entry(matter, "partner", 3.0, "2026-04-10")
        self._create_entry(matter, "partner", 2.0, "2026-05-11")
        new = self._amend(agreement, "2026-05-01")
        new.term_ids.cap_amount = 1200
        results = new._compare_results(date(2026, 5, 31))
        self.assertEqual((results["before"], results["after"]), (160, 360))
        new.action_sign()
        prebill, _warnings = self._generate(matter, "2026-05-31")
        self.assertEqual(prebill.amount_fees, 1200)

    def test_results_count_what_waits_on_an_open_prebill(self):
        """April on an open pre-bill; May 2 h × 280 = 560, less 10 % = 504."""
        matter, agreement = self._create_term_matter({"kind": "hourly"})
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        self._create_entry(matter, "partner", 2.0, "2026-05-11")
        prebill, _warnings = self._generate(matter, "2026-05-31")
        new = self._amend(agreement, "2026-05-01")
        new.term_ids.discount_percent = 10
        results = new._compare_results(date(2026, 5, 31))
        self.assertEqual((results["before"], results["after"]), (560, 504))
        self.assertEqual(prebill.state, "draft")
        self.assertEqual(prebill.amount_fees, 840)

    def test_from_hours_to_a_fixed_fee(self):
        """May 2 h × 280 = 560 by the hour; a fixed fee of 900 at signature instead."""
        matter, agreement = self._create_term_matter({"kind": "hourly"})
        self._create_entry(matter, "partner", 2.0, "2026-05-11")
        new = self._amend(agreement, "2026-05-01")
        new.term_ids.unlink()
        new.term_ids = [Command.create(self._fixed(900))]
        results = new._compare_results(date(2026, 5, 31))
        self.assertEqual((results["before"], results["after"]), (560, 900))

    def test_instalments_due_before_stay_and_count_in_the_fee(self):
        """3 000 = 1 000 at signature + 2 000 in June. From May the fee is 3 600: the
        1 000 stays under the first version, so the rest must make 2 600."""
        matter, agreement = self._create_term_matter(
            self._fixed(3000, [("Un", "signature", 1000), ("Deux", "2026-06-15", 2000)])
        )
        new = self._amend(agreement, "2026-05-01")
        self.assertEqual(new.term_ids.instalment_ids.mapped("amount"), [2000])
        new.term_ids.amount = 3600
        with self.assertRaisesRegex(UserError, "600"), self.env.cr.savepoint():
            new.action_sign()
        self.assertFalse(agreement.date_to)
        new.term_ids.instalment_ids.amount = 2600
        new.action_sign()
        prebill, _warnings = self._generate(matter, "2026-06-30")
        self.assertLines(prebill, {"instalment": 3600})

    def test_start_not_after_the_version_before_is_refused(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        new = self._amend(agreement, "2026-05-01")
        new.date_from = "2026-01-02"
        with self.assertRaisesRegex(UserError, agreement.name), self.env.cr.savepoint():
            new.action_sign()
        self.assertEqual(agreement.state, "signed")

    def test_overlap_with_another_agreement_names_both(self):
        matter, agreement = self._create_term_matter({"kind": "hourly"})
        other = self._create_agreement(matter, [{"kind": "hourly"}], sign=False)
        with self.assertRaises(UserError) as caught:
            other.action_sign()
        self.assertIn(agreement.name, str(caught.exception))
        self.assertIn(other.name, str(caught.exception))

    def test_a_version_is_not_prolonged_into_the_next(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        new = self._amend(agreement, "2026-05-01")
        new.action_sign()
        self.assertEqual(str(agreement.date_to), "2026-04-30")
        for day in ("2026-05-01", "2027-01-01", False):
            with self.subTest(day=day), self.assertRaises(UserError) as caught:
                agreement.date_to = day
            self.assertIn(agreement.name, str(caught.exception))
            self.assertIn(new.name, str(caught.exception))
        agreement.date_to = "2026-04-15"
        agreement.date_to = "2026-04-30"
        new.date_to = "2026-12-31"
        new.date_to = False

    def test_only_the_latest_signed_version_is_amended(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        new = self._amend(agreement, "2026-05-01")
        with self.assertRaisesRegex(UserError, "in force"):
            new.action_amend()
        new.action_sign()
        with self.assertRaises(UserError):
            agreement.action_amend()

    def test_two_signed_versions_after_one_are_refused_by_the_database(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        self._amend(agreement, "2026-05-01").action_sign()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO legal_fee_agreement (name, matter_id, state, date_from,"
                " previous_id, currency_id, invoice_text_policy, signature_mode)"
                " SELECT 'X', matter_id, 'ended', '2030-01-01', id, currency_id,"
                " 'detailed', 'distance' FROM legal_fee_agreement WHERE id = %s",
                [agreement.id],
            )

    def test_comparison_says_what_changes(self):
        _matter, agreement = self._create_term_matter(
            self._hourly(cap_amount=5000), self._success()
        )
        agreement_clause = {"title": "Objet", "body": "Mission {object}."}
        new = self._amend(agreement, "2026-05-01")
        new.term_ids[0].cap_amount = 8000
        new.term_ids[0].rate_ids.amount = 320
        new.term_ids[1].unlink()
        new.term_ids = [Command.create({"kind": "opening", "amount": 150})]
        new.clause_ids = [Command.create(agreement_clause)]
        new.estimate_line_ids = [
            Command.create({"name": "Appel", "fixed_low": 1000, "fixed_high": 2000})
        ]
        rows = {
            (row["section"], row["field"]): row for row in new._compare_with(agreement)
        }
        cap = rows["Hourly", "Cap"]
        self.assertEqual(cap["change"], "changed")
        self.assertRegex(cap["before"], r"5\D000")
        self.assertRegex(cap["after"], r"8\D000")
        rate = next(row for key, row in rows.items() if key[1].startswith("Rate"))
        self.assertEqual((rate["before"], rate["after"]), ("300\xa0€/h", "320\xa0€/h"))
        self.assertEqual(rows["Success fee", "In words"]["change"], "removed")
        self.assertEqual(rows["File-opening fee", "Fee"]["change"], "added")
        self.assertEqual(rows["Clauses", "Objet"]["change"], "added")
        self.assertEqual(rows["Estimate", "Appel"]["change"], "added")
        self.assertFalse(rows["Agreement", "Concluded"]["changed"])
        self.assertIn("Changed", new.comparison_html)

    def test_past_versions_are_marked_as_ended(self):
        _matter, agreement = self._create_term_matter({"kind": "hourly"})
        agreement.date_to = "2026-03-31"
        self.env["legal.fee.agreement"]._cron_end_past()
        self.assertEqual(agreement.state, "ended")
