from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import LegalBillingCommon

QUARTER = {
    "has_time_rule": True,
    "time_increment_minutes": 15,
    "time_rounding": "up",
    "time_rounding_scope": "day",
}


@tagged("post_install", "-at_install")
class TestTimeRule(LegalBillingCommon):
    """A signed agreement says how time is counted, on the days it applies to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()

    def _entry(self, minutes, day, **kw):
        return self._create_entry(
            self.matter, "senior", minutes / 60, day, approve=False, **kw
        )

    def _billed(self, entry):
        return round(entry.hours_billable * 60)

    def test_signing_counts_drafts_of_its_days_anew(self):
        before = self._entry(20, "2026-02-28")
        first, second = self._entry(20, "2026-03-02"), self._entry(20, "2026-03-02")
        approved = self._create_entry(self.matter, "partner", 20 / 60, "2026-03-02")
        self.assertEqual([self._billed(e) for e in first | second], [24, 24])
        agreement = self._create_agreement(
            self.matter,
            [{"kind": "hourly"}],
            sign=False,
            date_from="2026-03-01",
            **QUARTER,
        )
        self.assertEqual([self._billed(e) for e in first | second], [24, 24])
        agreement.action_sign()
        # 20 + 20 = 40 -> 45: the 5 minutes go to the first
        self.assertEqual([self._billed(e) for e in first | second], [25, 20])
        self.assertEqual(self._billed(before), 24)
        self.assertEqual(self._billed(approved), 24)
        self.assertEqual(
            self.matter._get_time_increment(before.date), (6, "up", "entry")
        )

    def test_after_its_end_the_matter_rules_again(self):
        agreement = self._create_agreement(self.matter, [{"kind": "hourly"}], **QUARTER)
        later = self._entry(20, "2026-04-02")
        self.assertEqual(self._billed(later), 30)
        agreement.date_to = "2026-03-31"
        self.assertEqual(self._billed(later), 24)

    def test_what_was_signed_does_not_change(self):
        agreement = self._create_agreement(self.matter, [{"kind": "hourly"}], **QUARTER)
        with self.assertRaisesRegex(ValidationError, "is signed"):
            agreement.time_increment_minutes = 6

    def test_the_client_reads_the_rule_of_his_agreement(self):
        self._create_agreement(self.matter, [{"kind": "hourly"}], **QUARTER)
        self._create_entry(self.matter, "senior", 20 / 60, "2026-03-02")
        _prebill, move = self._bill(self.matter, "2026-03-31")
        self.assertEqual(move._legal_get_time_rules(), {(15, "up", "day")})
        self.assertIn("of a day is added up", move._legal_get_portal_method())

    def test_an_entry_is_created_with_a_bounded_number_of_queries(self):
        self._create_agreement(self.matter, [{"kind": "hourly"}], **QUARTER)
        self.env.flush_all()
        increments = []
        pairs = [(self.matter.id, e.date) for e in self._entry(20, "2026-03-02")] * 100
        self.matter.agreement_ids.mapped("has_time_rule")
        with self.assertQueryCount(1):
            increments = self.matter._get_time_increments(pairs)
        self.assertEqual(set(increments.values()), {(15, "up", "day")})
