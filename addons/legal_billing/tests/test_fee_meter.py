from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestMeter(LegalTermsCommon):
    """How far a package is used, by what, and until when at this pace."""

    def _day(self, back):
        return fields.Date.context_today(self.env.user) - timedelta(days=back)

    def _matter(self, *terms):
        start = self._day(60)
        matter = self._create_matter(opened_on=start)
        agreement = self._create_agreement(
            matter, list(terms), date_from=start, signed_on=start
        )
        return matter, agreement.term_ids

    def test_hours_of_a_package_by_state(self):
        """15 h: 6 billed, 4 approved, 2 drafted; 10 used in 20 days, 5 left: 10 days
        more at half an hour a day."""
        matter, term = self._matter(self._fixed(3000, included_hours=15, overage="ask"))
        self._create_entry(matter, "associate", 6.0, self._day(19))
        self._bill(matter, self._day(19))
        self._create_entry(matter, "senior", 4.0, self._day(5))
        self._create_entry(matter, "senior", 2.0, self._day(1), approve=False)
        self.env.invalidate_all()
        self.assertEqual((term.consumed_hours, term.draft_hours), (10.0, 2.0))
        self.assertEqual((term.meter_left, term.meter_percent), (5.0, 66.6))
        self.assertEqual(term.meter_used_up_on, self._day(-10))
        self.assertTrue(term.meter_text)

    def test_amount_of_a_cap_counts_the_discount(self):
        """Cap 5 000, −10 %: 5 × 280 = 1 400, 1 260 used."""
        matter, term = self._matter(
            {"kind": "hourly", "cap_amount": 5000, "discount_percent": 10}
        )
        self._create_entry(matter, "partner", 5.0, self._day(9))
        self.env.invalidate_all()
        self.assertEqual((term.consumed_amount, term.meter_left), (1260.0, 3740.0))
        self._bill(matter, self._day(0))
        self.env.invalidate_all()
        self.assertEqual(term.consumed_amount, 1260.0, "billed, it counts the same")

    def test_everybody_of_the_team_reads_the_same_meter(self):
        matter, term = self._matter(self._fixed(3000, included_hours=15, overage="ask"))
        self._create_entry(matter, "partner", 6.0, self._day(3))
        self.env.invalidate_all()
        user = self.lawyers["associate"].user_id
        self.assertEqual(term.with_user(user).consumed_hours, 6.0)

    def test_entries_say_their_term_and_package(self):
        """5 h included: 4 in, 1 of 3 in, then beyond."""
        matter, term = self._matter(
            self._fixed(3000, included_hours=5, overrun_rate=200)
        )
        entries = self.env["account.analytic.line"].union(
            *[
                self._create_entry(matter, "associate", hours, self._day(9 - rank))
                for rank, hours in enumerate((4.0, 3.0, 1.0))
            ]
        )
        self.env.invalidate_all()
        wanted = ["inside", "partly", "beyond"]
        self.assertEqual(entries.mapped("package_status"), wanted)
        self.assertEqual(entries.fee_term_id, term)
        self._bill(matter, self._day(0))
        self.env.invalidate_all()
        self.assertEqual(entries.mapped("package_status"), wanted)

    def test_meters_cost_the_same_for_one_term_and_for_ten(self):
        terms = self.env["legal.fee.term"]
        for _rank in range(10):
            matter, term = self._matter(
                self._fixed(100, included_hours=5, overage="ask")
            )
            self._create_entry(matter, "associate", 1.0, self._day(3))
            terms |= term
        counts = []
        for some in (terms[:1], terms[:1], terms):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.mapped("meter_text")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 1)
