from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestRateExplained(LegalBillingCommon):
    """Why this rate: on the pre-bill line, and behind the invoice line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls._create_entry(cls.matter, "partner", 1.5, "2026-03-03")
        cls._create_entry(cls.matter, "partner", 0.5, "2026-03-04")
        cls._create_entry(cls.matter, "senior", 1, "2026-03-05")

    def test_a_pre_bill_line_tells_its_entry_s_rate(self):
        prebill, _move = self._bill(self.matter, "2026-03-31", post=False)
        line = prebill.line_ids.filtered(lambda li: li.rate == 220)
        [why] = line.legal_explain_rate()
        self.assertIn("220", why["winner"]["amount"])
        self.assertIn("1 h", why["hours"])
        self.assertIn("Frozen by", why["notes"][0])

    def test_what_the_reviewer_chose_is_told(self):
        date_to = self.env["legal.prebill"]._fields["date_to"].to_date("2026-03-31")
        prebill, _warnings = self.env["legal.prebill"]._generate(self.matter, date_to)
        line = prebill.line_ids.filtered(lambda li: li.rate == 220)
        line.write({"rate": 200, "decision": "write_down", "reason_id": self.reason.id})
        [why] = line.legal_explain_rate()
        self.assertIn("200", why["rate"])
        self.assertIn("reviewer", why["notes"][0])

    def test_an_invoice_line_lists_the_rates_behind_it(self):
        _prebill, move = self._bill(self.matter, "2026-03-31")
        lines = move.invoice_line_ids.filtered("prebill_line_ids")
        told = {
            why["rate"]: why["hours"]
            for line in lines
            for why in line.legal_explain_rate()
        }
        self.assertEqual(len(told), 2)
        partner = next(hours for rate, hours in told.items() if "280" in rate)
        self.assertTrue(partner.startswith("2 h"), partner)
        self.assertIn("560", partner)

    def test_an_accountant_outside_the_wall_is_told_nothing(self):
        _prebill, move = self._bill(self.matter, "2026-03-31")
        accountant = self.env["res.users"].create(
            {
                "name": "Comptable",
                "login": "comptable.test",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [
                    (4, self.env.ref("account.group_account_manager").id),
                    (4, self.env.ref("legal_timesheet.group_legal_user").id),
                ],
            }
        )
        line = move.invoice_line_ids.filtered("prebill_line_ids")[:1]
        line = line.with_user(accountant)
        self.assertEqual(line.legal_explain_rate(), [])
        with self.assertRaises(AccessError):
            move.invoice_line_ids.prebill_line_ids[:1].with_user(
                accountant
            ).legal_explain_rate()
